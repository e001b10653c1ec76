/**
 * The wall-clock instant at which a story begins, `2021-07-14T00:00:00Z`, read into microseconds
 * since the Unix epoch and back by integer calendar arithmetic (proleptic Gregorian, UTC only, no
 * leap seconds). No `Date`: its parsing depends on the host.
 */

/** The written form: UTC to the second, up to six decimal places. */
export const EPOCH_PATTERN =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?Z$/;
/** The epoch of a scenario that names none: the month in which multi-device was published. */
export const EPOCH_DEFAULT = '2021-07-14T00:00:00Z';

const DAY_US = 86_400_000_000;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function monthDays(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

function daysBeforeYear(year: number): number {
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  return past * 365 + leapDays - 719_162;
}

/**
 * Reads an epoch from 1970 to 9999; undefined when it is not one or names a day that does not
 * exist.
 */
export function parseEpoch(text: string): number | undefined {
  const parts = EPOCH_PATTERN.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map(Number);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > monthDays(year, month)) {
    return undefined;
  }
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  let days = daysBeforeYear(year) + day - 1;
  for (let past = 1; past < month; past += 1) days += monthDays(year, past);
  const microseconds = Number((parts[7] ?? '').padEnd(6, '0'));
  return days * DAY_US + ((hour * 60 + minute) * 60 + second) * 1_000_000 + microseconds;
}

/** Writes microseconds since the Unix epoch, from 1970 to 9999, in the form `parseEpoch` reads. */
export function formatEpoch(epochUs: number): string {
  let days = Math.floor(epochUs / DAY_US);
  const restUs = epochUs - days * DAY_US;
  let year = 1970;
  while (daysBeforeYear(year + 1) <= days) year += 1;
  days -= daysBeforeYear(year);
  let month = 1;
  while (days >= monthDays(year, month)) {
    days -= monthDays(year, month);
    month += 1;
  }
  const two = (value: number) => String(value).padStart(2, '0');
  const seconds = Math.floor(restUs / 1_000_000);
  const fraction = restUs % 1_000_000;
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(days + 1)}`;
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`;
  return `${date}T${clock.map(two).join(':')}${tail}Z`;
}
