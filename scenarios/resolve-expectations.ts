/**
 * Expectations: which message, which devices, and whether they could ever show it.
 */

import type { LinkSpan } from './check-order.ts';
import type { Path } from './complaint.ts';
import { formatDuration } from './duration.ts';
import { BACKFILL_WINDOW_US } from './limits.ts';
import type { Numbered } from './numbered.ts';
import type { PlacedTimeline } from './resolve-timeline.ts';
import type { Expectation, TimelineEntry } from './scenario.ts';
import type { WrittenScenario } from './schema.ts';
import { accountOf, checkParty, readDuration, type Words } from './words.ts';

type WrittenExpectation = WrittenScenario['expect'][number];

/** What expectations need to know of the rest. */
export interface ExpectationContext {
  readonly words: Words;
  readonly spans: ReadonlyMap<string, LinkSpan>;
  readonly timeline: PlacedTimeline;
  readonly lengthUs: number;
  /** Ids of entries that were left out because of their own errors. */
  readonly brokenIds: ReadonlySet<string>;
  /** Line of an expectation in the file; 0 when built. */
  readonly lineOf: (path: Path) => number;
}

type Send = TimelineEntry & {
  readonly action: { readonly kind: 'send'; from: string; to: string };
};

function isSend(entry: TimelineEntry): entry is Send & TimelineEntry {
  return entry.action.kind === 'send';
}

/** Why a device will never show a message, or undefined. */
function whyNotShown(context: ExpectationContext, device: string, send: Send): string | undefined {
  const span = context.spans.get(device);
  if (span?.fromUs === undefined) return 'is never linked';
  if (span.untilUs !== undefined && span.untilUs <= send.atUs) {
    return `was unlinked at ${formatDuration(span.untilUs)}`;
  }
  if (span.fromUs > send.atUs + BACKFILL_WINDOW_US) {
    return `is linked only at ${formatDuration(span.fromUs)}, and history comes later`;
  }
  return undefined;
}

function devicesOf(
  context: ExpectationContext,
  written: WrittenExpectation,
  send: Send,
  path: Path,
): readonly string[] {
  const { complaints, accounts } = context.words;
  const members = [accountOf(send.action.from), send.action.to];
  const devices: string[] = [];
  for (const [index, party] of written.on.entries()) {
    const at = [...path, 'on', index];
    if (!checkParty(context.words, party, at)) continue;
    if (!members.includes(accountOf(party))) {
      const [sender, recipient] = members;
      const sentence = `"${send.id}" goes from ${sender} to ${recipient}; ${party} never gets it`;
      const allowed = members.flatMap((name) => accounts.get(name)?.devices ?? []);
      complaints.word(
        at,
        party,
        sentence,
        allowed.map(({ name }) => name),
      );
      continue;
    }
    const account = accounts.get(party);
    const named = account === undefined ? [party] : account.devices.map(({ name }) => name);
    for (const device of named) {
      const why = whyNotShown(context, device, send);
      if (why === undefined && !devices.includes(device)) devices.push(device);
      else if (why !== undefined && account === undefined) {
        complaints.at(at, `${device} cannot show "${send.id}": it ${why}`);
      }
    }
    if (account !== undefined && !devices.some((device) => accountOf(device) === party)) {
      complaints.at(at, `no device of ${party} can show "${send.id}"`);
    }
  }
  return devices;
}

function findSends(context: ExpectationContext, message: string, path: Path): readonly Send[] {
  const { entries, repeated, messages } = context.timeline;
  const ids = repeated.get(message) ?? [message];
  const named = entries.map(({ entry }) => entry).filter(({ id }) => ids.includes(id));
  const sends = named.filter(isSend);
  const isBroken = context.brokenIds.has(message) || messages.includes(message);
  if (sends.length > 0 || isBroken) return sends;
  const { complaints } = context.words;
  const known = named[0];
  const sentence =
    known === undefined
      ? `no message is called "${message}"`
      : `"${message}" names no message but \`${known.action.kind}\``;
  complaints.word([...path, 'shown'], message, sentence, messages);
  return [];
}

function resolveExpectation(
  context: ExpectationContext,
  { index, item: written }: Numbered<WrittenExpectation>,
): readonly Expectation[] {
  const path = ['expect', index];
  const { complaints } = context.words;
  const read = (key: 'within' | 'after') => {
    const text = written[key];
    return text === undefined ? undefined : readDuration(complaints, text, [...path, key]);
  };
  const withinUs = read('within');
  const afterUs = read('after');
  if (afterUs !== undefined && afterUs > context.lengthUs) {
    const end = formatDuration(context.lengthUs);
    complaints.at([...path, 'after'], `${written.after} is beyond the story’s end at ${end}`);
  }
  const { relay, fanout } = written.except;
  const except = [
    ...(relay === undefined ? [] : [{ architecture: 'relay' as const, why: relay }]),
    ...(fanout === undefined ? [] : [{ architecture: 'fanout' as const, why: fanout }]),
  ];
  return findSends(context, written.shown, path).map((send) => {
    const on = devicesOf(context, written, send, path);
    if (withinUs !== undefined && afterUs !== undefined && send.atUs + withinUs < afterUs) {
      complaints.at([...path, 'within'], 'it would have to be shown before `after`');
    }
    return {
      fact: {
        kind: 'shown' as const,
        message: send.id,
        ...(withinUs !== undefined && { withinUs }),
        ...(afterUs !== undefined && { afterUs }),
      },
      on,
      except,
      line: context.lineOf(path),
    };
  });
}

/** Resolves all expectations; one of a repeated message becomes one for each of its occurrences. */
export function resolveExpectations(
  context: ExpectationContext,
  written: readonly Numbered<WrittenExpectation>[],
): Expectation[] {
  return written.flatMap((each) => resolveExpectation(context, each));
}
