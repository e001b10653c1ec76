/**
 * Workloads: from the written form to plain data, with the senders' links and the times checked.
 */

import { type LinkSpan, whyNotLinked } from './check-order.ts';
import type { Path } from './complaint.ts';
import { formatDuration } from './duration.ts';
import type { Numbered } from './numbered.ts';
import type { GroupFolk } from './resolve-groups.ts';
import type { Workload } from './scenario.ts';
import type { WrittenScenario } from './schema.ts';
import {
  accountOf,
  checkChat,
  checkDevice,
  checkParty,
  readChance,
  readDuration,
  readRatio,
  type Words,
} from './words.ts';

type WrittenWorkload = WrittenScenario['workload'][number];

/** What workloads need to know of the rest. */
export interface WorkloadContext {
  readonly words: Words;
  readonly spans: ReadonlyMap<string, LinkSpan>;
  readonly folk: GroupFolk;
  readonly lengthUs: number;
  readonly ids: Set<string>;
}

/**
 * A waking day in 24 weights: quiet from midnight to six, rising to a peak at noon and a higher one
 * in the evening. Assumption: the shape, not the numbers, is what matters.
 */
const HOUR_WEIGHTS: readonly number[] = [
  ...[4, 2, 1, 1, 1, 3, 10, 22, 36, 44, 48, 52],
  ...[60, 54, 48, 46, 48, 54, 64, 74, 78, 66, 38, 14],
];

function checkLinked(context: WorkloadContext, device: string, fromUs: number, path: Path): void {
  const why = whyNotLinked(context.spans.get(device), fromUs);
  if (why === undefined) return;
  const when = formatDuration(fromUs);
  context.words.complaints.at(path, `${device} cannot write from ${when} on: it ${why}`);
}

function resolveTimes(context: WorkloadContext, written: WrittenWorkload, path: Path) {
  const { complaints } = context.words;
  const fromUs = readDuration(complaints, written.from, [...path, 'from']);
  const untilUs =
    written.until === undefined
      ? context.lengthUs
      : readDuration(complaints, written.until, [...path, 'until']);
  if (untilUs <= fromUs) {
    const key = written.until === undefined ? 'from' : 'until';
    const times = `${formatDuration(fromUs)} to ${formatDuration(untilUs)}`;
    complaints.at([...path, key], `this workload has no time: ${times}`);
  }
  if (untilUs > context.lengthUs && written.until !== undefined) {
    const end = formatDuration(context.lengthUs);
    complaints.at([...path, 'until'], `${written.until} is beyond the story’s end at ${end}`);
  }
  return { fromUs, untilUs };
}

function checkSides(
  context: WorkloadContext,
  between: readonly string[],
  fromUs: number,
  path: Path,
) {
  const { complaints } = context.words;
  for (const [index, side] of between.entries()) {
    const at = [...path, 'between', index];
    if (!checkParty(context.words, side, at)) continue;
    if (index > 0 && side.includes('.')) {
      const sentence = `only the first side may be a device; name the account of ${side}`;
      complaints.word(at, accountOf(side), sentence, [accountOf(side)]);
    }
    if (index === 0 && side.includes('.')) checkLinked(context, side, fromUs, at);
    const isTwice = between.slice(0, index).some((other) => accountOf(other) === accountOf(side));
    if (isTwice) complaints.at(at, `${accountOf(side)} stands here twice`);
  }
}

/** Senders to a group are members of it. */
function checkMembers(
  context: WorkloadContext,
  chat: string,
  senders: readonly string[],
  path: Path,
): void {
  const members = context.folk.get(chat);
  if (members === undefined) return;
  for (const [index, sender] of senders.entries()) {
    const account = accountOf(sender);
    if (members.has(account) || !context.words.devices.has(sender)) continue;
    const sentence = `${account} is never a member of ${chat}`;
    context.words.complaints.at([...path, index], sentence);
  }
}

function checkSenders(
  context: WorkloadContext,
  written: Extract<WrittenWorkload, { senders: unknown }>,
  fromUs: number,
  path: Path,
): void {
  for (const [index, sender] of written.senders.entries()) {
    const at = [...path, 'senders', index];
    if (checkDevice(context.words, sender, at)) checkLinked(context, sender, fromUs, at);
  }
  const owners = new Set(written.senders.map(accountOf));
  for (const [index, account] of written.to.entries()) {
    const at = [...path, 'to', index];
    if (!checkChat(context.words, account, at)) continue;
    checkMembers(context, account, written.senders, [...path, 'senders']);
    if (owners.size === 1 && owners.has(account) && written.to.length === 1) {
      const sentence = `a workload writes to others; notes of ${account} to oneself are \`send\`s`;
      context.words.complaints.at(at, sentence);
    }
  }
}

function resolveWorkload(
  context: WorkloadContext,
  { index, item: written }: Numbered<WrittenWorkload>,
): Workload {
  const path = ['workload', index];
  const { complaints } = context.words;
  const id = written.id ?? `${written.kind}#${index + 1}`;
  if (context.ids.has(id)) complaints.at([...path, 'id'], `the id "${id}" is used twice`);
  context.ids.add(id);
  const times = resolveTimes(context, written, path);
  if (written.kind === 'conversation') {
    checkSides(context, written.between, times.fromUs, path);
    const { kind, between, messages } = written;
    const reply = readChance(complaints, written.reply, [...path, 'reply']);
    return { kind, id, between, ...times, messages, reply };
  }
  checkSenders(context, written, times.fromUs, path);
  const perHour = readRatio(complaints, written['per-hour'], [...path, 'per-hour']);
  const base = { id, from: written.senders, to: written.to, ...times, perHour };
  if (written.kind === 'poisson') return { kind: 'poisson', ...base };
  const hourWeights = written['hour-weights'] ?? HOUR_WEIGHTS;
  if (hourWeights.every((weight) => weight === 0)) {
    complaints.at([...path, 'hour-weights'], 'all 24 weights are 0: nothing would ever be sent');
  }
  return { kind: 'diurnal', ...base, hourWeights };
}

/** Resolves all workloads, in order of writing. */
export function resolveWorkloads(
  context: WorkloadContext,
  written: readonly Numbered<WrittenWorkload>[],
): Workload[] {
  return written.map((each) => resolveWorkload(context, each));
}
