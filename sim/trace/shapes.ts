/**
 * The shapes of a trace's lines, and decoding of untrusted JSON by them. A decoded object is a
 * fresh one with the fields of its shape in their order; anything else (missing, extra, of another
 * type) is refused.
 */

/** Checks and copies one JSON value; `REFUSED` when it does not fit. */
export type Decode = (value: unknown) => unknown;

/** What a decoder answers instead of a value. */
export const REFUSED: unique symbol = Symbol('refused');

/** Field name and decoder, in the order of writing; optional fields may be absent. */
export type Field = readonly [name: string, decode: Decode, isOptional?: 'optional'];

/** Any text. */
export function text(value: unknown): unknown {
  return typeof value === 'string' ? value : REFUSED;
}

/** Any number (JSON has finite ones only). */
export function number(value: unknown): unknown {
  return typeof value === 'number' ? value : REFUSED;
}

/** A safe integer. */
export function integer(value: unknown): unknown {
  return Number.isSafeInteger(value) ? value : REFUSED;
}

/** A safe integer that is not negative. */
export function count(value: unknown): unknown {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? value : REFUSED;
}

/** True or false. */
export function truth(value: unknown): unknown {
  return typeof value === 'boolean' ? value : REFUSED;
}

/** Whole bytes in lower-case hex. */
export function hexText(value: unknown): unknown {
  return typeof value === 'string' && value.length % 2 === 0 && /^[0-9a-f]*$/.test(value)
    ? value
    : REFUSED;
}

/** 32 lower-case hex digits. */
export function digest(value: unknown): unknown {
  return typeof value === 'string' && value.length === 32 ? hexText(value) : REFUSED;
}

/** Any JSON value, as it is. */
export function anything(value: unknown): unknown {
  return value === undefined ? REFUSED : value;
}

/** One of these words, numbers or truths. */
export function oneOf(...allowed: readonly (string | number | boolean | null)[]): Decode {
  return (value) => (allowed.includes(value as string) ? value : REFUSED);
}

/** Whichever decoder accepts first. */
export function either(...decoders: readonly Decode[]): Decode {
  return (value) => {
    for (const decode of decoders) {
      const decoded = decode(value);
      if (decoded !== REFUSED) return decoded;
    }
    return REFUSED;
  };
}

/** A list of values of one shape. */
export function listOf(decode: Decode): Decode {
  return (value) => {
    if (!Array.isArray(value)) return REFUSED;
    const out: unknown[] = [];
    for (const item of value) {
      const decoded = decode(item);
      if (decoded === REFUSED) return REFUSED;
      out.push(decoded);
    }
    return out;
  };
}

/** A list of exactly these values. */
export function tuple(...decoders: readonly Decode[]): Decode {
  return (value) => {
    if (!Array.isArray(value) || value.length !== decoders.length) return REFUSED;
    const out: unknown[] = [];
    for (let at = 0; at < decoders.length; at++) {
      const decoded = (decoders[at] as Decode)(value[at]);
      if (decoded === REFUSED) return REFUSED;
      out.push(decoded);
    }
    return out;
  };
}

/** An object with these fields and no others. */
export function object(fields: readonly Field[]): Decode {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return REFUSED;
    const source = new Map<string, unknown>(Object.entries(value));
    const out: [string, unknown][] = [];
    for (const [name, decode, isOptional] of fields) {
      if (isOptional !== undefined && !source.has(name)) continue;
      const decoded = decode(source.get(name));
      if (decoded === REFUSED) return REFUSED;
      out.push([name, decoded]);
    }
    return out.length === source.size ? Object.fromEntries(out) : REFUSED;
  };
}
