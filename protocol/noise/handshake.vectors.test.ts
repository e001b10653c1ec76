/**
 * Known answers of two other implementations for Noise_XX_25519_AESGCM_SHA256: the vectors of
 * cacophony and of snow, as snow's repository keeps them (`tests/vectors`, Apache-2.0 or MIT).
 */

import { describe, expect, test } from 'vitest';
import { backEnds, bytes, hexOf } from '../crypto/testing/back-ends.ts';
import { isRejected } from '../errors.ts';
import { openFrame, sealFrame } from './channel.ts';
import {
  beginHandshake,
  type FinishedHandshake,
  finishHandshake,
  readMessage,
  writeMessage,
} from './handshake.ts';

interface Vector {
  readonly name: string;
  readonly prologue: string;
  /** Static and ephemeral private keys of initiator and responder. */
  readonly keys: readonly (readonly [string, string])[];
  readonly hash?: string;
  /** Payload and message, the ends writing in turn; the first three are the handshake. */
  readonly messages: readonly (readonly [string, string])[];
}

const CACOPHONY: Vector = {
  name: 'cacophony',
  prologue: '4a6f686e2047616c74',
  keys: [
    [
      'e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1',
      '893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a',
    ],
    [
      '4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893',
      'bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b',
    ],
  ],
  hash: '1b7aefb1125762aa21a252890d00af54519638b76437444538f9a52f21e2e0dc',
  messages: [
    [
      '4c756477696720766f6e204d69736573',
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944' +
        '4c756477696720766f6e204d69736573',
    ],
    [
      '4d757272617920526f746862617264',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843757117acceb05bd7' +
        'a45733bc22015c97a9d0cbaf41b80446d5988ff5127235d76b79eade70f473d6a4ef521fdcbeda53' +
        '40d01e028ba793fc059f2724a83af05f12dda0448a7621a926b379a92477fd',
    ],
    [
      '462e20412e20486179656b',
      'c90f1cf77eba4e50edb038991565e36c9758943a989229b6051244dc4fbecb6946744b401af2ee1a' +
        '5881b65fbb87fd07cb6a328ececc9ce6ce84c399dc332d4fd521fa4bb7f467ce909395',
    ],
    ['4361726c204d656e676572', 'bc3fa77f6aca3e8466d7dc6bea10013e88a6a29add5132b461806c'],
    [
      '4a65616e2d426170746973746520536179',
      '250b01074cdfe0df2ecf8ccbf1737b15a2ddb5b52fd9a396604e9c793cee3b3bb9',
    ],
    [
      '457567656e2042f6686d20766f6e2042617765726b',
      '449d4d433b3cdc3d02bf6fc881774b9df54366ebcffb9689bb13f14709822cd7ef42bcdb4d',
    ],
  ],
};

const SNOW: Vector = {
  name: 'snow',
  prologue:
    '5468657265206973206e6f20726967687420616e642077726f6e672e2054686572652773206f6e6c7920' +
    '66756e20616e6420626f72696e672e',
  keys: [
    [
      '67a147237ca2e511a5328abf44fc049e725d23ac193f1d5e8da60d543670cd39',
      'b4dbfea92d1afb2ce4a508bd5e014d21ee95ced8d12346d226985d40b2da95e7',
    ],
    [
      '0e64a9143ba4c2bb79a25cd1c12575a9da949b52338b32fe1208e4b598c9acc0',
      'c3142e465cafd8356330d7f910146c5428a524e723df165d76a2d5a697aa7e6d',
    ],
  ],
  messages: [
    [
      '09f6721fa79e976f05d523c07e4818bfad6903108a05734e3163cec30442fcf5',
      'c8a324f41408be37f760130b5a8f2c4e9c92bab229e9b78007aa43b7c7656b34' +
        '09f6721fa79e976f05d523c07e4818bfad6903108a05734e3163cec30442fcf5',
    ],
    [
      'af62581a26fc31c4b722c1f04d73d845eb6daf35bcd64fc805a46a74bd747d90',
      '4e935a4c1dccaf91b78062590be1e790f984eeff2ab9a219e491387a99dbfe53b9ea4a0a1b78a300' +
        '56a0615ef4cfcc5d5bcfa087abd07df701c08b2410ab385c490a43cd853a15a1d1e8162c25b78d36' +
        '2ff84afd1f02e0d0e8d25ada33fe5f8e8856cc49e9a896c1c10616508f52387ca29d35a037c7d1c9' +
        '68a45d07daf01667',
    ],
    [
      'bae081c11b0a050d08a48d4a2dd387bd927e18d12c1f2758ae712ec4e3948dc8',
      '72eb5f83ef7773b38886a657b2216368f76f51e90855aaec0c9cd65c7750c531b3ef8a9261065b9b' +
        '73009e698c3e0e1e7153c64e842d877db5f0953c2a43f12bdee99b360ebc11ee64a2989bf8f486a4' +
        '5267753caf35ad5900224e9b04c4b5b2',
    ],
    [
      '062b027afab93baa74c7cdc1ac71b3486636bed142caec9f70f4dd672dbe120d',
      '9953df9aa4294b12364dd6896de6e705564a5583c67ed86f0b985054d63f4381bdb99faa86338936' +
        '43d6ee3ba987344f',
    ],
    [
      '3000ff396f68e4d00ac10c97a4c14e5901e3245dc29f9a801427babd59bfc2a3',
      'd9ea28203c96f5ac9024541d8f05e5e9bbfedccf701d2a2130ddeada49446a546d03c3ed44055878' +
        '2120b95e537a229e',
    ],
  ],
};

function taken<Value>(value: Value): Exclude<Value, { kind: 'rejected' }> {
  if (isRejected(value)) throw new Error(value.sentence);
  return value as Exclude<Value, { kind: 'rejected' }>;
}

describe.each(backEnds)('$name', (provider) => {
  describe.each([CACOPHONY, SNOW])('the vector of $name', ({ prologue, keys, hash, messages }) => {
    const ends = keys.map(([fixed, ephemeral], at) => {
      const pairs = {
        fixed: provider.keyPair(bytes(fixed)),
        ephemeral: provider.keyPair(bytes(ephemeral)),
      };
      const role = at === 0 ? 'initiator' : 'responder';
      return beginHandshake(provider, role, pairs, bytes(prologue));
    });

    function shakeHands(): FinishedHandshake[] {
      const reached = [...ends];
      for (const [at, [payload, message]] of messages.slice(0, 3).entries()) {
        const [writer, reader] = [at % 2, 1 - (at % 2)];
        const written = taken(writeMessage(provider, reached[writer] as never, bytes(payload)));
        expect(hexOf(written.message)).toBe(message);
        const read = taken(readMessage(provider, reached[reader] as never, bytes(message)));
        expect(hexOf(read.payload)).toBe(payload);
        reached[writer] = written.handshake;
        reached[reader] = read.handshake;
      }
      return reached.map((end) => finishHandshake(provider, end));
    }

    test('three messages, and each end knows the other', () => {
      const [initiator, responder] = shakeHands();
      expect(initiator?.handshakeHash).toEqual(responder?.handshakeHash);
      if (hash !== undefined) expect(hexOf(initiator?.handshakeHash)).toBe(hash);
      expect(initiator?.peerStaticKey).toEqual(ends[1]?.keys.fixed.publicKey);
      expect(responder?.peerStaticKey).toEqual(ends[0]?.keys.fixed.publicKey);
    });

    test('and what is sealed afterwards', () => {
      const finished: Parameters<typeof sealFrame>[1][] = shakeHands();
      for (const [at, [payload, message]] of messages.slice(3).entries()) {
        const [writer, reader] = [1 - (at % 2), at % 2];
        const sealed = sealFrame(provider, finished[writer] as never, bytes(payload));
        const length = (message.length / 2).toString(16).padStart(6, '0');
        expect(hexOf(sealed.frame)).toBe(length + message);
        const opened = taken(openFrame(provider, finished[reader] as never, sealed.frame));
        expect(hexOf(opened.stanza)).toBe(payload);
        finished[writer] = sealed.channel;
        finished[reader] = opened.channel;
      }
    });
  });
});
