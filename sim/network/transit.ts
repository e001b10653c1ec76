/**
 * One frame's way across a link, computed when it is sent: lost and corrupted attempts are repeated
 * with a doubling timeout, duplicates and reordering cost bytes and time, and the frame arrives in
 * the order of its direction. No event but the arrival.
 *
 * The modelled transport adds a length of 3 bytes and an authentication tag of 16 to each frame
 * (specification 6.10). Packet headers below are not counted.
 */

import type { Chooser } from '../kernel/chooser.ts';
import { quantileAt } from '../kernel/distributions.ts';
import type { Direction, Link } from './link.ts';

/** Transport bytes of a frame beside its stanza (specification 6.10). */
export const FRAME_OVERHEAD_BYTES = 19;
/**
 * A frame not through after this breaks the connection: the longest the keep-alive would tolerate.
 */
export const GIVE_UP_US = 40_000_000;
/** Shortest retransmission timeout. Assumption: Linux's 200 ms, above the smoothed round trip. */
const TIMEOUT_LEAST_US = 200_000;
/**
 * Longest retransmission timeout. RFC 6298 (2.5): at least 60 s; shorter here, since 40 s give up.
 */
const TIMEOUT_MOST_US = 16_000_000;

/** Counts a lever; `choice` is the decision that made it fire. */
export type LeverSink = (lever: string, choice: string, sentence: string) => void;

/** What one direction of a connection remembers. */
export interface Lane {
  /** Until when earlier frames occupy the access link. */
  busyUntilUs: number;
  /** Nothing may overtake what arrives then. */
  lastArrivalUs: number;
}

export interface Transit {
  /** -1: no attempt came through. */
  readonly arrivalUs: number;
  /** When the sender stops trying; meaningful without arrival. */
  readonly gaveUpUs: number;
  /** Bytes on the link, repeats included. */
  readonly wireBytes: number;
  readonly attempts: number;
}

/** What is to cross a link. */
export interface Crossing {
  readonly link: Link;
  readonly direction: Direction;
  readonly lane: Lane;
  /** Names its draws. */
  readonly packet: string;
  /** Transport included. */
  readonly sizeBytes: number;
  readonly timeUs: number;
}

/** Sends bytes over a link; moves its lane on. */
export function crossLink(crossing: Crossing, chooser: Chooser, fired: LeverSink): Transit {
  const { link, direction, lane, packet, sizeBytes, timeUs } = crossing;
  const { bandwidthBytesPerSecond } = link.modelAt(timeUs);
  const serialUs = Math.ceil((sizeBytes * 1_000_000) / bandwidthBytesPerSecond);
  const startUs = Math.max(timeUs, lane.busyUntilUs);
  lane.busyUntilUs = startUs + serialUs;
  const timeoutUs = TIMEOUT_LEAST_US + 2 * medianLatencyUs(link, timeUs);
  const giveUpUs = startUs + GIVE_UP_US;
  let attemptUs = startUs;
  let waitUs = timeoutUs;
  let wireBytes = 0;
  for (let attempt = 1; attemptUs < giveUpUs; attempt++) {
    wireBytes += sizeBytes;
    const sentUs = attemptUs + serialUs;
    if (passes(link, direction, packet, attempt, attemptUs, chooser, fired)) {
      const delayUs = latencyOf(link, packet, attempt, attemptUs, chooser);
      const arrivalUs = Math.max(
        sentUs + delayUs + reorderingOf(link, packet, attemptUs, delayUs, chooser, fired),
        lane.lastArrivalUs,
      );
      lane.lastArrivalUs = arrivalUs;
      if (isDuplicated(link, packet, attemptUs, chooser, fired)) wireBytes += sizeBytes;
      return { arrivalUs, gaveUpUs: -1, wireBytes, attempts: attempt };
    }
    attemptUs = sentUs + waitUs;
    waitUs = Math.min(waitUs * 2, TIMEOUT_MOST_US);
  }
  return { arrivalUs: -1, gaveUpUs: giveUpUs, wireBytes, attempts: 0 };
}

/** The usual one-way latency, from which timeouts are set. */
export function medianLatencyUs(link: Link, timeUs: number): number {
  const { latencyUs, trace } = link.modelAt(timeUs);
  if (trace !== undefined) return link.conditionsAt(timeUs).latencyUs ?? 0;
  return quantileAt(latencyUs, 2 ** 31);
}

function passes(
  link: Link,
  direction: Direction,
  packet: string,
  attempt: number,
  atUs: number,
  chooser: Chooser,
  fired: LeverSink,
): boolean {
  const block = link.blockedAt(direction, atUs);
  if (block !== undefined) {
    fired(block.lever, block.choice, `${packet}, attempt ${attempt}, meets a cut link.`);
    return false;
  }
  const { loss, model } = link.conditionsAt(atUs);
  const lossChoice = `loss/${packet}/${attempt}`;
  if (chooser.chance(lossChoice, loss.numerator, loss.denominator)) {
    fired('packet-loss', lossChoice, `${packet}, attempt ${attempt}, is lost.`);
    return false;
  }
  const corruption = link.isCalm(atUs) ? 0 : model.corruption.numerator;
  const corruptionChoice = `corruption/${packet}/${attempt}`;
  if (chooser.chance(corruptionChoice, corruption, model.corruption.denominator)) {
    const sentence = `${packet}, attempt ${attempt}, fails its checksum and is sent again.`;
    fired('packet-corruption', corruptionChoice, sentence);
    return false;
  }
  return true;
}

function latencyOf(
  link: Link,
  packet: string,
  attempt: number,
  atUs: number,
  chooser: Chooser,
): number {
  const { model, latencyPercent, latencyUs } = link.conditionsAt(atUs);
  if (latencyUs !== undefined) return latencyUs;
  const drawnUs = chooser.quantile(`latency/${packet}/${attempt}`, model.latencyUs);
  return Math.floor((drawnUs * latencyPercent) / 100);
}

/** A packet that others overtake is held back by half its latency; those behind it wait for it. */
function reorderingOf(
  link: Link,
  packet: string,
  atUs: number,
  delayUs: number,
  chooser: Chooser,
  fired: LeverSink,
): number {
  const { reordering } = link.modelAt(atUs);
  const numerator = link.isCalm(atUs) ? 0 : reordering.numerator;
  const choice = `reordering/${packet}`;
  if (!chooser.chance(choice, numerator, reordering.denominator)) return 0;
  fired('packet-reordering', choice, `${packet} is overtaken below the connection.`);
  return Math.floor(delayUs / 2);
}

function isDuplicated(
  link: Link,
  packet: string,
  atUs: number,
  chooser: Chooser,
  fired: LeverSink,
): boolean {
  const { duplication } = link.modelAt(atUs);
  const numerator = link.isCalm(atUs) ? 0 : duplication.numerator;
  const choice = `duplication/${packet}`;
  if (!chooser.chance(choice, numerator, duplication.denominator)) return false;
  fired('packet-duplication', choice, `${packet} arrives twice; the copy is dropped as known.`);
  return true;
}
