/**
 * From the bytes of a trace to pieces of text, compressed or not. Bytes are a stranger's: the limit
 * is on what they inflate to, and a stream that breaks off gives what came before it.
 *
 * The browser's own inflater reads the first member of a gzip file and stumbles over a second one,
 * which the format allows and long traces have. fflate then reads on from where it stumbled.
 */

import { Gunzip } from 'fflate';

/** Bytes after inflating. A million events with every view are about 500 MB. */
export const INFLATED_BYTES_MAX = 1_500_000_000;

/** How the text ended. */
export interface TextEnd {
  /** One sentence for people; empty when all of it came. */
  readonly problem: string;
}

const GZIP = [0x1f, 0x8b];

/** Bytes given to fflate at once. */
const SLICE = 1 << 18;

const BROKEN = 'The compressed file breaks off or is damaged; what came before is shown.';

/** Text out of pieces of UTF-8, up to the limit. */
class TextPieces {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #take: (piece: string) => void;
  bytes = 0;

  constructor(take: (piece: string) => void) {
    this.#take = take;
  }

  get isFull(): boolean {
    return this.bytes > INFLATED_BYTES_MAX;
  }

  add(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    if (!this.isFull) this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  end(problem: string): TextEnd {
    const rest = this.#decoder.decode();
    if (rest !== '') this.#take(rest);
    if (!this.isFull) return { problem };
    const millions = INFLATED_BYTES_MAX / 1_000_000;
    return { problem: `The trace is longer than ${millions} MB; its beginning is shown.` };
  }
}

/** Calls `take` with pieces of text in order. */
export async function readText(
  bytes: Uint8Array<ArrayBuffer>,
  take: (piece: string) => void,
): Promise<TextEnd> {
  const pieces = new TextPieces(take);
  const isGzip = bytes[0] === GZIP[0] && bytes[1] === GZIP[1];
  const whole = new Blob([bytes]).stream();
  const stream = isGzip ? whole.pipeThrough(new DecompressionStream('gzip')) : whole;
  const reader = stream.getReader();
  for (;;) {
    let next: ReadableStreamReadResult<Uint8Array>;
    try {
      next = await reader.read();
    } catch {
      return pieces.end(readOn(bytes, pieces) ? '' : BROKEN);
    }
    if (next.done) return pieces.end('');
    pieces.add(next.value);
    if (pieces.isFull) {
      await reader.cancel();
      return pieces.end('');
    }
  }
}

/** Inflates from the beginning and hands on what has not come yet. Answers whether it was whole. */
function readOn(bytes: Uint8Array, pieces: TextPieces): boolean {
  let skipBytes = pieces.bytes;
  let isWhole = false;
  const gunzip = new Gunzip((chunk, isLast) => {
    isWhole = isLast;
    const skipped = Math.min(skipBytes, chunk.length);
    skipBytes -= skipped;
    if (skipped < chunk.length) pieces.add(chunk.subarray(skipped));
  });
  try {
    for (let at = 0; at < bytes.length && !pieces.isFull; at += SLICE) {
      gunzip.push(bytes.subarray(at, at + SLICE), at + SLICE >= bytes.length);
    }
  } catch {
    return false;
  }
  return isWhole;
}
