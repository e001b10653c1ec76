/**
 * Media messages, media retries and consistency metadata against the definitions that zapo-js 0.3.0
 * carries (same numbers, same bytes), and what they refuse.
 */

import { describe, expect, test } from 'vitest';
import { proto } from 'zapo-js/proto';
import { isRejected } from '../errors.ts';
import { decodeContextInfo, encodeContextInfo } from './consistency.ts';
import * as media from './media-messages.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const fill = (byte: number, length: number) => new Uint8Array(length).fill(byte);

const file = {
  url: 'https://media.example/a',
  mimetype: 'image/jpeg',
  fileSha256: fill(1, 32),
  fileLength: 123_456,
  mediaKey: fill(2, 32),
  fileEncSha256: fill(3, 32),
  directPath: '/v/a.enc',
};
const TIMESTAMP_S = 1_626_220_800;
const ours = { ...file, mediaKeyTimestampS: TIMESTAMP_S };
const theirs = { ...file, mediaKeyTimestamp: TIMESTAMP_S };

describe('zapo-js writes the same bytes', () => {
  test('for a picture', () => {
    const more = { caption: 'Grüße', height: 480, width: 640, jpegThumbnail: fill(4, 9) };
    expect(hex(media.encodeMediaMessage('image', { ...ours, ...more }))).toBe(
      hex(proto.Message.ImageMessage.encode({ ...theirs, ...more }).finish()),
    );
  });

  test('for a document', () => {
    const more = { title: 'Plan', fileName: 'plan.pdf' };
    expect(hex(media.encodeMediaMessage('document', { ...ours, ...more }))).toBe(
      hex(proto.Message.DocumentMessage.encode({ ...theirs, ...more }).finish()),
    );
  });

  test('for a recording', () => {
    const more = { seconds: 12, ptt: true, streamingSidecar: fill(5, 20) };
    expect(hex(media.encodeMediaMessage('audio', { ...ours, ...more }))).toBe(
      hex(proto.Message.AudioMessage.encode({ ...theirs, ...more }).finish()),
    );
  });

  test('for a film', () => {
    const more = { seconds: 90, caption: 'x', streamingSidecar: fill(5, 20) };
    expect(hex(media.encodeMediaMessage('video', { ...ours, ...more }))).toBe(
      hex(proto.Message.VideoMessage.encode({ ...theirs, ...more }).finish()),
    );
  });

  test('for a media retry and its answer', () => {
    expect(hex(media.encodeServerErrorReceipt('3EB0'))).toBe(
      hex(proto.ServerErrorReceipt.encode({ stanzaId: '3EB0' }).finish()),
    );
    const answer = { stanzaId: '3EB0', directPath: '/v/b.enc' };
    for (const [code, result] of media.MEDIA_RETRY_RESULTS.entries()) {
      expect(hex(media.encodeMediaRetryNotification({ ...answer, result }))).toBe(
        hex(proto.MediaRetryNotification.encode({ ...answer, result: code }).finish()),
      );
    }
  });

  test('for consistency metadata', () => {
    const half = { keyHash: fill(1, 10), timestampS: TIMESTAMP_S, keyIndexes: [0, 2, 300] };
    const bytes = encodeContextInfo({ sender: half, recipient: half });
    const fields = {
      senderKeyHash: half.keyHash,
      senderTimestamp: TIMESTAMP_S,
      senderKeyIndexes: [0, 2, 300],
      recipientKeyHash: half.keyHash,
      recipientTimestamp: TIMESTAMP_S,
      recipientKeyIndexes: [0, 2, 300],
    };
    const info = { deviceListMetadata: fields, deviceListMetadataVersion: 2 };
    expect(hex(bytes)).toBe(hex(proto.MessageContextInfo.encode(info).finish()));
    expect(decodeContextInfo(bytes)).toEqual({ sender: half, recipient: half });
  });
});

describe('a media message', () => {
  test('gives what is needed to fetch and open its file', () => {
    const fields = media.decodeMediaMessage('image', media.encodeMediaMessage('image', ours));
    if (isRejected(fields)) throw new Error(fields.sentence);
    const { url: _url, mimetype: _mimetype, ...needed } = file;
    expect(media.mediaReference(fields)).toEqual({
      kind: 'media-reference',
      ...needed,
      streamingSidecar: undefined,
    });
  });

  test('is refused when a key, hash, path or length is missing or short', () => {
    const broken = [
      { mediaKey: undefined },
      { mediaKey: fill(2, 31) },
      { fileSha256: fill(1, 33) },
      { fileEncSha256: undefined },
      { directPath: undefined },
      { fileLength: undefined },
    ];
    for (const change of broken) {
      expect(media.mediaReference({ ...file, ...change })).toMatchObject({ code: 'bad-content' });
    }
  });
});

describe('consistency metadata', () => {
  const none = { keyHash: undefined, timestampS: undefined, keyIndexes: undefined };

  test('says nothing for a half of which nothing was written, or of another version', () => {
    const said = { ...none, timestampS: 7 };
    const bytes = encodeContextInfo({ sender: said, recipient: undefined });
    expect(decodeContextInfo(bytes)).toEqual({ sender: said, recipient: undefined });
    const other = bytes.slice();
    other[other.length - 1] = 3;
    expect(decodeContextInfo(other)).toBeUndefined();
    expect(decodeContextInfo(fill(0, 0))).toBeUndefined();
  });

  test('is refused with a hash shorter than 8 bytes or longer than 32', () => {
    const coded = (length: number) =>
      decodeContextInfo(
        encodeContextInfo({ sender: undefined, recipient: { ...none, keyHash: fill(1, length) } }),
      );
    for (const length of [0, 7, 33]) expect(coded(length)).toMatchObject({ code: 'malformed' });
    for (const length of [8, 32]) expect(coded(length)).toHaveProperty('recipient');
  });
});
