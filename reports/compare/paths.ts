/**
 * Paths into the document, as sentences cite them: `overall/availability.first-minute/fanout/mean`.
 * A step is a field's name; in a list it is the element's `id`, `measure` or `scenario` where
 * exactly one element has it, and the element's place (from 0) otherwise.
 */

const NAMES = ['id', 'measure', 'scenario'] as const;

function element(list: readonly unknown[], step: string): unknown {
  const named = list.filter((one) =>
    NAMES.some((name) => (one as Record<string, unknown> | null)?.[name] === step),
  );
  if (named.length === 1) return named[0];
  return /^\d{1,9}$/.test(step) ? list[Number(step)] : undefined;
}

/** What stands at a path; undefined when the path leads nowhere. */
export function valueAt(document: unknown, path: string): unknown {
  let here: unknown = document;
  for (const step of path.split('/')) {
    if (Array.isArray(here)) here = element(here, step);
    else if (typeof here === 'object' && here !== null && Object.hasOwn(here, step)) {
      here = (here as Record<string, unknown>)[step];
    } else return undefined;
  }
  return here;
}
