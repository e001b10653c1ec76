/**
 * `explain`: one question about a recorded run, answered in lines. The question is a message
 * (scenario id, message id, or the beginning of one), a host (`alice.phone`, or `alice.phone@9h`
 * for a moment), or a stretch (`8h..8h10m`, `08:00..08:10`).
 */

import type { Trace } from '../sim/trace/trace.ts';
import { deviceWait } from './device-wait.ts';
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

/** Answers the question from the trace alone. */
export function explain(trace: Trace, what: string): Explanation {
  const stretch = stretchOf(what);
  if (stretch !== undefined && stretch.untilUs < stretch.fromUs) {
    return { kind: 'unknown', sentence: `"${what}" ends before it begins`, known: [] };
  }
  if (stretch !== undefined) return lines(trace, timelineText(trace, stretch));
  const [host = '', moment] = what.split('@');
  if (trace.header.hosts.includes(host)) {
    const atUs = moment === undefined ? undefined : parseTimeUs(moment);
    if (moment !== undefined && atUs === undefined) {
      return { kind: 'unknown', sentence: `"${moment}" is no time, as 9h or 09:00`, known: [] };
    }
    return lines(trace, deviceWait(trace, host, atUs));
  }
  const messages = findMessages(trace, what);
  const [message] = messages;
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
  return notCompleted(trace, what) ?? unknown(trace, what);
}

/** An intent that never became a message. */
function notCompleted(trace: Trace, what: string): Explanation | undefined {
  const events = trace.events.filter((event) => event.kind === 'intent' && event.intent === what);
  if (events.length === 0) return undefined;
  const out = [`intent ${what} has no message`];
  for (const event of events) {
    if (event.kind !== 'intent') continue;
    const why = event.reason === '' ? '' : `: ${event.reason}`;
    out.push(`${timeText(event.timeUs)}  ${event.state}${why}`);
  }
  return lines(trace, out);
}

function unknown(trace: Trace, what: string): Explanation {
  const messages = messagesOf(trace).map(({ messageId, inputId }) => inputId || messageId);
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
    known: [...trace.header.hosts, ...messages],
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
