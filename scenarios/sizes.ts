/**
 * Sizes as people write them: `300B`, `200kB`, `5MB`, in steps of a thousand, read into whole bytes
 * and written back. No floats.
 */

const UNITS = [
  { unit: 'MB', sizeBytes: 1_000_000 },
  { unit: 'kB', sizeBytes: 1_000 },
  { unit: 'B', sizeBytes: 1 },
] as const;

/** A whole number with a unit, without a space. */
export const SIZE_PATTERN = /^[0-9]{1,9}(?:B|kB|MB)$/;
/** How to write a size, for errors and help. */
export const SIZE_FORMS = '300B, 200kB or 5MB (a kB has 1,000 bytes)';

/** Reads a size into bytes; undefined when it is not one. The caller bounds it. */
export function parseSize(text: string): number | undefined {
  if (!SIZE_PATTERN.test(text)) return undefined;
  const found = UNITS.find(({ unit }) => text.endsWith(unit));
  return found && Number.parseInt(text, 10) * found.sizeBytes;
}

/** Writes whole bytes in the largest unit that holds them exactly: 200,000 is `200kB`. */
export function formatSize(sizeBytes: number): string {
  const found = UNITS.find((each) => sizeBytes !== 0 && sizeBytes % each.sizeBytes === 0);
  return found === undefined ? '0B' : `${sizeBytes / found.sizeBytes}${found.unit}`;
}
