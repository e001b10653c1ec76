/**
 * Keeps the lines of a trace as pieces of text and finds the n-th one again. Pieces are as long as
 * they come (64 kB to a few MB), so that a million lines are a few thousand strings.
 */

/** Length of the pieces that are kept, in characters. */
const PIECE_LENGTH = 1 << 20;

/** A line longer than this is refused: one line must not take a tab's memory. */
const LINE_LENGTH_MAX = 1 << 25;

export class LineKeeper {
  readonly #pieces: string[] = [];
  readonly #pieceOf: number[] = [];
  readonly #startOf: number[] = [];
  readonly #endOf: number[] = [];
  #rest = '';

  /** Takes text; calls `see` for each whole line of it with its place in a kept piece. */
  take(text: string, see: (piece: string, start: number, end: number) => void): void {
    const joined = this.#rest + text;
    if (joined.length < PIECE_LENGTH) {
      this.#rest = joined;
      return;
    }
    const end = joined.lastIndexOf('\n');
    if (end < 0) {
      if (joined.length > LINE_LENGTH_MAX) throw new RangeError('a line is too long');
      this.#rest = joined;
      return;
    }
    this.#rest = joined.slice(end + 1);
    this.#lines(joined.slice(0, end), see);
  }

  /** Takes the last lines; a last line without line feed counts. */
  end(see: (piece: string, start: number, end: number) => void): void {
    const rest = this.#rest.endsWith('\n') ? this.#rest.slice(0, -1) : this.#rest;
    this.#rest = '';
    if (rest !== '') this.#lines(rest, see);
  }

  /** The n-th kept line. */
  line(index: number): string {
    const piece = this.#pieces[this.#pieceOf[index] as number] as string;
    return piece.slice(this.#startOf[index], this.#endOf[index]);
  }

  /** Remembers the line just seen as the next one. */
  keep(start: number, end: number): void {
    this.#pieceOf.push(this.#pieces.length - 1);
    this.#startOf.push(start);
    this.#endOf.push(end);
  }

  #lines(piece: string, see: (piece: string, start: number, end: number) => void): void {
    this.#pieces.push(piece);
    let start = 0;
    while (start <= piece.length) {
      const feed = piece.indexOf('\n', start);
      const end = feed < 0 ? piece.length : feed;
      see(piece, start, end);
      start = end + 1;
    }
  }
}
