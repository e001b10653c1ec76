/**
 * Linking against `@whiskeysockets/baileys`, which is a companion only: our phone vouches, its
 * companion and ours must accept the same, and our checks must accept what it signed. Found: it
 * calls its signature check and ignores the answer.
 */

import { beforeAll, expect, it } from 'vitest';
import { nobleProvider } from '../crypto/noble.ts';
import { checkAdv } from '../devices/adv-check.ts';
import { acceptPairing, signCompanion } from '../devices/linking.ts';
import { isRejected } from '../errors.ts';
import {
  decodeSignedDeviceIdentity,
  decodeSignedDeviceIdentityHmac,
  encodeSignedDeviceIdentity,
  encodeSignedDeviceIdentityHmac,
} from '../wire/adv.ts';
import { describeWithBaileys, loadBaileys } from './testing/baileys.ts';

interface ForeignNode {
  readonly tag: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly content?: readonly ForeignNode[] | Uint8Array;
}

interface SignedIdentity {
  readonly details: Uint8Array;
  readonly accountSignatureKey: Uint8Array;
  readonly accountSignature: Uint8Array;
  readonly deviceSignature: Uint8Array;
}

/** What of the package is used here. */
interface PairingPart {
  configureSuccessfulPairing(
    stanza: ForeignNode,
    creds: {
      readonly advSecretKey: string;
      readonly signedIdentityKey: { readonly public: Uint8Array; readonly private: Uint8Array };
      readonly signalIdentities: readonly never[];
    },
  ): {
    readonly creds: { readonly account: SignedIdentity; readonly me: { readonly id: string } };
    readonly reply: ForeignNode;
  };
  encodeSignedDeviceIdentity(account: SignedIdentity, includeSignatureKey: boolean): Uint8Array;
}

const DEVICE = '15551230001:3@s.whatsapp.net';
const provider = nobleProvider;
const secret = (byte: number, length = 32) => new Uint8Array(length).fill(byte);
const phone = provider.keyPair(secret(1));
const companion = provider.keyPair(secret(2));
const advSecret = secret(3);
const vouching = signCompanion(
  phone,
  { rawId: 77, timestampS: 1_626_220_000, currentIndex: 6, validIndexes: [0, 2, 6] },
  { identityKey: companion.publicKey, advSecret },
  1_626_220_800,
  { account: secret(4, 64), list: secret(5, 64) },
  provider,
);

describeWithBaileys('pairing with baileys', () => {
  let part: PairingPart;

  beforeAll(async () => {
    part = await loadBaileys<PairingPart>('lib/Utils/validate-connection.js');
  });

  const theirs = (deviceIdentity: Uint8Array) => {
    const success: ForeignNode = {
      tag: 'pair-success',
      attrs: {},
      content: [
        { tag: 'device-identity', attrs: {}, content: Buffer.from(deviceIdentity) },
        { tag: 'device', attrs: { jid: DEVICE, lid: '9:3@lid' } },
        { tag: 'platform', attrs: { name: 'android' } },
      ],
    };
    const stanza: ForeignNode = { tag: 'iq', attrs: { id: '7' }, content: [success] };
    return part.configureSuccessfulPairing(stanza, {
      advSecretKey: Buffer.from(advSecret).toString('base64'),
      signedIdentityKey: {
        public: Buffer.from(companion.publicKey),
        private: Buffer.from(companion.privateKey),
      },
      signalIdentities: [],
    });
  };
  const ours = (deviceIdentity: Uint8Array) =>
    acceptPairing(companion, advSecret, deviceIdentity, secret(6, 64), provider);

  it('its companion takes what our phone vouched for, with the same key index', () => {
    const { creds, reply } = theirs(vouching.deviceIdentity);
    expect(creds.me.id).toBe(DEVICE);
    const sign = (reply.content as readonly ForeignNode[])[0]!;
    const identity = (sign.content as readonly ForeignNode[])[0]!;
    expect([sign.tag, identity.tag]).toEqual(['pair-device-sign', 'device-identity']);
    expect(identity.attrs['key-index']).toBe(String(vouching.keyIndex));
  });

  it('its answer is that of our companion but for the randomness of the signature', () => {
    const { reply } = theirs(vouching.deviceIdentity);
    const outcome = ours(vouching.deviceIdentity);
    if (outcome.kind !== 'pairing-accepted') throw new Error(outcome.problem);
    const identity = (reply.content as readonly ForeignNode[])[0]!.content as ForeignNode[];
    const theirBytes = new Uint8Array(identity[0]!.content as Uint8Array);
    expect(theirBytes).toHaveLength(outcome.reply.length);
    expect(theirBytes.slice(0, -64)).toEqual(outcome.reply.slice(0, -64));
  });

  it('a first message of its companion proves membership to us', () => {
    const { creds } = theirs(vouching.deviceIdentity);
    const deviceIdentity = part.encodeSignedDeviceIdentity(creds.account, true);
    const question = {
      device: DEVICE,
      deviceIdentity: new Uint8Array(deviceIdentity),
      identityKey: companion.publicKey,
      primaryIdentity: phone.publicKey,
      knownIdentity: undefined,
      list: undefined,
    };
    expect(checkAdv(question, provider).kind).toBe('accepted');
    const another = { ...question, identityKey: phone.publicKey };
    expect(checkAdv(another, provider).kind).toBe('refused');
  });

  it('both refuse a wrong MAC; a wrong account signature under a right MAC only we refuse', () => {
    const outer = decodeSignedDeviceIdentityHmac(vouching.deviceIdentity);
    if (isRejected(outer)) throw new Error(outer.sentence);
    const wrongMac = encodeSignedDeviceIdentityHmac({ ...outer, hmac: secret(9) });
    expect(() => theirs(wrongMac)).toThrow();
    expect(ours(wrongMac)).toMatchObject({ problem: 'hmac-mismatch', code: 401 });

    const signed = decodeSignedDeviceIdentity(outer.details);
    if (isRejected(signed)) throw new Error(signed.sentence);
    const accountSignature = signed.accountSignature.slice();
    accountSignature[5] = (accountSignature[5] as number) ^ 1;
    const details = encodeSignedDeviceIdentity({ ...signed, accountSignature });
    const hmac = provider.mac(advSecret, details, 32);
    // It reads this one all the same: the call to its check is made, its answer is not looked at.
    const wrongSignature = encodeSignedDeviceIdentityHmac({ details, hmac });
    expect(() => theirs(wrongSignature)).not.toThrow();
    expect(ours(wrongSignature)).toMatchObject({ problem: 'signature-mismatch', code: 401 });
  });
});
