/**
 * What an adversary on the wire writes down: every ciphertext that a device sends, with whom it is
 * from and for, and every file that is stored. It sees stanzas as the server does and opens none.
 * All that devices receive was sent by a device first, so one direction is enough; the same bytes
 * sent again are one item. It reads frames with its own eyes: judges have another reader.
 */

import type { DeviceJid, GroupJid } from '../../protocol/contract.ts';
import { isRejected } from '../../protocol/errors.ts';
import { isBrowserFrame, readFromBrowser } from '../../protocol/relay/wire/frames.ts';
import { decodeFrame } from '../../protocol/wire/decode-node.ts';
import {
  attribute,
  bytesContent,
  child,
  children,
  type WireNode,
} from '../../protocol/wire/node.ts';
import { isGroup, type Ledger } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import { BLOBS, SERVER } from '../world/timeline.ts';

interface Recorded {
  readonly author: DeviceJid;
  readonly messageId: string;
  readonly bytes: Uint8Array;
  /** When it first left its author. */
  readonly sequence: number;
  readonly timeUs: number;
}

/** A ciphertext for one device. */
export interface RecordedCopy extends Recorded {
  readonly kind: 'copy';
  readonly type: 'pkmsg' | 'msg';
  readonly target: DeviceJid;
  readonly group: GroupJid | undefined;
}

/** A ciphertext for all devices of a group. */
export interface RecordedShared extends Recorded {
  readonly kind: 'shared';
  readonly group: GroupJid;
}

/**
 * What a phone and its browser say to each other through the server (specification 11.2), under the
 * keys of their pairing. `messageId`: the frame's tag; `author`: whoever of the two sent it.
 */
export interface RecordedSealed extends Recorded {
  readonly kind: 'sealed';
}

export type RecordedItem = RecordedCopy | RecordedShared | RecordedSealed;

type SendEvent = RunEvent & { readonly kind: 'send' };

/** The tape of one run. */
export class Recording implements Observer {
  readonly kinds = ['send'] as const;
  /** In order of sending; of a group message, copies for single devices before the one for all. */
  readonly items: RecordedItem[] = [];
  /** Encrypted files by name. */
  readonly files = new Map<string, Uint8Array>();
  readonly #ledger: Ledger;
  /** Frames written down already: a frame sent again is the same array. */
  readonly #known = new WeakSet<Uint8Array>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'send' || event.source === SERVER || event.source === BLOBS) return;
    if (this.#known.has(event.bytes)) return;
    this.#known.add(event.bytes);
    if (isBrowserFrame(event.bytes)) return this.#fromBrowser(event);
    const stanza = decodeFrame(event.bytes);
    if (isRejected(stanza)) return;
    if (event.target === BLOBS) this.#file(stanza);
    else if (stanza.tag === 'message' || stanza.tag === 'call') this.#message(event, stanza);
    else if (stanza.tag === 'relay') {
      this.#sealed(event, attribute(stanza, 'tag') ?? '', bytesContent(stanza));
    }
  }

  #fromBrowser(event: SendEvent): void {
    const frame = readFromBrowser(event.bytes);
    if (frame.kind === 'binary-frame') this.#sealed(event, frame.tag, frame.payload);
  }

  #sealed(event: SendEvent, messageId: string, bytes: Uint8Array | undefined): void {
    const author = this.#ledger.linkage.deviceOf(event.source);
    if (author === undefined || bytes === undefined) return;
    const { sequence, timeUs } = event;
    this.items.push({ kind: 'sealed', author, messageId, bytes, sequence, timeUs });
  }

  #file(stanza: WireNode): void {
    const put = child(stanza, 'put');
    const bytes = bytesContent(put);
    const name = put === undefined ? undefined : attribute(put, 'name');
    if (name !== undefined && bytes !== undefined) this.files.set(name, bytes);
  }

  #message(event: SendEvent, stanza: WireNode): void {
    const author = this.#ledger.linkage.deviceOf(event.source);
    if (author === undefined) return;
    const { sequence, timeUs } = event;
    const messageId = attribute(stanza, 'id') ?? '';
    const to = attribute(stanza, 'to') ?? '';
    const group = isGroup(to) ? to : undefined;
    const shared: RecordedShared[] = [];
    const search = (parent: WireNode, target: DeviceJid): void => {
      for (const part of children(parent)) {
        const bytes = part.tag === 'enc' ? bytesContent(part) : undefined;
        if (bytes === undefined) {
          search(part, part.tag === 'to' ? (attribute(part, 'jid') ?? '') : target);
          continue;
        }
        const type = attribute(part, 'type');
        const common = { author, messageId, bytes, sequence, timeUs };
        if (type === 'skmsg' && group !== undefined && bytes.length > 0) {
          shared.push({ kind: 'shared', ...common, group });
        } else if (type === 'pkmsg' || type === 'msg') {
          this.items.push({ kind: 'copy', ...common, type, target, group });
        }
      }
    };
    search(stanza, attribute(stanza, 'participant') ?? to);
    this.items.push(...shared);
  }
}
