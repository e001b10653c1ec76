/**
 * Numbers as people read them: counts, durations, sizes, times of the virtual day. No locale in it.
 */

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
const HOUR_US = 60 * MINUTE_US;
const DAY_US = 24 * HOUR_US;

/** `12,345`. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 copy`, `3 copies`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/**
 * A virtual or real duration in at most two units: `84 ms`, `1.4 s`, `4 min 5 s`, `8 h 2 min`, `14
 * d`.
 */
export function duration(us: number): string {
  if (us < 1000) return `${us} µs`;
  if (us < SECOND_US) return `${Math.round(us / 1000)} ms`;
  if (us < MINUTE_US) {
    const tenths = Math.round(us / 100_000);
    return tenths % 10 === 0 ? `${tenths / 10} s` : `${(tenths / 10).toFixed(1)} s`;
  }
  const units = [
    [DAY_US, 'd'],
    [HOUR_US, 'h'],
    [MINUTE_US, 'min'],
    [SECOND_US, 's'],
  ] as const;
  const first = units.findIndex(([size]) => us >= size);
  const parts: string[] = [];
  let rest = us;
  for (const [size, name] of units.slice(first, first + 2)) {
    const whole = Math.floor(rest / size);
    if (whole > 0) parts.push(`${whole} ${name}`);
    rest -= whole * size;
  }
  return parts.join(' ');
}

/** `812 B`, `14.2 kB`, `3.1 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/**
 * The virtual clock: `09:12:33.004`, with the day before it from the second day on: `1d
 * 09:12:33.004`.
 */
export function clock(us: number): string {
  const day = Math.floor(us / DAY_US);
  const within = us - day * DAY_US;
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = two(Math.floor(within / HOUR_US));
  const minutes = two(Math.floor((within % HOUR_US) / MINUTE_US));
  const seconds = two(Math.floor((within % MINUTE_US) / SECOND_US));
  const milliseconds = String(Math.floor((within % SECOND_US) / 1000)).padStart(3, '0');
  return `${day === 0 ? '' : `${day}d `}${hours}:${minutes}:${seconds}.${milliseconds}`;
}

/** `09:00`, `1d 09:00`: a time of the story to the minute. */
export function clockMinutes(us: number): string {
  return clock(us).replace(/:\d\d\.\d{3}$/, '');
}

/** Rows with their columns made equally wide; the last column is left as it is. */
export function aligned(rows: readonly (readonly string[])[], gap = '  '): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join(gap)
      .trimEnd(),
  );
}

/** Breaks a sentence into lines of at most `width` characters, at spaces. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}
