/** Virtual times for people: whole microseconds in, text out, and back. Integers only. */

const SECOND_US = 1_000_000;
const DAY_SECONDS = 86_400;
const UNITS: ReadonlyMap<string, number> = new Map([
  ['us', 1],
  ['ms', 1_000],
  ['s', SECOND_US],
  ['m', 60 * SECOND_US],
  ['h', 3_600 * SECOND_US],
  ['d', DAY_SECONDS * SECOND_US],
]);

/** `08:30:00.001500` since the run began; from the second day on `1d 08:30:00.001500`. */
export function timeText(timeUs: number): string {
  const seconds = Math.floor(timeUs / SECOND_US);
  const days = Math.floor(seconds / DAY_SECONDS);
  const parts = [Math.floor((seconds % DAY_SECONDS) / 3_600), Math.floor(seconds / 60) % 60];
  const clock = [...parts, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const fraction = String(timeUs % SECOND_US).padStart(6, '0');
  return `${days > 0 ? `${days}d ` : ''}${clock}.${fraction}`;
}

/** A length of time in its two largest units, rounded down: `1h 30m`, `2s 40ms`, `300us`. */
export function durationText(lengthUs: number): string {
  let rest = lengthUs;
  const out: string[] = [];
  for (const [unit, unitUs] of [...UNITS].reverse()) {
    const whole = Math.floor(rest / unitUs);
    if (whole === 0) {
      if (out.length > 0) break;
      continue;
    }
    out.push(`${whole}${unit}`);
    rest -= whole * unitUs;
    if (out.length === 2) break;
  }
  return out.length === 0 ? '0us' : out.join(' ');
}

/**
 * Reads `8h`, `1h30m`, `250ms`, `08:30`, `08:30:01`, `08:30:01.5`; undefined when it is none of
 * these.
 */
export function parseTimeUs(text: string): number | undefined {
  const clock = /^(\d{1,4}):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text);
  if (clock !== null) {
    const [, hours, minutes, seconds = '0', fraction = ''] = clock;
    const wholeSeconds = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
    return wholeSeconds * SECOND_US + Number(fraction.padEnd(6, '0'));
  }
  if (!/^(\d{1,12}(us|ms|s|m|h|d))+$/.test(text)) return undefined;
  let sumUs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(us|ms|s|m|h|d)/g)) {
    sumUs += Number(amount) * (UNITS.get(unit as string) as number);
  }
  return Number.isSafeInteger(sumUs) ? sumUs : undefined;
}
