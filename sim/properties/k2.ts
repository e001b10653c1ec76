/**
 * K2: one-time prekeys are used once. The server serves each of them in one bundle (a repeated answer to
 * the same query counts as the same), and a device accepts one handshake with each. Read from the frames
 * themselves. Catalogue section 5.
 */

import type { WireNode } from '../../protocol/wire/node.ts';
import { attribute, bytesContent, child, children } from '../../protocol/wire/node.ts';
import { hexOf } from '../ledger/ledger.ts';
import { openings } from './openings.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { stanzas } from './stanzas.ts';

export const k2: Property = {
  id: 'K2',
  name: 'one-time prekeys are used once',
  summary: 'Each one-time prekey is in one served bundle and in one accepted handshake.',
  judge: judgeSingleUse,
};

function judgeSingleUse(view: JudgeView): Judge {
  const frames = stanzas(view.ledger);
  const opening = openings(view);
  const served = new Map<string, string>();
  const accepted = new Map<string, string>();
  const judgeAnswer = (stanza: WireNode, target: string, id: string): void => {
    for (const { device, keyId, value } of servedPrekeys(stanza)) {
      const name = `${device}|${keyId}|${value}`;
      const answer = `${target}|${id}`;
      const first = served.get(name) ?? answer;
      served.set(name, first);
      view.check(first === answer, `${device} prekey ${keyId}`, () => {
        return `the server gave one-time prekey ${keyId} of ${device} to ${target} a second time`;
      });
    }
  };
  return {
    observe(event) {
      if (event.kind === 'send' && event.source === 'server' && event.label.kind.startsWith('iq')) {
        const stanza = frames.read(event.bytes);
        if (stanza !== undefined) judgeAnswer(stanza, event.target, event.label.id);
        return;
      }
      const handled = opening();
      if (handled === undefined || !handled.isOpened || handled.enclosed.type !== 'pkmsg') return;
      const head = handled.head();
      const device = view.ledger.linkage.deviceOf(handled.step.node);
      if (head?.preKeyId === undefined || head.baseKey === undefined || device === undefined) return;
      const name = `${device}|${head.preKeyId}`;
      const first = accepted.get(name) ?? head.baseKey;
      accepted.set(name, first);
      view.check(first === head.baseKey, `${device} prekey ${head.preKeyId}`, () => {
        return `${handled.step.node} accepted a second handshake with prekey ${head.preKeyId}`;
      });
    },
  };
}

interface Served {
  readonly device: string;
  readonly keyId: string;
  readonly value: string;
}

function servedPrekeys(stanza: WireNode): Served[] {
  const list = child(stanza, 'list');
  const out: Served[] = [];
  for (const user of list === undefined ? [] : children(list, 'user')) {
    const key = child(user, 'key');
    const id = key === undefined ? undefined : bytesContent(child(key, 'id'));
    const value = key === undefined ? undefined : bytesContent(child(key, 'value'));
    if (id === undefined || value === undefined) continue;
    const device = attribute(user, 'jid') ?? '';
    out.push({ device, keyId: String(numberOf(id)), value: hexOf(value) });
  }
  return out;
}

function numberOf(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}
