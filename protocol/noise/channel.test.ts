/** What a connection is on the wire, and what ends it. */

import { describe, expect, test } from 'vitest';
import { backEnds, hexOf } from '../crypto/testing/back-ends.ts';
import { isRejected } from '../errors.ts';
import { accept, answer, call, confirm, openFrame, sealFrame } from './channel.ts';
import { openChannel, seeded } from './testing/open-channel.ts';

/** Little-endian u = 1, of low order: it agrees on nothing. */
const LOW_ORDER = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0));

describe.each(backEnds)('$name', (provider) => {
  const device = { fixed: seeded(provider, 1), ephemeral: seeded(provider, 2) };
  const server = { fixed: seeded(provider, 3), ephemeral: seeded(provider, 4) };
  const known = server.fixed.publicKey;
  const stanza = new TextEncoder().encode('a stanza that nobody on the way may read');

  test('the opening takes 39, 99 and 67 bytes, and begins with 57 41 06 03', () => {
    const { sizes, hello } = openChannel(provider, device, server);
    expect(sizes).toEqual([39, 99, 67]);
    expect(hexOf(hello.subarray(0, 7))).toBe('57410603' + '000020');
  });

  test('each end learns the static key of the other', () => {
    const { ends } = openChannel(provider, device, server);
    expect(ends[0].peerStaticKey).toEqual(known);
    expect(ends[1].peerStaticKey).toEqual(device.fixed.publicKey);
  });

  test('a frame is the stanza and 19 bytes, and reads differently each time', () => {
    const { ends } = openChannel(provider, device, server);
    const first = sealFrame(provider, ends[0], stanza);
    const second = sealFrame(provider, first.channel, stanza);
    expect(first.frame.length).toBe(stanza.length + 19);
    expect(hexOf(first.frame)).not.toContain(hexOf(stanza.subarray(0, 8)));
    expect(second.frame).not.toEqual(first.frame);
  });

  test('an empty stanza has a frame too', () => {
    const { ends } = openChannel(provider, device, server);
    const { frame } = sealFrame(provider, ends[1], new Uint8Array(0));
    expect(openFrame(provider, ends[0], frame)).toMatchObject({ stanza: new Uint8Array(0) });
  });

  test('the nonce is 8 zero bytes and the counter, high byte first', () => {
    const { ends } = openChannel(provider, device, server);
    const sending = { key: ends[0].sending.key, counter: 0x01020304 };
    const { frame } = sealFrame(provider, { ...ends[0], sending }, stanza);
    const nonce = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4);
    const none = new Uint8Array(0);
    expect(frame.slice(3)).toEqual(provider.gcmEncrypt(sending.key, nonce, none, stanza));
  });

  test('a changed, missing, repeated, swapped or foreign frame does not open', () => {
    const { ends } = openChannel(provider, device, server);
    const one = sealFrame(provider, ends[0], stanza);
    const two = sealFrame(provider, one.channel, stanza);
    const codeOf = (frame: Uint8Array, end = ends[1]) => {
      const opened = openFrame(provider, end, frame);
      return isRejected(opened) ? opened.code : 'opened';
    };
    expect(codeOf(one.frame)).toBe('opened');
    for (const at of [3, 20, one.frame.length - 1]) {
      const changed = one.frame.map((byte, index) => (index === at ? byte ^ 1 : byte));
      expect(codeOf(changed)).toBe('bad-mac');
    }
    expect(codeOf(two.frame)).toBe('bad-mac'); // the first is missing, or comes after
    const opened = openFrame(provider, ends[1], one.frame);
    if (isRejected(opened)) throw new Error(opened.sentence);
    expect(codeOf(one.frame, opened.channel)).toBe('bad-mac'); // again
    expect(codeOf(two.frame, opened.channel)).toBe('opened');
    expect(codeOf(one.frame, ends[0])).toBe('bad-mac'); // sent back to its sender
    expect(codeOf(one.frame.subarray(0, -1))).toBe('malformed');
    expect(codeOf(Uint8Array.of(0, 0, 15, ...new Uint8Array(15)))).toBe('malformed');
  });

  test('a connection ends with its last nonce', () => {
    const { ends } = openChannel(provider, device, server);
    const last = { key: ends[0].sending.key, counter: 0xffff_ffff };
    const sealed = sealFrame(provider, { ...ends[0], sending: last }, stanza);
    const opened = openFrame(provider, { ...ends[1], receiving: last }, sealed.frame);
    if (isRejected(opened)) throw new Error(opened.sentence);
    expect(openFrame(provider, opened.channel, sealed.frame)).toMatchObject({
      code: 'limit-reached',
    });
    expect(() => sealFrame(provider, sealed.channel, stanza)).toThrow('last nonce');
  });

  test('another server than the one clients know is refused', () => {
    const mallory = { fixed: seeded(provider, 5), ephemeral: seeded(provider, 6) };
    const { calling, bytes } = call(provider, device, known);
    const answered = answer(provider, mallory, bytes);
    if (isRejected(answered)) throw new Error(answered.sentence);
    const confirmed = confirm(provider, calling, answered.bytes);
    expect(confirmed).toMatchObject({ code: 'untrusted-identity' });
  });

  test('an ephemeral key of low order is refused by whoever meets it first', () => {
    const weak = { privateKey: device.ephemeral.privateKey, publicKey: LOW_ORDER };
    const hello = call(provider, { ...device, ephemeral: weak }, known);
    expect(answer(provider, server, hello.bytes)).toMatchObject({ code: 'bad-key' });
    const { calling, bytes } = call(provider, device, known);
    const answered = answer(provider, server, bytes);
    if (isRejected(answered)) throw new Error(answered.sentence);
    const reply = answered.bytes.slice();
    reply.set(LOW_ORDER, 3);
    expect(confirm(provider, calling, reply)).toMatchObject({ code: 'bad-key' });
  });

  test('the header is part of what both ends mean', () => {
    const { bytes } = call(provider, device, known);
    const other = bytes.slice();
    other[3] = 0x02;
    expect(answer(provider, server, other)).toMatchObject({ code: 'unknown-version' });
  });

  test('a last message from an earlier handshake is refused', () => {
    const earlier = openChannel(provider, device, server);
    const fresh = { ...server, ephemeral: seeded(provider, 7) };
    const answered = answer(provider, fresh, earlier.hello);
    if (isRejected(answered)) throw new Error(answered.sentence);
    const accepted = accept(provider, answered.handshake, earlier.last);
    expect(accepted).toMatchObject({ code: 'bad-mac' });
  });
});
