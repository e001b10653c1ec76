/**
 * V3: keys of calls. A secret of a call belongs to one call; no two packets share a place in a key
 * stream; and what a device sends is opened by no device of an account that takes no part as far as
 * the sender knows, with any secret it ever held for the call: who has left, or never answered,
 * hears nothing. Secrets are those of the Stores (`keysIn`), packets those on the wire, tried with
 * the media keys of specification 9.6. Not of the catalogue: calls have no section there; it
 * continues K1 and C7.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { CallRecord, DeviceJid } from '../../protocol/contract.ts';
import { isRejected } from '../../protocol/errors.ts';
import { CALL_KEY_BYTES, masterKeysOf } from '../../protocol/messages/call-keys.ts';
import { type SrtpKeys, srtpKeys, unprotectRtp } from '../../protocol/messages/srtp.ts';
import { decodeFrame } from '../../protocol/wire/decode-node.ts';
import { attribute, bytesContent, child } from '../../protocol/wire/node.ts';
import { decodeRtpHeader } from '../../protocol/wire/rtp.ts';
import { userOf } from '../ledger/ledger.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** V3: the definition a run judges by; the rules are at the top of this file. */
export const v3: Property = {
  id: 'V3',
  name: 'keys of calls',
  summary: 'Each call has keys of its own, and who takes no part in it cannot hear it.',
  judge: (view) => new Judging(view),
};

/** Collections whose records hold secrets of calls, under keys that begin with the call id. */
const SECRETS = ['call-side', 'call-peer'];
const CALL_ID_LENGTH = 32;

class Judging implements Judge {
  readonly kinds = ['commit', 'device-send'] as const;
  readonly collections = ['call', ...SECRETS];
  readonly #view: JudgeView;
  /** The call a secret was first seen in, by its digits. */
  readonly #callOf = new Map<string, string>();
  /** All secrets a host ever held, by call and host. */
  readonly #held = new Map<string, Map<string, Map<string, Uint8Array>>>();
  /** Who takes part, as a host's public record says, by host and call. */
  readonly #peers = new Map<string, readonly DeviceJid[]>();
  /** Packets by their place in a key stream. */
  readonly #places = new Map<string, string>();
  readonly #keys = new Map<string, SrtpKeys>();

  constructor(view: JudgeView) {
    this.#view = view;
  }

  observe(event: RunEvent): void {
    if (event.kind === 'commit') {
      for (const change of event.changes) this.#changed(event.node, change);
    } else if (event.kind === 'send' && event.label.kind === 'call:packet') {
      if (event.source !== 'server') this.#sent(event.source, event.bytes);
    }
  }

  #changed(host: string, { collection, key, after }: Change): void {
    if (after === undefined) return;
    if (collection === 'call') {
      this.#peers.set(`${host}|${key}`, (after as CallRecord).peers);
      return;
    }
    if (!SECRETS.includes(collection)) return;
    const callId = key.slice(0, CALL_ID_LENGTH);
    for (const secret of this.#view.architecture.keysIn(after)) {
      if (secret.length !== CALL_KEY_BYTES) continue;
      const digits = bytesToHex(secret);
      const first = this.#callOf.get(digits) ?? callId;
      this.#callOf.set(digits, first);
      this.#view.check(first === callId, callId, () => {
        return `${host} holds a secret for a call that was another call's before`;
      });
      const byHost = this.#held.get(callId) ?? new Map<string, Map<string, Uint8Array>>();
      this.#held.set(callId, byHost);
      const secrets = byHost.get(host) ?? new Map<string, Uint8Array>();
      byHost.set(host, secrets.set(digits, secret));
    }
  }

  #sent(host: string, frame: Uint8Array): void {
    const stanza = decodeFrame(frame);
    const packet = isRejected(stanza) ? undefined : child(stanza, 'packet');
    const callId = packet && attribute(packet, 'call-id');
    const bytes = bytesContent(packet);
    const device = this.#view.ledger.linkage.deviceOf(host);
    const header = bytes && decodeRtpHeader(bytes);
    if (callId === undefined || bytes === undefined || device === undefined) return;
    if (header === undefined || isRejected(header)) return;
    const place = `${callId}|${device}|${header.streamNumber}|${header.sequence}`;
    const digits = bytesToHex(bytes);
    const first = this.#places.get(place);
    if (first === digits) return; // the same packet for another participant
    this.#places.set(place, digits);
    this.#view.check(first === undefined, callId, () => {
      return `${host} protected two packets at one place of a key stream`;
    });
    this.#tryAll(host, device, callId, bytes);
  }

  /** Tries the packet with everything that devices of other accounts ever held for the call. */
  #tryAll(host: string, device: DeviceJid, callId: string, bytes: Uint8Array): void {
    const peers = this.#peers.get(`${host}|${callId}`) ?? [];
    const users = new Set([device, ...peers].map(userOf));
    for (const [other, secrets] of this.#held.get(callId) ?? []) {
      const address = this.#view.ledger.linkage.deviceOf(other);
      if (address === undefined || users.has(userOf(address))) continue;
      const opens = [...secrets].some(([digits, secret]) => {
        const keys = this.#keysOf(digits, secret, device);
        return !isRejected(unprotectRtp(keys, bytes, 0, this.#view.crypto));
      });
      this.#view.check(!opens, callId, () => {
        return `${other} takes no part in a call and can open what ${host} sends`;
      });
    }
  }

  #keysOf(digits: string, secret: Uint8Array, device: DeviceJid): SrtpKeys {
    const name = `${digits}|${device}`;
    const { crypto } = this.#view;
    const keys = this.#keys.get(name) ?? srtpKeys(masterKeysOf(secret, device, crypto), crypto);
    this.#keys.set(name, keys);
    return keys;
  }
}
