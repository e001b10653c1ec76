/**
 * A group of 257 members with three devices each: what its first member's message is made of in
 * steady state and after a removal, and how long it takes to reach everybody, with real encryption
 * at both ends, over a network that takes no time.
 */

import { largeGroup, type MessageCost, writeToAll } from './testing/large-group.ts';

/** One message to the group, and what it has to be made of. */
export interface GroupBenchRow {
  readonly what: string;
  readonly made: MessageCost;
  readonly wanted: MessageCost;
  /** Until every device has shown it and its receipt is back. */
  readonly tookMs: number;
}

/** Measures one message of each kind. */
export function benchGroups(): readonly GroupBenchRow[] {
  const net = largeGroup(257, ['web', 'pad']);
  writeToAll(net, 'the first hands out all keys');
  const timed = (what: string, wanted: MessageCost): GroupBenchRow => {
    const start = process.hrtime.bigint();
    const made = writeToAll(net, what);
    return { what, made, wanted, tookMs: Number(process.hrtime.bigint() - start) / 1e6 };
  };
  const steady = timed('steady state', { shared: 1, pairwise: 0 });
  const [group, members] = [net.group('all'), [net.user('m256')]];
  net.command('m0.phone', { kind: 'change-group', group, change: 'remove', members });
  net.settle();
  return [steady, timed('first after a removal', { shared: 1, pairwise: 767 })];
}
