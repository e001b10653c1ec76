/** What people saw of a story, as numbers: what completed, how fast, and on how many devices. */

import { accountNameOf } from '../../world/intents.ts';
import type { ActOutcome } from './acts.ts';
import type { Folds } from './folds.ts';
import { keep, keepQuantiles, type Measured, meanOf, quantileOf, shareOf } from './samples.ts';

const MINUTE_US = 60_000_000;

/** Availability: shares of the acts that completed in time, by kind of act and of device. */
export function keepActs(into: Measured, { acts }: Folds): void {
  const all = acts.outcomes();
  const messages = all.filter(({ act }) => act.kind === 'message');
  const others = all.filter(({ act }) => act.kind !== 'message');
  for (const [prefix, outcomes] of [
    ['', messages],
    ['actions.', others],
  ] as const) {
    keepShares(into, `availability.${prefix}`, outcomes);
    for (const role of ['phone', 'companion'] as const) {
      const own = outcomes.filter((outcome) => outcome.role === role);
      keepShares(into, `availability.${prefix}${role}.`, own);
    }
  }
}

function keepShares(into: Measured, prefix: string, outcomes: readonly ActOutcome[]): void {
  const within = (limitUs: number): number | undefined => {
    const done = outcomes.filter(({ tookUs }) => tookUs !== undefined && tookUs <= limitUs);
    return shareOf(done.length, outcomes.length);
  };
  keep(into, `${prefix}first-minute`, within(MINUTE_US));
  keep(into, `${prefix}ten-minutes`, within(10 * MINUTE_US));
  keep(into, `${prefix}story`, within(Number.POSITIVE_INFINITY));
}

/** Latency of copies by way, spread of reads, links crossed. */
export function keepLatency(into: Measured, { messages, stage, reads, hops }: Folds): void {
  const ways = new Map<string, number[]>();
  const crossed: number[] = [];
  const note = (way: string, tookUs: number): void => {
    const known = ways.get(way);
    if (known === undefined) ways.set(way, [tookUs]);
    else known.push(tookUs);
  };
  for (const { act, actUs, actSequence, displays } of messages.written()) {
    for (const [host, { timeUs, sequence, via }] of displays) {
      if (via === 'history') continue;
      const isOwn = accountNameOf(host) === accountNameOf(act.device);
      const way = `${stage.roleOf(act.device)}-to-${stage.roleOf(host)}`;
      note('all', timeUs - actUs);
      note(isOwn ? 'own-devices' : way, timeUs - actUs);
      if (isOwn || way !== 'companion-to-companion') continue;
      const links = hops.between(actSequence, sequence);
      if (links !== undefined) crossed.push(links);
    }
  }
  for (const [way, values] of ways) keepQuantiles(into, `latency.${way}`, values);
  keep(into, 'hops.companion-to-companion', quantileOf(crossed, 50));
  const converged = reads.convergedUs();
  keep(into, 'reads.convergence.p50', quantileOf(converged, 50));
  keep(into, 'reads.convergence.max', quantileOf(converged, 100));
}

/** Who can read what at the end of the story; companions that came and went. */
export function keepCopies(into: Measured, { messages, stage, companions }: Folds): void {
  const devices: number[] = [];
  const copies = { due: 0, open: 0, files: 0, fetched: 0 };
  const { ledger } = stage;
  for (const { messageId, displays, hasFile, fetchedOn } of messages.written()) {
    devices.push(displays.size + 1);
    if (hasFile) {
      copies.files += displays.size;
      for (const host of displays.keys()) if (fetchedOn.has(host)) copies.fetched++;
    }
    const status = ledger.messageById(messageId);
    if (status === undefined) continue;
    for (const device of ledger.due(status)) {
      copies.due++;
      if (ledger.shownOn(device, status.said) === undefined) copies.open++;
    }
  }
  keep(into, 'copies.devices-per-message', meanOf(devices));
  keep(into, 'copies.not-shown-in-story', shareOf(copies.open, copies.due));
  keep(into, 'files.fetched', shareOf(copies.fetched, copies.files));
  keep(into, 'linking.scan-to-send', meanOf(companions.scanToSendUs));
  keep(into, 'linking.scan-to-shown', meanOf(companions.scanToShownUs));
  keep(into, 'log-out.learned', companions.learnedAfterLogOut());
  keep(into, 'log-out.held', companions.heldAfterLogOut());
}
