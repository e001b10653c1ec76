/**
 * What a phone and the server say to each other of browsers (specification 11.3, 11.4): a pairing
 * with what the server has to hand on and to keep, and the end of one.
 *
 * Assumption: these stanzas are ours. The phone leaves challenges with their answers, since the
 * server does not have the key by which a browser proves itself.
 */

import { concatBytes } from '@noble/hashes/utils.js';
import type { DeviceJid, StepContext } from '../../contract.ts';
import { RELAY_CHALLENGES } from '../../limits.ts';
import {
  attribute,
  bytesContent,
  child,
  children,
  node,
  textContent,
  type WireNode,
} from '../../wire/node.ts';
import { isClientId, PAIRING_SECRET_BYTES } from './pairing-keys.ts';

/** The namespace of queries about browsers. */
export const WEB_XMLNS = 'web';
const CHALLENGE_BYTES = 32;

/** A challenge, and what the browser has to answer: 32 bytes each. */
export interface Challenge {
  readonly challenge: Uint8Array;
  readonly answer: Uint8Array;
}

/** Draws secret `challenge` (32) for each. */
export function makeChallenges(
  macKey: Uint8Array,
  context: Pick<StepContext, 'secrets' | 'crypto'>,
): Challenge[] {
  return Array.from({ length: RELAY_CHALLENGES }, () => {
    const challenge = context.secrets.bytes('challenge', CHALLENGE_BYTES);
    return { challenge, answer: context.crypto.mac(macKey, challenge, CHALLENGE_BYTES) };
  });
}

/** What a phone uploads for a browser whose code it scanned. */
export interface PairingUpload {
  readonly reference: string;
  readonly clientId: string;
  /** 144 bytes, for the browser alone. */
  readonly secret: Uint8Array;
  readonly challenges: readonly Challenge[];
}

/** The phone's query. */
export function pairingQuery(id: string, upload: PairingUpload): WireNode {
  const { reference, clientId, secret, challenges } = upload;
  const pairs = challenges.map((one) =>
    node('challenge', {}, concatBytes(one.challenge, one.answer)),
  );
  const parts = [
    node('ref', {}, reference),
    node('client', {}, clientId),
    node('secret', {}, secret),
    ...pairs,
  ];
  return webQuery(id, node('pair', {}, parts));
}

/** A query about browsers, of a phone. */
export function webQuery(id: string, about: WireNode): WireNode {
  return node('iq', { xmlns: WEB_XMLNS, type: 'set', id, to: 's.whatsapp.net' }, [about]);
}

/** Reads a phone's upload; undefined when it is not whole. */
export function readPairing(pair: WireNode): PairingUpload | undefined {
  const reference = textContent(child(pair, 'ref'));
  const clientId = textContent(child(pair, 'client'));
  const secret = bytesContent(child(pair, 'secret'));
  const challenges = children(pair, 'challenge').map((element) => {
    const bytes = bytesContent(element);
    if (bytes?.length !== 2 * CHALLENGE_BYTES) return undefined;
    return {
      challenge: bytes.slice(0, CHALLENGE_BYTES),
      answer: bytes.slice(CHALLENGE_BYTES),
    };
  });
  const whole = challenges.filter((one) => one !== undefined);
  const isWhole = whole.length === challenges.length && whole.length === RELAY_CHALLENGES;
  if (reference === undefined || !isClientId(clientId) || !isWhole) return undefined;
  if (secret?.length !== PAIRING_SECRET_BYTES) return undefined;
  return { reference, clientId, secret, challenges: whole };
}

/** The end of a pairing, by the phone. */
export function removalOf(device: DeviceJid): WireNode {
  return node('remove', { jid: device });
}

/** The device a removal names. */
export function removedIn(iq: WireNode): DeviceJid | undefined {
  const removal = child(iq, 'remove');
  return removal && attribute(removal, 'jid');
}

/** What a page of the wrong generation is told by way of its reference (specification 11.8). */
export type Transition = 'upgrade' | 'downgrade';

/** A phone scanned the code of a page of the other generation. */
export function transitionQuery(id: string, transition: Transition, reference: string): WireNode {
  return webQuery(id, node(transition, {}, [node('ref', {}, reference)]));
}

/** The transition a query asks for, and the reference it names. */
export function transitionIn(
  iq: WireNode,
): { readonly transition: Transition; readonly reference: string } | undefined {
  for (const transition of ['upgrade', 'downgrade'] as const) {
    const asked = child(iq, transition);
    if (asked !== undefined) {
      return { transition, reference: textContent(child(asked, 'ref')) ?? '' };
    }
  }
  return undefined;
}

const DOWNGRADE = 'downgrade_webclient';

/** `<ib><downgrade_webclient/></ib>`: the phone that scanned is not in the beta. */
export function downgradeInfo(): WireNode {
  return node('ib', {}, [node(DOWNGRADE)]);
}

/** Whether a stanza is that one. */
export function isDowngrade(stanza: WireNode): boolean {
  return stanza.tag === 'ib' && child(stanza, DOWNGRADE) !== undefined;
}
