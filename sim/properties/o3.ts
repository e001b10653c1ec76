/**
 * O3: order per sending device. Within a conversation, a device displays what another device said
 * in the order in which it was said; gaps are allowed, and a late copy takes its original place.
 * The order on the screen is that of the positions. Catalogue section 4; contract 4.
 */

import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** O3: the definition a run judges by; the rules are at the top of this file. */
export const o3: Property = {
  id: 'O3',
  name: 'order per sending device',
  summary: 'Messages of one device stand in a chat in the order in which they were said.',
  judge: judgeOrder,
};

interface Place {
  readonly ordinal: number;
  readonly positionUs: number;
  readonly messageId: string;
}

function judgeOrder(view: JudgeView): Judge {
  const chats = new Map<string, Place[]>();
  return {
    kinds: ['commit'],
    collections: ['shown'],
    observe(event) {
      for (const { host, record, before } of displaysOf(view.ledger, event)) {
        if (before?.positionUs === record.positionUs) continue;
        const status = view.ledger.message(record.author, record.messageId);
        if (status === undefined) continue;
        // A clone writes beside its original, both under one address; each keeps its own order.
        const name = `${host}|${record.chat}|${record.author}|${status.said.host}`;
        const places = chats.get(name) ?? [];
        chats.set(name, places);
        const { positionUs, messageId } = record;
        const wrong = put(places, { ordinal: status.ordinal, positionUs, messageId });
        view.check(wrong === undefined, messageId, () => {
          return `${host} shows it on the wrong side of ${wrong?.messageId} of ${record.author}`;
        });
      }
    },
  };
}

/** Puts a place in order of saying; answers the neighbour it contradicts, if it contradicts one. */
function put(places: Place[], place: Place): Place | undefined {
  let [at, high] = [0, places.length];
  while (at < high) {
    const middle = (at + high) >>> 1;
    if ((places[middle] as Place).ordinal < place.ordinal) at = middle + 1;
    else high = middle;
  }
  const replaces = places[at]?.ordinal === place.ordinal ? 1 : 0;
  places.splice(at, replaces, place);
  const earlier = places[at - 1];
  const later = places[at + 1];
  if (earlier !== undefined && earlier.positionUs >= place.positionUs) return earlier;
  return later !== undefined && later.positionUs <= place.positionUs ? later : undefined;
}
