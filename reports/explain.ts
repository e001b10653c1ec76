/**
 * `explain`: one question about a recorded run, answered in lines. The question is a message
 * (scenario id, message id, or the beginning of one), an entry of the timeline, a host
 * (`alice.phone`, or `alice.phone@9h` for a moment), or a stretch (`8h..8h10m`, `08:00..08:10`).
 */

import type { TimelineEntry } from '../scenarios/scenario.ts';
import type { Trace } from '../sim/trace/trace.ts';
import { deviceWait } from './device-wait.ts';
import { entryLife } from './entry-life.ts';
import { findMessages, messageLife, messagesOf } from './message-life.ts';
import { parseTimeUs, timeText } from './time-text.ts';
import { timelineText } from './timeline-text.ts';

/** An answer, or what could have been asked. */
export type Explanation =
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | {
      readonly kind: 'unknown';
      /** One sentence. */
      readonly sentence: string;
      /**
       * Words that would have been understood: hosts and messages, or the messages that were meant.
       */
      readonly known: readonly string[];
    };

/**
 * Answers the question from the trace. `timelineOf` gives the entries of the scenario that it
 * carries, and is asked only where nothing else is meant.
 */
export function explain(
  trace: Trace,
  what: string,
  timelineOf: () => readonly TimelineEntry[] = () => [],
): Explanation {
  const stretch = stretchOf(what);
  const endUs = trace.events[trace.events.length - 1]?.timeUs ?? 0;
  if (stretch !== undefined && stretch.untilUs < stretch.fromUs) {
    return { kind: 'unknown', sentence: `"${what}" ends before it begins`, known: [] };
  }
  if (stretch !== undefined && stretch.fromUs > endUs) return beyond(trace, what, endUs);
  if (stretch !== undefined) return lines(trace, timelineText(trace, stretch));
  const [host = '', moment] = what.split('@');
  if (trace.header.hosts.includes(host)) {
    const atUs = moment === undefined ? undefined : parseTimeUs(moment);
    if (moment !== undefined && atUs === undefined) {
      return { kind: 'unknown', sentence: `"${moment}" is no time, as 9h or 09:00`, known: [] };
    }
    if (atUs !== undefined && atUs > endUs) return beyond(trace, what, endUs);
    return lines(trace, deviceWait(trace, host, atUs));
  }
  const messages = findMessages(trace, what);
  const [message] = messages;
  const isExact = message !== undefined && [message.inputId, message.messageId].includes(what);
  const entries = isExact ? [] : timelineOf();
  const entry = entries.find(({ id }) => id === what);
  if (entry !== undefined) return lines(trace, entryLife(trace, entry));
  if (message !== undefined && messages.length === 1)
    return lines(trace, messageLife(trace, message));
  if (message !== undefined) {
    return {
      kind: 'unknown',
      sentence: `${messages.length} messages begin with "${what}"`,
      known: messages.map(({ messageId, inputId, saidUs }) =>
        [inputId, messageId, timeText(saidUs)].filter((word) => word !== '').join('  '),
      ),
    };
  }
  return notCompleted(trace, what) ?? unknown(trace, what, entries);
}

/** An intent that never became a message. */
function notCompleted(trace: Trace, what: string): Explanation | undefined {
  const events = trace.events.filter((event) => event.kind === 'intent' && event.intent === what);
  if (events.length === 0) return undefined;
  const out = [`${what} is something that somebody was to write, and no message came of it`];
  for (const event of events) {
    if (event.kind !== 'intent') continue;
    const why = event.reason === '' ? '' : `: ${event.reason}`;
    out.push(`${timeText(event.timeUs)}  ${event.state}${why}`);
  }
  return lines(trace, out);
}

/** A moment that the run did not reach. */
function beyond({ isComplete }: Trace, what: string, endUs: number): Explanation {
  const ends = isComplete ? 'the run ends' : 'the trace breaks off';
  const sentence = `"${what}" is beyond the end: ${ends} at ${timeText(endUs)}`;
  return { kind: 'unknown', sentence, known: [] };
}

function unknown(trace: Trace, what: string, entries: readonly TimelineEntry[]): Explanation {
  const messages = messagesOf(trace).map(({ messageId, inputId }) => inputId || messageId);
  const named = new Set([...entries.map(({ id }) => id), ...messages]);
  const devices = trace.header.hosts.filter((host) => host.startsWith(`${what}.`));
  if (devices.length > 0) {
    return {
      kind: 'unknown',
      sentence: `"${what}" is an account, ask for a device`,
      known: devices,
    };
  }
  return {
    kind: 'unknown',
    sentence: `nothing in this run is called "${what}"`,
    known: [...trace.header.hosts, ...named],
  };
}

function stretchOf(what: string): { fromUs: number; untilUs: number } | undefined {
  const [from = '', until = '', ...rest] = what.split('..');
  const fromUs = parseTimeUs(from);
  const untilUs = parseTimeUs(until);
  if (fromUs === undefined || untilUs === undefined || rest.length > 0) return undefined;
  return { fromUs, untilUs };
}

function lines(trace: Trace, list: readonly string[]): Explanation {
  const last = list[list.length - 1] ?? '';
  if (trace.isComplete || last.startsWith('incomplete')) return { kind: 'lines', lines: list };
  return { kind: 'lines', lines: [...list, `incomplete: ${trace.problem}`] };
}
