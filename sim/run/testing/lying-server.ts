/**
 * A server that lies, for tests: it answers the first question for somebody's keys with keys of its
 * own, and from then on sits between two phones, opening what one wrote and sealing it again for
 * the other. The security code is there to find this out (specification 10): nobody vouches for the
 * phone of a stranger, and the first contact believes what it is handed.
 */

import type { DeviceJid, Effect } from '../../../protocol/contract.ts';
import { nobleProvider } from '../../../protocol/crypto/noble.ts';
import { assert } from '../../../protocol/errors.ts';
import { readEnc } from '../../../protocol/messages/message-stanza.ts';
import { readKeys } from '../../../protocol/messages/retry-receipt.ts';
import type { PrekeyBundle } from '../../../protocol/signal/sessions.ts';
import { SignalDevice } from '../../../protocol/signal/testing/device.ts';
import { encodeFrame } from '../../../protocol/wire/encode-node.ts';
import {
  prekeyIdBytes,
  registrationIdBytes,
  registrationIdFrom,
} from '../../../protocol/wire/integers.ts';
import {
  attribute,
  bytesContent,
  child,
  children,
  node,
  type WireNode,
} from '../../../protocol/wire/node.ts';
import { mapSent, onHost, type TwinStep, type WrapNode } from '../../properties/twin-tools.ts';

/** What the liar has read, and the wrapper that makes the server lie. */
export interface LyingServer {
  readonly wrapNode: WrapNode;
  /** Plaintexts that were opened between the two phones, in order. */
  readonly opened: readonly Uint8Array[];
}

/** The element with the children that `change` gives for each. */
function mapChildren(element: WireNode, change: (one: WireNode) => WireNode): WireNode {
  return { ...element, content: children(element).map(change) };
}

/** `<user>` of an answer, as it would be with another device's keys. */
function withKeys(user: WireNode, bundle: PrekeyBundle): WireNode {
  const { signedPrekey, prekey } = bundle;
  assert(prekey !== undefined, 'the liar makes one-time prekeys, too');
  return node('user', { jid: attribute(user, 'jid') }, [
    node('registration', {}, registrationIdBytes(bundle.registrationId)),
    node('type', {}, new Uint8Array([5])),
    node('identity', {}, bundle.identityKey),
    node('skey', {}, [
      node('id', {}, prekeyIdBytes(signedPrekey.id)),
      node('value', {}, signedPrekey.publicKey),
      node('signature', {}, signedPrekey.signature),
    ]),
    node('key', {}, [
      node('id', {}, prekeyIdBytes(prekey.id)),
      node('value', {}, prekey.publicKey),
    ]),
  ]);
}

/** Stands in the middle of two phones, with one face toward each. */
class Middle {
  readonly opened: Uint8Array[] = [];
  readonly #devices: readonly DeviceJid[];
  /** By the device it pretends to be. */
  readonly #faces = new Map<DeviceJid, SignalDevice>();
  /** What was made of a ciphertext, for the case that its stanza comes again. */
  readonly #made = new Map<string, WireNode>();

  constructor(devices: readonly DeviceJid[]) {
    this.#devices = devices;
  }

  /** One phone asks for the other's keys: the real ones are kept, false ones handed out. */
  swapKeys(user: WireNode): WireNode {
    const device = attribute(user, 'jid') ?? '';
    const registrationId = registrationIdFrom(bytesContent(child(user, 'registration')));
    if (registrationId === undefined) return user;
    const real = readKeys(user, registrationId)?.bundle;
    assert(real !== undefined, 'the honest part of the server hands out whole bundles');
    this.#face(this.#other(device)).start(device, real);
    return withKeys(user, this.#face(device).bundle(true));
  }

  /** A message passes: each copy is opened with one face and sealed with the other. */
  reseal(message: WireNode): WireNode {
    return mapChildren(message, (part) =>
      part.tag === 'participants' ? mapChildren(part, (to) => this.#copy(message, to)) : part,
    );
  }

  #copy(message: WireNode, to: WireNode): WireNode {
    const target = attribute(to, 'jid') ?? '';
    const name = `${attribute(message, 'id')}|${target}`;
    const made = this.#made.get(name) ?? mapChildren(to, (enc) => this.#enc(target, enc));
    this.#made.set(name, made);
    return made;
  }

  #enc(target: DeviceJid, enc: WireNode): WireNode {
    const sealed = readEnc(enc);
    assert(sealed?.kind === 'enc', 'each copy is a pairwise ciphertext');
    const author = this.#other(target);
    const { type, bytes } = sealed;
    const plaintext = this.#face(target).open(author, { type, bytes });
    assert(typeof plaintext !== 'string', 'it was sealed for the false keys');
    this.opened.push(plaintext);
    const again = this.#face(author).encrypt(target, plaintext);
    return node('enc', { v: '2', type: again.type }, again.bytes);
  }

  #other(device: DeviceJid): DeviceJid {
    const other = this.#devices.find((one) => one !== device);
    assert(other !== undefined, 'there are two phones');
    return other;
  }

  #face(device: DeviceJid): SignalDevice {
    const known = this.#faces.get(device);
    if (known !== undefined) return known;
    const made = new SignalDevice(device, nobleProvider).install();
    this.#faces.set(device, made);
    return made;
  }
}

/** Makes a server that lies to two phones, the only devices of its world. */
export function lyingServer(): LyingServer {
  const opened: Uint8Array[] = [];
  let middle: Middle | undefined;
  const lie = ({ input, stanza, store, inner }: TwinStep): readonly Effect[] => {
    middle ??= new Middle([...store.collection('linked').keys()]);
    const isMessage = input.kind === 'frame' && stanza?.tag === 'message';
    const effects = isMessage
      ? inner({ ...input, bytes: encodeFrame(middle.reseal(stanza)) })
      : inner();
    opened.splice(0, opened.length, ...middle.opened);
    return mapSent(effects, 'iq', (answer) =>
      mapChildren(answer, (list) =>
        list.tag === 'list' ? mapChildren(list, (user) => (middle as Middle).swapKeys(user)) : list,
      ),
    );
  };
  return { wrapNode: onHost('server', lie), opened };
}
