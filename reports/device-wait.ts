/**
 * Why a device waits: what it holds unfinished at a moment, and what stands in the way: power,
 * connection, missing bundles or acknowledgements, frames under way, timers still to come. Read
 * from the trace alone.
 */

import type { Trace, TraceChange, TraceEvent } from '../sim/trace/trace.ts';
import { eventText, factOf } from './event-text.ts';
import { type SentAgain, sentAgain } from './sent-again.ts';
import { durationText, timeText } from './time-text.ts';

type SentFrame = Extract<TraceEvent, { kind: 'send' }>;

interface DeviceState {
  power: string;
  powerUs: number;
  connection: string;
  readonly outbox: Map<string, { readonly state: string; readonly sinceUs: number }>;
  readonly timers: Map<string, { readonly deadlineUs: number }>;
  readonly underWay: Map<string, SentFrame>;
  /** Connections that ended at either side: nothing on them is still under way. */
  readonly ended: Set<number>;
  readonly again: SentAgain;
  last: TraceEvent | undefined;
  lastLever: TraceEvent | undefined;
}

const UNDER_WAY_SHOWN = 5;

/** The reasons as lines, as of `atUs` (the end of the trace unless given). */
export function deviceWait(trace: Trace, device: string, atUs?: number): string[] {
  const untilUs = atUs ?? trace.events[trace.events.length - 1]?.timeUs ?? 0;
  const state: DeviceState = {
    power: 'on',
    powerUs: 0,
    connection: 'has not connected',
    outbox: new Map(),
    timers: new Map(),
    underWay: new Map(),
    ended: new Set(),
    again: sentAgain(trace),
    last: undefined,
    lastLever: undefined,
  };
  for (const event of trace.events) {
    if (event.timeUs > untilUs) break;
    follow(state, device, event);
  }
  return describeState(trace, device, untilUs, state);
}

function follow(state: DeviceState, device: string, event: TraceEvent): void {
  followFrames(state, device, event);
  if (event.kind === 'lever' && event.choice.includes(device)) state.lastLever = event;
  if (event.node !== device) return;
  state.last = event;
  switch (event.kind) {
    case 'power':
      state.power = event.state === 'awake' ? 'on' : event.state;
      state.powerUs = event.timeUs;
      break;
    case 'crash':
      state.power = 'crashed';
      state.powerUs = event.timeUs;
      state.connection = 'has no connection since it crashed';
      break;
    case 'connection':
      state.connection = `${eventText(event, state.again)} since ${timeText(event.timeUs)}`;
      break;
    case 'input':
      if (event.input === 'started') state.power = 'on';
      break;
    case 'commit':
      for (const change of event.changes) followChange(state, change, event.timeUs);
      break;
    default:
      break;
  }
}

/** Keeps the frames that may still arrive: those of an ended connection or a crash do not. */
function followFrames(state: DeviceState, device: string, event: TraceEvent): void {
  const { underWay, ended } = state;
  switch (event.kind) {
    case 'send':
      if (event.source !== device && event.target !== device) break;
      if (!ended.has(event.connection)) underWay.set(event.packet, event);
      break;
    case 'deliver':
      underWay.delete(event.packet);
      break;
    case 'connection':
      if (event.state !== 'closed' && event.state !== 'refused') break;
      ended.add(event.connection);
      forget(underWay, (frame) => frame.connection === event.connection);
      break;
    case 'crash':
      forget(underWay, ({ source, target }) => source === event.node || target === event.node);
      break;
    default:
      break;
  }
}

function forget(underWay: DeviceState['underWay'], isDead: (frame: SentFrame) => boolean): void {
  for (const [packet, frame] of underWay) if (isDead(frame)) underWay.delete(packet);
}

function followChange(state: DeviceState, change: TraceChange, timeUs: number): void {
  if (change.collection === 'outbox') {
    const outboxState = factOf(change, 'state');
    const id = factOf(change, 'messageId');
    if (change.record === null) state.outbox.delete(change.key);
    else if (outboxState === 'acknowledged') state.outbox.delete(id);
    else state.outbox.set(id, { state: outboxState, sinceUs: timeUs });
  }
  if (change.collection === 'timer') {
    if (change.record === null) state.timers.delete(change.key);
    else state.timers.set(change.key, { deadlineUs: Number(factOf(change, 'deadlineUs')) });
  }
}

function describeState(
  trace: Trace,
  device: string,
  untilUs: number,
  state: DeviceState,
): string[] {
  const out = [`${device} at ${timeText(untilUs)}`];
  const since = state.powerUs > 0 ? ` since ${timeText(state.powerUs)}` : '';
  out.push(`  power       ${state.power}${since}`, `  connection  ${state.connection}`);
  if (state.outbox.size === 0) out.push('  outbox      nothing unfinished');
  for (const [id, { state: word, sinceUs }] of state.outbox) {
    const wants = word === 'wanting' ? 'waits for bundles' : 'waits for the acknowledgement';
    out.push(`  outbox      ${id} ${wants} for ${durationText(untilUs - sinceUs)}`);
  }
  const frames = [...state.underWay.values()];
  for (const frame of frames.slice(-UNDER_WAY_SHOWN)) {
    const way = frame.source === device ? `to ${frame.target}` : `from ${frame.source}`;
    const age = durationText(untilUs - frame.timeUs);
    out.push(`  under way   ${frame.label.kind} ${frame.label.id} ${way}, sent ${age} before`);
  }
  const more = frames.length - UNDER_WAY_SHOWN;
  if (more > 0) out.push(`  under way   and ${more} older frames`);
  const wallUs = trace.header.epochUs + untilUs;
  for (const [name, { deadlineUs }] of state.timers) {
    const left = deadlineUs - wallUs;
    const when = left >= 0 ? `in ${durationText(left)}` : `${durationText(-left)} overdue`;
    out.push(`  timer       ${name} ${when} (by a clock without skew)`);
  }
  for (const [label, event] of [
    ['last lever', state.lastLever],
    ['last event', state.last],
  ] as const) {
    if (event === undefined) continue;
    out.push(`  ${label}  ${timeText(event.timeUs)} ${eventText(event, state.again)}`);
  }
  return out;
}
