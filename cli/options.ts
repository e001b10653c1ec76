/**
 * The flags several commands share, and the parsers of their values. A value that is not understood
 * is refused with what is allowed; a flag that is not built is not here and refused as unknown.
 */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { DURATION_FORMS, parseDuration } from '../scenarios/duration.ts';
import { refusal } from './usage-error.ts';

/** Architectures and crypto back ends of this version. */
export const ARCHITECTURES = ['fanout', 'relay'] as const;
export const CRYPTO_NAMES = ['openssl', 'noble'] as const;

export type ArchitectureName = (typeof ARCHITECTURES)[number];
export type CryptoName = (typeof CRYPTO_NAMES)[number];

/** Words of the documentation that this version refuses by name. */
const LATER: ReadonlyMap<string, string> = new Map([
  ['symbolic', 'symbolic cryptography comes later'],
]);

function word<Word extends string>(what: string, allowed: readonly Word[]) {
  return (read: string): Word => {
    const found = allowed.find((one) => one === read);
    if (found !== undefined) return found;
    const later = LATER.get(read);
    const sentence =
      later === undefined
        ? refusal(what, read, allowed)
        : `${later}\nallowed: ${allowed.join(', ')}`;
    throw new InvalidArgumentError(sentence);
  };
}

/** Parser of a duration flag. */
export function parseDurationFlag(read: string): number {
  const us = parseDuration(read);
  if (us === undefined || us <= 0 || !Number.isSafeInteger(us)) {
    throw new InvalidArgumentError(`'${read}' is not a duration; write ${DURATION_FORMS}`);
  }
  return us;
}

/** Parser of a whole number of at least one. */
export function parseCount(read: string): number {
  const value = Number(read);
  if (!/^\d+$/.test(read) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError(`'${read}' is not a whole number from 1 on`);
  }
  return value;
}

/** One share of many: the first of four is `1/4`. */
export interface Shard {
  /** From 0 on. */
  readonly place: number;
  readonly of: number;
}

/** Parser of `--shard`. */
export function parseShard(read: string): Shard {
  const [, place = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(read) ?? []).map(Number);
  if (place < 1 || place > of) {
    throw new InvalidArgumentError(`'${read}' is not a share; write 1/4 for the first of four`);
  }
  return { place: place - 1, of };
}

function parseSeed(read: string): string {
  if (read === '') throw new InvalidArgumentError('a seed is any text, but not an empty one');
  return read;
}

/** What every run can be told. */
export interface RunFlags {
  readonly seed?: string;
  readonly architecture?: ArchitectureName;
  readonly crypto: CryptoName;
  readonly json?: boolean;
  readonly trace?: string;
  readonly detail?: boolean;
  readonly html?: string;
  readonly maxEvents?: number;
  readonly maxVirtualTime?: number;
}

/** `--architecture` and `--crypto`. */
export function withEngine(command: Command): Command {
  return withCrypto(
    command.addOption(
      new Option(
        '--architecture <name>',
        'fanout or relay (default: the scenario’s, or fanout)',
      ).argParser(word('architecture', ARCHITECTURES)),
    ),
  );
}

/** `--crypto`. */
export function withCrypto(command: Command): Command {
  return command.addOption(
    new Option('--crypto <name>', 'openssl or noble; same bytes, different speed')
      .default('openssl')
      .argParser(word('crypto back end', CRYPTO_NAMES)),
  );
}

/** `--seed`, with what is used when it is absent. */
export function withSeed(command: Command, otherwise: string): Command {
  return command.option('--seed <text>', `any text; ${otherwise}`, parseSeed);
}

/** The bounds of a run, with their defaults. */
export function withBounds(command: Command): Command {
  return command
    .option(
      '--max-events <n>',
      'end undecided after so many events (default: 20000000)',
      parseCount,
    )
    .option(
      '--max-virtual-time <d>',
      'end undecided at this time (default: 100d)',
      parseDurationFlag,
    );
}

/** How much is said and how it looks; `terminal.ts` acts on these before anything is parsed. */
export function withTalk(command: Command): Command {
  return command
    .option('-q, --quiet', 'say nothing on stderr but errors')
    .option('-v, --verbose', 'say everything that was measured')
    .option('--no-color', 'no colours (also: NO_COLOR=1)');
}
