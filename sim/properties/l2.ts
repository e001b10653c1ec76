/**
 * L2: no stuck placeholder. A message a device asked for again is, at the end, displayed there or
 * reported lost; "waiting for this message" does not stay for ever. Read from the retry receipts
 * that left a device and from the placeholders in its Store. Catalogue section 8; specification
 * 6.9.
 */

import { messageKey } from '../ledger/ledger.ts';
import type { Change } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { receiptAuthor, stanzas } from './stanzas.ts';

/** L2: the definition a run judges by; the rules are at the top of this file. */
export const l2: Property = {
  id: 'L2',
  name: 'no stuck placeholder',
  summary: 'A message asked for again ends shown or reported lost.',
  judge: judgePlaceholders,
};

interface Waiting {
  readonly host: string;
  readonly author: string;
  readonly messageId: string;
}

function judgePlaceholders(view: JudgeView): Judge {
  const { ledger } = view;
  const frames = stanzas(ledger);
  const asked = new Map<string, Waiting>();
  const standing = new Map<string, Set<string>>();
  const judgeWaiting = ({ host, author, messageId }: Waiting): void => {
    const status = ledger.message(author, messageId);
    const device = ledger.linkage.deviceOf(host);
    if (status === undefined || device === undefined || !ledger.isInUse(device)) return;
    const isShown = ledger.shownOn(device, status.said) !== undefined;
    view.check(isShown || ledger.lostOn(device, status.said) !== undefined, messageId, () => {
      return `${host} asked ${author} again and neither shows the message nor reports it lost`;
    });
  };
  return {
    kinds: ['commit', 'device-send'],
    collections: ['placeholder'],
    observe(event) {
      if (event.kind === 'commit') {
        for (const change of event.changes) note(standing, event.node, change);
      } else if (event.kind === 'send' && event.label.kind === 'receipt:retry') {
        if (event.source === 'server') return;
        const stanza = frames.read(event.bytes);
        const author = stanza === undefined ? undefined : receiptAuthor(stanza);
        if (author === undefined) return;
        const messageId = event.label.id;
        const name = `${event.source}|${messageKey(author, messageId)}`;
        asked.set(name, { host: event.source, author, messageId });
      }
    },
    finish() {
      for (const waiting of asked.values()) judgeWaiting(waiting);
      for (const host of view.hosts) {
        const key = standing.get(host)?.values().next().value;
        view.check(key === undefined, key ?? host, () => `${host} still waits for a message`);
      }
    },
  };
}

function note(standing: Map<string, Set<string>>, host: string, change: Change): void {
  if (change.collection !== 'placeholder') return;
  const keys = standing.get(host) ?? new Set<string>();
  standing.set(host, keys);
  if (change.after === undefined) keys.delete(change.key);
  else keys.add(change.key);
}
