/**
 * From the bytes of a trace to pieces of text, compressed or not. Bytes are a stranger's: the limit
 * is on what they inflate to, and a stream that breaks off gives what came before it.
 */

/** Bytes after inflating: ten times a million events with every view, far below what tabs may use. */
export const INFLATED_BYTES_MAX = 1_500_000_000;

/** How the text ended. */
export interface TextEnd {
  /** One sentence for people; empty when all of it came. */
  readonly problem: string;
}

const GZIP = [0x1f, 0x8b];

/** Calls `take` with pieces of text in order; waits for it when it answers a promise. */
export async function readText(
  bytes: Uint8Array<ArrayBuffer>,
  take: (piece: string) => void | Promise<void>,
): Promise<TextEnd> {
  const isGzip = bytes[0] === GZIP[0] && bytes[1] === GZIP[1];
  const whole = new Blob([bytes]).stream();
  const stream = isGzip ? whole.pipeThrough(new DecompressionStream('gzip')) : whole;
  const reader = stream.getReader();
  const decoder = new TextDecoder('utf-8');
  let inflatedBytes = 0;
  for (;;) {
    let next: ReadableStreamReadResult<Uint8Array>;
    try {
      next = await reader.read();
    } catch {
      return {
        problem: 'The compressed file breaks off or is damaged; what came before is shown.',
      };
    }
    if (next.done) break;
    inflatedBytes += next.value.length;
    if (inflatedBytes > INFLATED_BYTES_MAX) {
      await reader.cancel();
      const millions = INFLATED_BYTES_MAX / 1_000_000;
      return { problem: `The trace is longer than ${millions} MB; its beginning is shown.` };
    }
    const piece = decoder.decode(next.value, { stream: true });
    const taken = take(piece);
    if (taken !== undefined) await taken;
  }
  const rest = decoder.decode();
  if (rest !== '') await take(rest);
  return { problem: '' };
}
