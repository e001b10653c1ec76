/**
 * Messages with a file (specification 9.3): what is sealed for every device is some hundred bytes
 * that say where the file lies and how to open it. Text beside the file is its caption; a document
 * has it as its title, a recording has none.
 */

import type { MediaKind } from '../contract.ts';
import { isRejected, type Rejection, reject } from '../errors.ts';
import { MEDIA_BYTES_MAX, TEXT_BYTES_MAX } from '../limits.ts';
import {
  decodeMediaMessage,
  encodeMediaMessage,
  type MediaReference,
  mediaReference,
} from '../wire/media-messages.ts';
import type { MessageFields } from '../wire/message.ts';
import { utf8Length } from '../wire/utf8.ts';

const MIME_TYPES: Readonly<Record<MediaKind, string>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/ogg; codecs=opus',
  document: 'application/octet-stream',
};
/** Ten bytes for each 64 KiB of the largest file, and one chunk more. */
const SIDECAR_BYTES_MAX = 10 * (Math.ceil(MEDIA_BYTES_MAX / 65_536) + 1);
const PATH_CHARACTERS_MAX = 1_024;

/** A file as messages say it. */
export interface MediaFile {
  readonly media: MediaKind;
  readonly reference: Omit<MediaReference, 'kind'>;
  /** When the media key was made, seconds since the Unix epoch. */
  readonly mediaKeyTimestampS: number;
}

/** The caption that a message of this kind can carry. */
export function captionOf(media: MediaKind, caption: string): string {
  return media === 'audio' ? '' : caption;
}

/** The body of the `Message` for a recipient's device. */
export function mediaMessageFields(file: MediaFile, caption: string): MessageFields {
  const { media, reference, mediaKeyTimestampS } = file;
  const common = { mimetype: MIME_TYPES[media], ...reference, mediaKeyTimestampS };
  const text = caption === '' ? undefined : caption;
  switch (media) {
    case 'image':
      return { image: encodeMediaMessage(media, { ...common, caption: text }) };
    case 'video':
      return { video: encodeMediaMessage(media, { ...common, caption: text }) };
    case 'audio':
      return { audio: encodeMediaMessage(media, common) };
    case 'document':
      return { document: encodeMediaMessage(media, { ...common, title: text }) };
  }
}

/** A message with a file as it was read. */
export interface ReadMedia extends MediaFile {
  readonly kind: 'read-media';
  readonly caption: string;
}

/**
 * Reads the media message inside a `Message`. `bad-content` when it does not decode, does not say
 * how to open its file, names a file larger than `MEDIA_BYTES_MAX`, or has a caption over
 * `TEXT_BYTES_MAX`.
 */
export function readMediaMessage(media: MediaKind, bytes: Uint8Array): ReadMedia | Rejection {
  const fields = decodeMediaMessage(media, bytes);
  if (isRejected(fields)) return badContent('does not decode');
  const reference = mediaReference(fields);
  if (isRejected(reference)) return reference;
  const { caption, title } = fields as { readonly caption?: string; readonly title?: string };
  const text = captionOf(media, caption ?? title ?? '');
  if (utf8Length(text) > TEXT_BYTES_MAX) return badContent('has too long a caption');
  if (reference.fileLength > MEDIA_BYTES_MAX) return badContent('names too large a file');
  const { directPath, streamingSidecar } = reference;
  if (directPath.length > PATH_CHARACTERS_MAX) return badContent('has too long a path');
  if ((streamingSidecar?.length ?? 0) > SIDECAR_BYTES_MAX) return badContent('has a long sidecar');
  const { kind: _, ...plain } = reference;
  const mediaKeyTimestampS = fields.mediaKeyTimestampS ?? 0;
  return { kind: 'read-media', media, caption: text, reference: plain, mediaKeyTimestampS };
}

function badContent(what: string): Rejection {
  return reject('bad-content', `A message with a file ${what}.`);
}
