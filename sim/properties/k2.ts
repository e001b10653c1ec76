/**
 * K2: one-time prekeys are used once. Each of them is handed out in one bundle, by the server or
 * with a retry receipt (a repeated answer to the same query is the same), and one handshake with it
 * is accepted. Read from the frames themselves. Catalogue section 5.
 */

import type { WireNode } from '../../protocol/wire/node.ts';
import { attribute, bytesContent, child, children } from '../../protocol/wire/node.ts';
import { hexOf } from '../ledger/ledger.ts';
import { openings } from './openings.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { stanzas } from './stanzas.ts';

/** K2: the definition a run judges by; the rules are at the top of this file. */
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
  const retryPrekey = (receipt: WireNode, host: string): Served[] => {
    const keys = child(receipt, 'keys');
    const device = view.ledger.linkage.deviceOf(host);
    const key = keys === undefined ? undefined : child(keys, 'key');
    return key === undefined || device === undefined ? [] : readPrekey(device, key);
  };
  const judgeServed = (keys: readonly Served[], target: string, id: string): void => {
    for (const { device, keyId, value } of keys) {
      const name = `${device}|${keyId}|${value}`;
      const answer = `${target}|${id}`;
      const first = served.get(name) ?? answer;
      served.set(name, first);
      view.check(first === answer, `${device} prekey ${keyId}`, () => {
        return `one-time prekey ${keyId} of ${device} was handed out a second time (${target})`;
      });
    }
  };
  return {
    kinds: ['writeless-step', 'commit', 'send'],
    observe(event) {
      if (event.kind === 'send') {
        const isAnswer = event.source === 'server' && event.label.kind.startsWith('iq');
        const isRetry = event.source !== 'server' && event.label.kind === 'receipt:retry';
        if (!isAnswer && !isRetry) return;
        const stanza = frames.read(event.bytes);
        if (stanza === undefined) return;
        if (isAnswer) judgeServed(servedPrekeys(stanza), event.target, event.label.id);
        else {
          const device = view.ledger.linkage.deviceOf(event.source) ?? event.source;
          judgeServed(retryPrekey(stanza, event.source), device, event.label.id);
        }
        return;
      }
      const handled = opening();
      if (handled === undefined || !handled.isPairwiseOpened) return;
      if (handled.enclosed?.type !== 'pkmsg') return;
      const head = handled.head();
      const device = view.ledger.linkage.deviceOf(handled.step.node);
      if (head?.preKeyId === undefined || head.baseKey === undefined || device === undefined)
        return;
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
    if (key !== undefined) out.push(...readPrekey(attribute(user, 'jid') ?? '', key));
  }
  return out;
}

function readPrekey(device: string, key: WireNode): Served[] {
  const id = bytesContent(child(key, 'id'));
  const value = bytesContent(child(key, 'value'));
  if (id === undefined || value === undefined) return [];
  return [{ device, keyId: String(numberOf(id)), value: hexOf(value) }];
}

function numberOf(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}
