/**
 * What a scenario's timeline has in it, for people who want to leave something out: its entries in
 * order, and the upgrades that its accounts' apps imply. Who joins a rollout when is drawn by the
 * run, and is found among the run's events.
 */

import { writeAction } from '../../scenarios/print-actions.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { choiceOf, withUpgrades } from '../../sim/world/timeline.ts';
import type { StoryEntry } from './live-messages.ts';

/** Every entry with the choice that decides whether it happens. */
export function storyEntries(scenario: Scenario): readonly StoryEntry[] {
  return withUpgrades(scenario).map((entry) => ({
    choice: choiceOf(entry),
    id: entry.id,
    atUs: entry.atUs,
    words: wordsOf(writeAction(entry.action)),
  }));
}

/** A line of a scenario without its punctuation: `send from alice.phone to bob text hello`. */
function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, one]) => `${key} ${wordsOf(one)}`)
    .join(' ');
}
