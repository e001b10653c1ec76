/**
 * The words of every event, to be searched: what happened, to what, and why, in lower case; no
 * frames, digests or keys. Events are joined in blocks, so that a search is a few thousand searches
 * in long strings instead of a million in short ones.
 */

const BLOCK = 512;

export class WordIndex {
  readonly #blocks: string[] = [];
  readonly #waiting: string[] = [];
  #count = 0;

  /** The words of the next event. */
  add(words: string): void {
    this.#waiting.push(words.replaceAll('\n', ' ').toLowerCase());
    this.#count++;
    if (this.#waiting.length === BLOCK) this.#close();
  }

  /** Sets `found[row]` for every event that contains the text. */
  mark(text: string, found: Uint8Array): void {
    this.#close();
    const wanted = text.toLowerCase();
    for (const [block, words] of this.#blocks.entries()) {
      let at = words.indexOf(wanted);
      if (at < 0) continue;
      let row = block * BLOCK;
      let lineEnd = words.indexOf('\n');
      while (at >= 0) {
        while (lineEnd >= 0 && lineEnd < at) {
          row++;
          lineEnd = words.indexOf('\n', lineEnd + 1);
        }
        found[row] = 1;
        if (lineEnd < 0) break;
        at = words.indexOf(wanted, lineEnd);
      }
    }
  }

  /** Makes a block of what waits. A search may close the last one early; it is made anew later. */
  #close(): void {
    if (this.#waiting.length === 0) return;
    const block = Math.floor((this.#count - 1) / BLOCK);
    this.#blocks[block] = this.#waiting.join('\n');
    if (this.#waiting.length === BLOCK) this.#waiting.length = 0;
  }
}
