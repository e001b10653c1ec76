/**
 * The staged rollout: from the written form to plain data, with its times, its shares and the
 * people it is about checked.
 */

import { formatDuration } from './duration.ts';
import type { PlacedTimeline } from './resolve-timeline.ts';
import { joinersOf, type Rollout } from './scenario.ts';
import type { WrittenScenario } from './schema.ts';
import { readChance, readDuration, type Words } from './words.ts';

/** Shortest time in which people can be said to link their companions again. */
const RELINK_LEAST_US = 120_000_000;

/** What a rollout needs to know of the rest. */
export interface RolloutContext {
  readonly words: Words;
  readonly timeline: PlacedTimeline;
  readonly lengthUs: number;
}

/** Resolves the rollout; undefined where none is written. */
export function resolveRollout(
  { words, timeline, lengthUs }: RolloutContext,
  written: WrittenScenario['rollout'],
): Rollout | undefined {
  if (written === undefined) return undefined;
  const { complaints } = words;
  const path = ['rollout'];
  const stages = written.stages.map(({ at, share }, index) => {
    const here = [...path, 'stages', index];
    const atUs = readDuration(complaints, at, [...here, 'at']);
    if (atUs >= lengthUs) {
      complaints.at([...here, 'at'], `the story ends at ${formatDuration(lengthUs)}`);
    }
    return { atUs, share: readChance(complaints, share, [...here, 'share']) };
  });
  for (const [index, { atUs, share }] of stages.entries()) {
    const before = stages[index - 1];
    if (before === undefined) continue;
    const here = [...path, 'stages', index];
    if (atUs <= before.atUs) complaints.at(here, 'stages are written in order of time');
    const isMore =
      share.numerator * before.share.denominator > before.share.numerator * share.denominator;
    if (!isMore)
      complaints.at([...here, 'share'], 'a stage reaches more people than the one before');
  }
  const withinPath = [...path, 'relink-within'];
  const relinkWithinUs = readDuration(complaints, written['relink-within'], withinPath);
  if (relinkWithinUs < RELINK_LEAST_US) {
    complaints.at(withinPath, 'nobody joins and links everything in less than 2m');
  }
  const entries = timeline.entries.map(({ entry }) => entry);
  if (joinersOf({ accounts: [...words.accounts.values()], timeline: entries }).length === 0) {
    complaints.key(path, 'nobody is left to join: every account is current or has its own upgrade');
  }
  return { stages, relinkWithinUs };
}
