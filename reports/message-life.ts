/**
 * The life of one message, in words: who wrote it, what became of it on every device, and each
 * event that touched it. Read from the trace alone.
 */

import type { Trace, TraceEvent } from '../sim/trace/trace.ts';
import { eventText, factOf } from './event-text.ts';
import { sentAgain } from './sent-again.ts';
import { durationText, timeText } from './time-text.ts';

/** A message some device wrote. */
export interface MessageName {
  readonly messageId: string;
  /** The input (scenario id) that asked for it. */
  readonly inputId: string;
  readonly node: string;
  readonly saidUs: number;
  readonly text: string;
}

/** Every message written in the trace, in order of writing. */
export function messagesOf(trace: Trace): MessageName[] {
  const found = new Map<string, MessageName>();
  for (const event of trace.events) {
    if (event.kind !== 'commit') continue;
    for (const change of event.changes) {
      const messageId = factOf(change, 'messageId');
      if (change.collection !== 'outbox' || messageId === '' || found.has(messageId)) continue;
      found.set(messageId, {
        messageId,
        inputId: factOf(change, 'inputId'),
        node: event.node,
        saidUs: event.timeUs,
        text: factOf(change, 'text'),
      });
    }
  }
  return [...found.values()];
}

/** Messages a person may mean: by scenario id or message id, else by the beginning of either. */
export function findMessages(trace: Trace, what: string): MessageName[] {
  const all = messagesOf(trace);
  const exact = all.filter(({ messageId, inputId }) => messageId === what || inputId === what);
  if (exact.length > 0 || what === '') return exact;
  return all.filter(
    ({ messageId, inputId }) =>
      messageId.startsWith(what) || inputId.startsWith(what) || inputId.endsWith(`/${what}`),
  );
}

/** The life as lines: a summary, one line per device that shows or lost it, then the events. */
export function messageLife(trace: Trace, message: MessageName): string[] {
  const packets = new Set<string>();
  const touching = trace.events.filter((event) => touches(event, message, packets));
  const { messageId, inputId, node, saidUs, text } = message;
  const name = inputId === '' ? messageId : `${inputId} (${messageId})`;
  const quoted = text === '' ? '' : `, ${JSON.stringify(text)}`;
  const out = [`message ${name}${quoted}`, `written by ${node} at ${timeText(saidUs)}`];
  const fates = fatesOf(touching, message);
  if (fates.length === 0) out.push('no other device shows it or has reported it lost');
  out.push(...fates, '');
  const width = Math.max(...touching.map((event) => event.node.length), 0);
  const again = sentAgain(trace);
  for (const event of touching) {
    const at = `${timeText(event.timeUs)}  ${event.node.padEnd(width)}`;
    out.push(`${at}  ${eventText(event, again)}`);
  }
  return out;
}

/** Remembers the packets that carried the message, so that what befell them counts too. */
function touches(event: TraceEvent, message: MessageName, packets: Set<string>): boolean {
  const { messageId, inputId } = message;
  switch (event.kind) {
    case 'intent':
      return inputId !== '' && event.intent === inputId;
    case 'input':
      return event.input === 'command' && inputId !== '' && event.id === inputId;
    case 'commit':
      return event.changes.some((change) => factOf(change, 'messageId') === messageId);
    case 'send':
      if (event.label.id === messageId) packets.add(event.packet);
      return event.label.id === messageId;
    case 'deliver':
      return event.label.id === messageId;
    case 'lever':
      return namesAny(event.choice, packets) || event.choice.includes(messageId);
    case 'emit':
      return event.facts.some(([, value]) => value === messageId);
    default:
      return false;
  }
}

function namesAny(choice: string, packets: ReadonlySet<string>): boolean {
  for (const packet of packets) if (choice.includes(packet)) return true;
  return false;
}

function fatesOf(touching: readonly TraceEvent[], message: MessageName): string[] {
  const fates = new Map<string, string>();
  for (const event of touching) {
    if (event.kind !== 'commit') continue;
    for (const change of event.changes) {
      if (factOf(change, 'messageId') !== message.messageId) continue;
      const after = durationText(event.timeUs - message.saidUs);
      if (change.collection === 'shown' && !fates.get(event.node)?.startsWith('shown')) {
        fates.set(event.node, `shown after ${after}`);
      }
      if (change.collection === 'lost' && change.record !== null) {
        fates.set(event.node, `lost after ${after}: ${factOf(change, 'reason')}`);
      }
    }
  }
  const width = Math.max(...[...fates.keys()].map((node) => node.length), 0);
  return [...fates].map(([node, fate]) => `  ${node.padEnd(width)}  ${fate}`);
}
