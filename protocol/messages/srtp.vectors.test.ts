/**
 * Known answers of calls: specification A.9, RFC 3711 appendix B.2 and B.3, and the reference
 * packet by which the library libsrtp tests itself.
 */

import { describe, expect, test } from 'vitest';
import { backEnds, bytes, hexOf } from '../crypto/testing/back-ends.ts';
import { masterKeysOf } from './call-keys.ts';
import { protectRtp, srtpKeys, unprotectRtp } from './srtp.ts';

const MASTER = {
  masterKey: bytes('e1f97a0d3e018be0d64fa32c06de4139'),
  masterSalt: bytes('0ec675ad498afeebb6960b3aabe6'),
};

describe.each(backEnds)('$name', (provider) => {
  test("A.9: a call key gives a device's master key and salt", () => {
    const callKey = bytes('a265e4205c41c1af46bbc1b3aa61541e049ba391ea5f1e4a5670805c88640fca');
    const keys = masterKeysOf(callKey, '15551234567:2@s.whatsapp.net', provider);
    expect(hexOf(keys.masterKey)).toBe('718fe13f319ce9f169eabb63f23d4657');
    expect(hexOf(keys.masterSalt)).toBe('f9de502181684930ec9d719a7c7f');
  });

  test('RFC 3711 B.3: session keys', () => {
    const keys = srtpKeys(MASTER, provider);
    expect(hexOf(keys.cipherKey)).toBe('c61e7a93744f39ee10734afe3ff7a087');
    expect(hexOf(keys.salt)).toBe('30cbbc08863d8c85d49db34a9ae1');
    expect(hexOf(keys.macKey)).toBe('cebe321f6ff7716b6fd4ab49af256a156d38baa4');
  });

  test('RFC 3711 B.2: the key stream, first blocks and those after 65,279', () => {
    const keys = {
      cipherKey: bytes('2b7e151628aed2a6abf7158809cf4f3c'),
      salt: bytes('f0f1f2f3f4f5f6f7f8f9fafbfcfd'),
      macKey: new Uint8Array(20),
    };
    // Stream, rollover and sequence 0, and zeros as payload: what comes out is the key stream.
    const packet = new Uint8Array(12 + 16 * 65_282);
    packet[0] = 0x80;
    const sealed = protectRtp(keys, packet, 0, provider);
    const block = (index: number) => hexOf(sealed.slice(12 + index * 16, 28 + index * 16));
    expect([0, 1, 2].map(block)).toEqual([
      'e03ead0935c95e80e166b16dd92b4eb4',
      'd23513162b02d0f72a43a2fe4a5f97ab',
      '41e95b3bb0a2e8dd477901e4fca894c0',
    ]);
    expect([65_279, 65_280, 65_281].map(block)).toEqual([
      'ec8cdf7398607cb0f2d21675ea9ea1e4',
      '362b7c3c6773516318a077d7fc5073ae',
      '6a2cc3787889374fbeb4c81b17ba6c44',
    ]);
  });

  test('the reference packet of libsrtp, both ways', () => {
    const packet = bytes(`800f1234decafbadcafebabe${'ab'.repeat(16)}`);
    const sealed = protectRtp(srtpKeys(MASTER, provider), packet, 0, provider);
    expect(hexOf(sealed)).toBe(
      '800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb',
    );
    expect(unprotectRtp(srtpKeys(MASTER, provider), sealed, 0, provider)).toEqual(packet);
  });
});
