/**
 * Lines kept as the bytes of a file while they come in: blocks of UTF-8, since the text of a long
 * trace would be longer than an engine lets a string be.
 */

const BLOCK_CHARACTERS = 1 << 18;

/** A file of lines being written to memory. */
export class LineBytes {
  readonly #encoder = new TextEncoder();
  readonly #blocks: Uint8Array[] = [];
  #lines: string[] = [];
  #characters = 0;

  /** Adds one line and its line feed. */
  line(text: string): void {
    this.#lines.push(text);
    this.#characters += text.length + 1;
    if (this.#characters >= BLOCK_CHARACTERS) this.#flush();
  }

  /** Everything so far, in one piece. */
  bytes(): Uint8Array<ArrayBuffer> {
    this.#flush();
    const out = new Uint8Array(this.#blocks.reduce((sum, block) => sum + block.length, 0));
    let at = 0;
    for (const block of this.#blocks) {
      out.set(block, at);
      at += block.length;
    }
    return out;
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    this.#blocks.push(this.#encoder.encode(`${this.#lines.join('\n')}\n`));
    this.#lines = [];
    this.#characters = 0;
  }
}
