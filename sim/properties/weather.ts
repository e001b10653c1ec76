/**
 * What planted worlds do to every implementation, broken or not: a copy damaged on its way, a copy
 * that comes twice, an author that answers no retry. Each is a wrapper around a node, as a twin is.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import { encodeFrame } from '../../protocol/wire/encode-node.ts';
import { attribute, children, type WireNode } from '../../protocol/wire/node.ts';
import { mapSent, onHost, readFrame, type WrapNode } from './twin-tools.ts';

/** From the end of a `msg` as of a `pkmsg`, this byte is one of the inner ciphertext. */
const FROM_END = 20;

/** One bit of every ciphertext in the stanza flipped: its MAC no longer holds. */
export function damaged(stanza: WireNode): WireNode {
  const content = children(stanza).map((part) => {
    if (part.tag !== 'enc' || !(part.content instanceof Uint8Array)) return part;
    const bytes = part.content.slice();
    const at = bytes.length - FROM_END;
    bytes[at] = (bytes[at] as number) ^ 1;
    return { ...part, content: bytes };
  });
  return { ...stanza, content };
}

/** The server's link damages every copy for `device` but retries, from the second message on. */
export function damagesCopies(device: DeviceJid): WrapNode {
  const seen = new Set<string>();
  return onHost('server', ({ inner }) =>
    mapSent(inner(), 'message', (stanza) => {
      if (attribute(stanza, 'to') !== device || attribute(stanza, 'device_fanout') === 'false') {
        return stanza;
      }
      seen.add(attribute(stanza, 'id') ?? '');
      return seen.size === 1 ? stanza : damaged(stanza);
    }),
  );
}

/** Every message copy for `device` leaves the server twice. */
export function sendsTwice(device: DeviceJid): WrapNode {
  return onHost('server', ({ inner }) =>
    inner().flatMap((effect) => {
      const stanza = effect.kind === 'send' ? readFrame(effect.bytes) : undefined;
      const isCopy = stanza?.tag === 'message' && attribute(stanza, 'to') === device;
      return isCopy ? [effect, effect] : [effect];
    }),
  );
}

/** The host takes no retry receipt: it acknowledges the stanza and does nothing. */
export function ignoresRetries(host: string): WrapNode {
  return onHost(host, ({ stanza, inner }) => {
    const isRetry = stanza?.tag === 'receipt' && attribute(stanza, 'type') === 'retry';
    return isRetry ? [] : inner();
  });
}

/** The `nth` patch of app state that reaches the host is damaged on its way, and no other. */
export function damagesPatch(host: string, nth: number): WrapNode {
  let count = 0;
  return onHost(host, ({ input, stanza, inner }) => {
    if (input.kind !== 'frame' || stanza?.tag !== 'iq' || !holdsPatch(stanza)) return inner();
    count += 1;
    return count === nth
      ? inner({ ...input, bytes: encodeFrame(damagedPatches(stanza)) })
      : inner();
  });
}

/** The server shows nobody a signed device list any more. */
export function withholdsLists(): WrapNode {
  return onHost('server', ({ inner }) => {
    const pruned = mapSent(inner(), 'iq', withoutLists);
    return mapSent(pruned, 'notification', withoutLists);
  });
}

function withoutLists(element: WireNode): WireNode {
  if (!Array.isArray(element.content)) return element;
  const parts = children(element);
  const kept = parts.filter(({ tag }) => tag !== 'key-index-list').map(withoutLists);
  const isSame = kept.length === parts.length && kept.every((part, at) => part === parts[at]);
  return isSame ? element : { ...element, content: kept };
}

function holdsPatch(element: WireNode): boolean {
  return element.tag === 'patch' || children(element).some(holdsPatch);
}

function damagedPatches(element: WireNode): WireNode {
  const { tag, content } = element;
  if (tag === 'patch' && content instanceof Uint8Array) {
    const bytes = content.slice();
    const at = bytes.length - FROM_END;
    bytes[at] = (bytes[at] as number) ^ 1;
    return { ...element, content: bytes };
  }
  if (!Array.isArray(content)) return element;
  return { ...element, content: children(element).map(damagedPatches) };
}
