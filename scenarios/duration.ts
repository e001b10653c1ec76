/**
 * Durations as people write them: `1500us`, `250ms`, `30s`, `20m`, `8h`, `14d` and sums such as
 * `1h30m`, read into integer microseconds and written back. No floats, no dates.
 */

const UNITS = [
  { unit: 'd', sizeUs: 86_400_000_000 },
  { unit: 'h', sizeUs: 3_600_000_000 },
  { unit: 'm', sizeUs: 60_000_000 },
  { unit: 's', sizeUs: 1_000_000 },
  { unit: 'ms', sizeUs: 1_000 },
  { unit: 'us', sizeUs: 1 },
] as const;

/** One or more numbers with a unit, without spaces; a lone `0` is allowed. */
export const DURATION_PATTERN = /^(?:0|(?:[0-9]{1,15}(?:us|ms|s|m|h|d))+)$/;
/** As `DURATION_PATTERN`, with an optional leading minus. */
export const SIGNED_DURATION_PATTERN = /^-?(?:0|(?:[0-9]{1,15}(?:us|ms|s|m|h|d))+)$/;
/** How to write a duration, for errors and help. */
export const DURATION_FORMS = '250ms, 30s, 20m, 8h, 14d or a sum such as 1h30m';

/**
 * Reads a duration, signed or not, into microseconds; undefined when it is not one. The result may
 * exceed what is sensible: the caller compares with its own bound.
 */
export function parseDuration(text: string): number | undefined {
  if (!SIGNED_DURATION_PATTERN.test(text)) return undefined;
  let totalUs = 0;
  for (const part of text.matchAll(/([0-9]+)(us|ms|s|m|h|d)/g)) {
    const size = UNITS.find(({ unit }) => unit === part[2]);
    totalUs += Number(part[1]) * (size?.sizeUs ?? 0);
  }
  return text.startsWith('-') && totalUs !== 0 ? -totalUs : totalUs;
}

/**
 * Writes integer microseconds as the shortest sum of units: 5,400,000,000 is `1h30m`, 0 is `0s`.
 */
export function formatDuration(durationUs: number): string {
  if (durationUs === 0) return '0s';
  let restUs = Math.abs(durationUs);
  let text = durationUs < 0 ? '-' : '';
  for (const { unit, sizeUs } of UNITS) {
    const count = Math.floor(restUs / sizeUs);
    if (count > 0) text += `${count}${unit}`;
    restUs -= count * sizeUs;
  }
  return text;
}

/** As `UNITS`, as people read them in a sentence. */
const WORDS = [
  { word: 'd', sizeUs: 86_400_000_000 },
  { word: 'h', sizeUs: 3_600_000_000 },
  { word: 'min', sizeUs: 60_000_000 },
  { word: 's', sizeUs: 1_000_000 },
  { word: 'ms', sizeUs: 1_000 },
  { word: 'µs', sizeUs: 1 },
] as const;

/**
 * A duration (from 0) for a sentence, in its largest unit and the next one (or so many as are asked
 * for), rounded down: `19 min 56 s`, `5 min`, `1 s 500 ms`.
 */
export function durationWords(durationUs: number, units = 2): string {
  const first = WORDS.findIndex(({ sizeUs }) => durationUs >= sizeUs);
  if (first < 0) return '0 s';
  let restUs = durationUs;
  const parts: string[] = [];
  for (const { word, sizeUs } of WORDS.slice(first, first + units)) {
    const count = Math.floor(restUs / sizeUs);
    if (count > 0) parts.push(`${count} ${word}`);
    restUs -= count * sizeUs;
  }
  return parts.join(' ');
}

/** Two durations to be compared in one sentence: as exact as they must be to read differently. */
export function durationsApart(leftUs: number, rightUs: number): readonly [string, string] {
  for (let units = 2; units < WORDS.length; units++) {
    const left = durationWords(leftUs, units);
    const right = durationWords(rightUs, units);
    if (left !== right) return [left, right];
  }
  return [durationWords(leftUs, WORDS.length), durationWords(rightUs, WORDS.length)];
}
