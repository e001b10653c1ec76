/** How a story says that a promise is broken in it by design. */

/** Properties that a theft may break, as its story intends. */
const OF_THEFTS: readonly string[] = ['C3', 'C5'];

/** Whether a property may be broken by what a theft opens. */
export function isOpenedByTheft(property: string): boolean {
  return OF_THEFTS.includes(property);
}

/** One sentence with what to write. */
export function exceptionHint(property: string, architecture: string): string {
  const entry = `{ property: ${property}, architecture: ${architecture}, why: "..." }`;
  return `if the theft is meant to open this, the scenario can say so: exceptions: [${entry}]`;
}
