/** Metric and flag bytes, which the server sees (specification 11.2). */

/** What a sealed frame is about. */
export const METRICS = {
  queryMedia: 4,
  queryChat: 5,
  queryContact: 6,
  queryMessages: 7,
  group: 10,
  read: 11,
  chat: 12,
  received: 13,
  message: 16,
  /** Assumption: what it was is not public. */
  call: 20,
} as const;

/** How a sealed frame is to be treated. */
export const FLAGS = { ignore: 0x80, acknowledge: 0x40 } as const;

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(METRICS).map(([name, metric]) => [metric, name]),
);

/** The name of a metric byte, for labels. */
export function metricName(metric: number): string {
  return NAMES.get(metric) ?? `metric-${metric}`;
}
