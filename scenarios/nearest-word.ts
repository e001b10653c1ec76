/**
 * "Did you mean …": the nearest of a list of words, by edit distance. Used by the loader and the
 * command line.
 */

/**
 * Edit distance with neighbouring swaps counted as one edit (optimal string alignment), over UTF-16
 * units.
 */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwap =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      if (isSwap) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}

/**
 * The word nearest to what was read, ignoring case; undefined when none is within a third of its
 * length (at least one edit, two from four letters on). Ties go to the earlier word.
 */
export function nearestWord(read: string, words: readonly string[]): string | undefined {
  const wanted = read.toLowerCase();
  const limit = Math.max(wanted.length >= 4 ? 2 : 1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const word of words) {
    const candidate = word.toLowerCase();
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate);
    if (distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}
