/**
 * Known answers of specification appendix A.5: a picture of ten bytes and a film of 150,000, as two
 * independent implementations made them.
 */

import { describe, expect, test } from 'vitest';
import { ascii, backEnds, bytes, hexOf } from '../crypto/testing/back-ends.ts';
import { decryptMedia, encryptMedia } from './media-crypto.ts';

const MEDIA_KEY = bytes('7d6c5f423f1839a15d52bc93bce99b28860ec11e4153428e8d177b1e4d98963c');
const IMAGE = ascii('tiny image');
const VIDEO = new Uint8Array(150_000).fill(7);

describe.each(backEnds)('A.5 over $name', (provider) => {
  test('the picture', () => {
    const image = encryptMedia('image', MEDIA_KEY, IMAGE, provider);
    expect(hexOf(image.file)).toBe('c055e9915da941a58325aa7c2de038697be1574ec72c7bd82af7');
    expect(hexOf(image.fileSha256)).toBe(
      '97e1c48a09e1fd94c08ddc9917a8807eca023d6ab829b19094f3841fdfb5047b',
    );
    expect(hexOf(image.fileEncSha256)).toBe(
      'acfe340f43bea94781c2f7641b9c270b50c8f4b8f986c61b3d301165591a825a',
    );
    expect(image.sidecar).toBeUndefined();
    expect(decryptMedia('image', MEDIA_KEY, image.file, image, provider)).toEqual(IMAGE);
  });

  test('the film and its sidecar', () => {
    const video = encryptMedia('video', MEDIA_KEY, VIDEO, provider);
    expect(hexOf(video.fileSha256)).toBe(
      'fe3115a6fc4bd68e49c25f272efb7483cdbbff3f7d69ecc03ac558abf6a24f9a',
    );
    expect(hexOf(video.fileEncSha256)).toBe(
      '45ba35482121fbf18ace6a4dc62efa672437fe453e2b10de8c18ea6c5b203e2b',
    );
    expect(hexOf(video.sidecar)).toBe(
      '35330c9d2f336916d48474ca53e63b61569dd626f7637678852b8c2ba110',
    );
  });
});
