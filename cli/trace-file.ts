/**
 * Traces as files: lines compressed at this edge. A file is one gzip member whose blocks are
 * flushed whole, so that a program killed in mid-write leaves a file whose readable part is
 * everything before. A member a block would be simpler, but browsers read only the first member.
 */

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { constants, crc32, deflateRawSync, gunzipSync } from 'node:zlib';
import type { RunResult } from '../sim/run/run.ts';
import { RunHashes } from '../sim/trace/hashes.ts';
import type { Observer } from '../sim/trace/observer.ts';
import { traceFactsOf } from '../sim/trace/run-facts.ts';
import { TraceWriter } from '../sim/trace/writer.ts';
import { buildFacts } from './build-facts.ts';
import type { RunJob } from './engine/job.ts';
import { architectureOf } from './engine/providers.ts';
import { discard, fragmentOf, partialOf, settle } from './output-file.ts';
import { type Comparison, LineComparison } from './replay/compare.ts';
import { UsageError } from './usage-error.ts';
import { cannotWrite } from './write-out.ts';

const BLOCK_CHARACTERS = 1 << 18;

/** A trace being written. */
export interface TraceFile {
  readonly observer: Observer;
  /** Writes the footer and closes: the trace is complete. */
  finish(result: RunResult): void;
  /**
   * Closes without a footer: the trace says of itself that it is incomplete, and so does its name.
   * What stood under the name asked for stays.
   */
  abandon(): void;
  /** Closes and leaves nothing. */
  discard(): void;
}

/** The ten bytes before a member (RFC 1952): deflate, no name, no time, no system. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** Bytes of one gzip member, block by block: each can be read as soon as it is written. */
class GzipMember {
  #crc = 0;
  #sizeBytes = 0;
  #hasBegun = false;

  /** The file's next bytes. */
  block(plain: Buffer): Buffer {
    this.#crc = crc32(plain, this.#crc);
    this.#sizeBytes = (this.#sizeBytes + plain.length) % 2 ** 32;
    const finishFlush = constants.Z_FULL_FLUSH;
    const body = deflateRawSync(plain, { level: 4, finishFlush });
    const head = this.#hasBegun ? [] : [GZIP_HEADER];
    this.#hasBegun = true;
    return Buffer.concat([...head, body]);
  }

  /** The last bytes: an empty last block, the checksum, the length. */
  end(): Buffer {
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.#crc, 0);
    trailer.writeUInt32LE(this.#sizeBytes, 4);
    return Buffer.concat([deflateRawSync(Buffer.alloc(0)), trailer]);
  }
}

/** Writes text in blocks; `.gz` files are compressed, others are plain lines. */
class BlockFile {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #member: GzipMember | undefined;
  #lines: string[] = [];
  #characters = 0;
  #isOpen = true;

  constructor(path: string) {
    this.#path = path;
    this.#member = path.endsWith('.gz') ? new GzipMember() : undefined;
    this.#descriptor = openSync(partialOf(path), 'w');
  }

  line(text: string): void {
    this.#lines.push(text);
    this.#characters += text.length + 1;
    if (this.#characters >= BLOCK_CHARACTERS) this.flush();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.flush();
      if (this.#member !== undefined) this.#write(this.#member.end());
    } finally {
      closeSync(this.#descriptor);
    }
  }

  /** Closes without writing what is held back. */
  drop(): void {
    this.#lines = [];
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }

  /** Writes what is held back. */
  flush(): void {
    if (this.#lines.length === 0) return;
    const plain = Buffer.from(`${this.#lines.join('\n')}\n`, 'utf8');
    // Let go first: what could not be written is not tried again when the file is closed.
    this.#lines = [];
    this.#characters = 0;
    this.#write(this.#member === undefined ? plain : this.#member.block(plain));
  }

  #write(bytes: Buffer): void {
    let rest = bytes;
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.#descriptor, rest));
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }
}

function writerFor(job: RunJob, sink: (line: string) => void): TraceWriter {
  const { hasViews = false, hasKeys = false } = job.detail ?? {};
  const { describe, keysIn } = architectureOf(job.architecture);
  return new TraceWriter(sink, traceFactsOf({ ...job, program: buildFacts().version }), {
    ...(hasViews ? { describe } : {}),
    ...(hasKeys ? { keysIn } : {}),
  });
}

/** Begins the trace of a job. */
export function openTraceFile(path: string, job: RunJob): TraceFile {
  const file = new BlockFile(path);
  const writer = writerFor(job, (line) => file.line(line));
  // The header at once: a run killed in its first moments leaves a trace that can be named.
  file.flush();
  return {
    observer: writer,
    finish: (result) => {
      writer.end(result.hashes);
      file.close();
      settle(path);
    },
    abandon: () => {
      file.close();
      settle(path, fragmentOf(path));
    },
    discard: () => {
      file.drop();
      discard(path);
    },
  };
}

/** Begins to hold a job against a recorded trace. */
export function openComparison(
  path: string,
  job: RunJob,
): { readonly observers: readonly Observer[]; end(result: RunResult): Comparison } {
  const comparison = new LineComparison(readTraceText(path));
  const writer = writerFor(job, comparison.sink);
  // Rolled a second time only for a footer that has hashes of blocks, which few writers ask for.
  const blocks = comparison.wantsBlocks ? new RunHashes() : undefined;
  return {
    observers: blocks === undefined ? [writer] : [writer, blocks],
    end: (result) => {
      writer.end(result.hashes, blocks?.blocks());
      return comparison.end();
    },
  };
}

const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** Whether bytes are those of a compressed file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1];
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new UsageError(`cannot read ${path} (${code})`);
  }
}

/**
 * The text of a trace file, as much as can be read of it. Throws `UsageError` when there is
 * nothing.
 */
export function readTraceText(path: string): string {
  try {
    const bytes = readBytes(path);
    if (!isGzip(bytes)) return bytes.toString('utf8');
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new UsageError(`cannot read ${path} (${code})`);
  }
}

/** Whether a file holds a trace rather than a scenario. */
export function isTraceFile(path: string): boolean {
  const bytes = readBytes(path);
  // A trace killed in its first moments may hold nothing yet: then its name must do.
  if (isGzip(bytes) || (bytes.length === 0 && /\.trace\b|\.ndjson$|\.gz$/.test(path))) return true;
  return bytes.subarray(0, 64).toString('utf8').startsWith('{"lockstep":"trace"');
}
