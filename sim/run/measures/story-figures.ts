/** What people saw of a story, as numbers: what completed, how fast, and on how many devices. */

import { accountNameOf } from '../../world/intents.ts';
import type { ActOutcome } from './acts.ts';
import type { Folds } from './folds.ts';
import type { WrittenMessage } from './messages.ts';
import { PlannedCopies } from './planned-copies.ts';
import {
  keep,
  keepQuantiles,
  keepWait,
  type Measured,
  meanOf,
  quantileOf,
  shareOf,
  type WaitsRoom,
} from './samples.ts';

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

/**
 * Latency of deliveries by way, spread of reads, links crossed. Deliveries are those that the list
 * of acts means, whether or not their message was ever written: both architectures have the same.
 */
export function keepLatency(room: WaitsRoom, folds: Folds): void {
  const { messages, stage, reads } = folds;
  const ways = new Map<string, { readonly tookUs: number[]; open: number }>();
  const plan = new PlannedCopies(stage.scenario);
  for (const act of stage.acts) {
    if (act.kind !== 'message') continue;
    const message = messages.ofAct(act.id);
    for (const { account, role, hosts } of plan.of(act)) {
      const isOwn = account === accountNameOf(act.device);
      const way = isOwn ? 'own-devices' : `${stage.roleOf(act.device)}-to-${role}`;
      const tookUs = message === undefined ? undefined : firstOf(message, hosts);
      for (const id of [way, 'all']) {
        const waits = ways.get(id) ?? { tookUs: [], open: 0 };
        ways.set(id, waits);
        if (tookUs === undefined) waits.open++;
        else waits.tookUs.push(tookUs);
      }
    }
  }
  for (const [way, waits] of ways) keepQuantiles(room, `latency.${way}`, waits);
  keep(room.into, 'hops.companion-to-companion', quantileOf(linksCrossed(folds), 50));
  const converging = reads.converging();
  keepWait(room, 'reads.convergence.p50', converging, 50);
  keepWait(room, 'reads.convergence.max', converging, 100);
}

/** From the act to the first display on one of the hosts; undefined when none shows it. */
function firstOf(
  { actUs, displays }: WrittenMessage,
  hosts: readonly string[],
): number | undefined {
  const times = hosts.flatMap((host) => displays.get(host)?.timeUs ?? []);
  return times.length === 0 ? undefined : Math.min(...times) - actUs;
}

function linksCrossed({ messages, stage, hops }: Folds): readonly number[] {
  const crossed: number[] = [];
  for (const { act, actSequence, displays } of messages.written()) {
    if (stage.roleOf(act.device) !== 'companion') continue;
    for (const [host, { sequence, via }] of displays) {
      const isOwn = accountNameOf(host) === accountNameOf(act.device);
      if (isOwn || via === 'history' || stage.roleOf(host) !== 'companion') continue;
      const links = hops.between(actSequence, sequence);
      if (links !== undefined) crossed.push(links);
    }
  }
  return crossed;
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
