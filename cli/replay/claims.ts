/**
 * What a trace says of its run beside the events: the facts of the header, the hashes of the
 * footer. A claim that is not so is named, since a recording that agrees event by event may still
 * lie about the rest.
 */

/** A claim that is not so. */
export interface FalseClaim {
  readonly where: 'header' | 'footer';
  /** `bytes hash`, `scenarioHash`, … */
  readonly name: string;
  /** Both as the trace would write them. */
  readonly recorded: string;
  readonly actual: string;
}

type Named = readonly (readonly [name: string, value: unknown])[];

function differing(
  where: FalseClaim['where'],
  recorded: Named,
  actual: Named,
): readonly FalseClaim[] {
  const found = new Map(actual);
  return recorded.flatMap(([name, value]) => {
    const texts = [value, found.get(name)].map((one) => JSON.stringify(one ?? null));
    const [claimed = '', real = ''] = texts;
    return claimed === real ? [] : [{ where, name, recorded: claimed, actual: real }];
  });
}

/** The claims of a footer's line that are about the run; its count and content are the reader's. */
function footerClaims(line: string): Named {
  const { hashes, blocks, earlierKeys } = JSON.parse(line);
  const named = Object.entries(hashes).map(([name, value]) => [`${name} hash`, value] as const);
  return [...named, ['block hashes', blocks], ['earlier uses of keys', earlierKeys]];
}

/** Of two footers, what the recorded one says otherwise than the run of now. */
export function falseFooterClaims(recorded: string, now: string): readonly FalseClaim[] {
  return differing('footer', footerClaims(recorded), footerClaims(now));
}

/**
 * Of two headers, what the recorded one says otherwise than its own scenario gives. `names` are
 * the facts compared.
 */
export function falseHeaderClaims<Facts extends object>(
  recorded: Facts,
  actual: Facts,
  names: readonly (keyof Facts & string)[],
): readonly FalseClaim[] {
  const of = (facts: Facts): Named => names.map((name) => [name, facts[name]]);
  return differing('header', of(recorded), of(actual));
}

const SHOWN_MAX = 120;

function cut(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

/** One sentence for people. */
export function claimText({ where, name, recorded, actual }: FalseClaim): string {
  const real = where === 'header' ? 'its own scenario gives' : 'this run has';
  return `the ${where} says ${name} ${cut(recorded)}; ${real} ${cut(actual)}`;
}
