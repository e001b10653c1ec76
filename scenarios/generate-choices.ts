/**
 * The numbers and words generated scenarios are made of: what a profile may contain, and
 * arbitraries for times, texts, chances and networks. All of them shrink toward the plainest value.
 */

import fc from 'fast-check';
import type { Ratio } from './scenario.ts';

/** What generated people do beside writing texts and reading. */
export const FEATURES = [
  'groups',
  'media',
  'app-state',
  'calls',
  'verification',
  'registration',
  'old-apps',
  'history',
  'storage',
  'drains',
  'thefts',
] as const;
export type Feature = (typeof FEATURES)[number];

/** How large and how rough generated worlds are. */
export interface Profile {
  readonly name: string;
  /** One line for help. */
  readonly summary: string;
  /** 2 to 4. */
  readonly accountsMax: number;
  /** Devices of one account, 1 to 5. */
  readonly devicesMax: number;
  /** Entries of the timeline before each is told in full. */
  readonly entriesMax: number;
  /** Length of the story in virtual minutes. */
  readonly minutesMax: number;
  /** Whether anything but messages happens. */
  readonly hasFaults: boolean;
  /** Whether companions come and go. */
  readonly hasLinks: boolean;
}

/** The profiles `check` knows; the first is its default. */
export const PROFILES: readonly Profile[] = [
  {
    name: 'mixed',
    summary: 'up to four people, every kind of trouble, minutes to hours',
    accountsMax: 4,
    devicesMax: 4,
    entriesMax: 14,
    minutesMax: 240,
    hasFaults: true,
    hasLinks: true,
  },
  {
    name: 'small',
    summary: 'two people with one or two devices and a few entries: many runs per second',
    accountsMax: 2,
    devicesMax: 2,
    entriesMax: 6,
    minutesMax: 20,
    hasFaults: true,
    hasLinks: false,
  },
  {
    name: 'calm',
    summary: 'no faults but those of the networks: what fails here fails for everybody',
    accountsMax: 3,
    devicesMax: 5,
    entriesMax: 10,
    minutesMax: 60,
    hasFaults: false,
    hasLinks: true,
  },
  {
    name: 'devices',
    summary: 'two people with up to five devices each, linked and unlinked while they talk',
    accountsMax: 2,
    devicesMax: 5,
    entriesMax: 12,
    minutesMax: 60,
    hasFaults: true,
    hasLinks: true,
  },
];

const SECOND_US = 1_000_000;

/** A time of the story in whole seconds, from 1 s on. */
export function arbitraryTimeUs(lengthUs: number): fc.Arbitrary<number> {
  const seconds = Math.max(1, Math.floor(lengthUs / SECOND_US));
  return fc.integer({ min: 1, max: seconds }).map((second) => second * SECOND_US);
}

/** How long a fault lasts: 1 s to 20 min, in whole seconds. */
export const arbitraryLastsUs: fc.Arbitrary<number> = fc
  .integer({ min: 1, max: 1_200 })
  .map((second) => second * SECOND_US);

/** A short pause: 1 ms to 2 min, with most values small. */
export const arbitraryPauseUs: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1, max: 1_000 }).map((millisecond) => millisecond * 1_000),
  fc.integer({ min: 1, max: 120 }).map((second) => second * SECOND_US),
);

/** A chance; shrinks to certainty, since what always happens is easier to read. */
export const arbitraryChance: fc.Arbitrary<Ratio> = fc.constantFrom(
  { numerator: 1, denominator: 1 },
  { numerator: 1, denominator: 2 },
  { numerator: 1, denominator: 5 },
);

/** A text of 1 to 40 characters, some of them wide; shrinks to `a`. */
export const arbitraryText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('a', 'b', ' ', 'é', '語', '🙂', '"', '#', ':', '\n'), {
    minLength: 1,
    maxLength: 40,
  })
  .map((characters) => characters.join(''));

/** A built-in network; shrinks to `perfect`. */
export const arbitraryNetwork: fc.Arbitrary<string> = fc.constantFrom(
  'perfect',
  'wifi',
  'mobile',
  'mobile-lossy',
  'subway',
  'satellite',
);
