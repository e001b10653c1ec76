/**
 * Questions of the kind "what if": from an event of a trace to the decisions that a run takes
 * otherwise, and from such decisions to words. Decisions have the names that the simulator gives
 * its choices; a decision of which this file knows no more than the name is told by it.
 */

import type { TraceEvent } from '../../sim/trace/trace.ts';

/** A decision taken from the seed. */
export interface Decision {
  readonly choice: string;
  readonly value: number;
}

/** Something that can be asked about an event. */
export interface Question {
  readonly words: string;
  readonly decisions: readonly Decision[];
}

/**
 * Attempts of one packet that a link makes before it gives up: 40 s of waits that begin at 200 ms
 * and double up to 16 s.
 */
const ATTEMPTS_MAX = 9;

/** Choices that answer yes or no, by the beginning of their names. */
const YES_OR_NO = /^(loss|corruption|duplication|reordering|stanza-[a-z]+|crash|timeline|intent)\//;
const OUTAGE = /^weather\/.+\/outage\/\d+$/;

/** What can be asked about an event; `cause` is the event that led to it, when it is known. */
export function questionsOf(event: TraceEvent, cause: TraceEvent | undefined): readonly Question[] {
  switch (event.kind) {
    case 'send':
      return ifLost(event.packet);
    case 'lever':
    case 'crash':
      return ifNot(event.choice);
    case 'power':
      return cause?.kind === 'lever' ? ifNot(cause.choice) : [];
    case 'intent':
      return event.state === 'given' ? ifNotGiven(event.intent) : [];
    case 'input':
      return ifCrashed(event.node, event.id, []);
    case 'commit':
      return event.isTimeZero ? [] : ifCrashed(event.node, event.inputId, [STORED]);
    case 'deliver':
      return ifLost(event.packet);
    default:
      return [];
  }
}

function ifLost(packet: string): readonly Question[] {
  const lost = (attempts: number): readonly Decision[] =>
    Array.from({ length: attempts }, (_, at) => ({ choice: `loss/${packet}/${at + 1}`, value: 1 }));
  return [
    { words: 'What if its first attempt were lost?', decisions: lost(1) },
    { words: 'What if no attempt came through?', decisions: lost(ATTEMPTS_MAX) },
  ];
}

function ifNot(choice: string): readonly Question[] {
  if (!YES_OR_NO.test(choice) && !OUTAGE.test(choice)) return [];
  return [{ words: 'What if this had not happened?', decisions: [{ choice, value: 0 }] }];
}

/** A person's wish is an entry of the timeline, or one of a workload, whose names have a stroke. */
function ifNotGiven(intent: string): readonly Question[] {
  const choice = `${intent.includes('/') ? 'intent' : 'timeline'}/${intent}`;
  return [{ words: 'What if nobody had wanted this?', decisions: [{ choice, value: 0 }] }];
}

/** A step that commits does so first, so that there is a moment right after it. */
const STORED = 'right after it stored this';

/** A step can end before its first effect, and behind every one that it has. */
function ifCrashed(node: string, inputId: string, behind: readonly string[]): readonly Question[] {
  return ['before it could store anything of this', ...behind].map((when, effect) => ({
    words: `What if ${node} died ${when}?`,
    decisions: [{ choice: `crash/${inputId}/${effect}`, value: 1 }],
  }));
}

/** Decisions as one sentence. */
export function decisionsText(decisions: readonly Decision[]): string {
  const lost = new Map<string, number>();
  const words: string[] = [];
  for (const decision of decisions) {
    const [, packet] = /^loss\/(.+)\/\d+$/.exec(decision.choice) ?? [];
    if (packet === undefined || decision.value !== 1) words.push(decisionText(decision));
    else lost.set(packet, (lost.get(packet) ?? 0) + 1);
  }
  for (const [packet, attempts] of lost) {
    const which = attempts < ATTEMPTS_MAX ? count(attempts) : 'every attempt';
    words.push(`${which} of ${packet} is lost on its way`);
  }
  return `What is changed: ${words.join('; ')}.`;
}

function count(attempts: number): string {
  return attempts === 1 ? 'one attempt' : `each of ${attempts} attempts`;
}

function decisionText({ choice, value }: Decision): string {
  const slash = choice.indexOf('/');
  const kind = choice.slice(0, slash);
  const name = choice.slice(slash + 1);
  switch (kind) {
    case 'timeline':
      return value === 0 ? `the entry "${name}" of the timeline does not happen` : `"${name}" does`;
    case 'intent':
      return value === 0 ? `nobody wants "${name}"` : `somebody wants "${name}"`;
    case 'loss':
      return `an attempt of ${name.replace(/\/\d+$/, '')} is not lost`;
    case 'crash':
      return crashText(name, value);
    default:
      if (OUTAGE.test(choice)) return outageText(choice, value);
      return value === 0 ? `"${choice}" does not happen` : `"${choice}" is ${value}`;
  }
}

function crashText(name: string, value: number): string {
  const slash = name.lastIndexOf('/');
  const [input, effect] = [name.slice(0, slash), name.slice(slash + 1)];
  if (value === 0) return `nothing dies while it handles ${input}`;
  const when = effect === '0' ? 'before anything is stored of' : `after ${effect} effects of`;
  return `the device dies ${when} ${input}`;
}

function outageText(choice: string, value: number): string {
  const [, device = '', , slot = ''] = choice.split('/');
  return value === 0 ? `${device} has no outage in slot ${slot}` : `${device} has one in ${slot}`;
}

/** Decisions as the address writes them: `choice=value`. */
export function writeDecision({ choice, value }: Decision): string {
  return `${choice}=${value}`;
}

/** The decision of an address; undefined for text that is none. */
export function readDecision(text: string): Decision | undefined {
  const at = text.lastIndexOf('=');
  const value = Number(text.slice(at + 1));
  if (at <= 0 || !Number.isSafeInteger(value)) return undefined;
  return { choice: text.slice(0, at), value };
}

/**
 * Decisions that a run never asked for, but for further attempts of a packet: how many there are
 * depends on how long its link waits.
 */
export function withoutPlace(unused: readonly Decision[]): readonly Decision[] {
  return unused.filter(({ choice }) => !/^loss\/.+\/([2-9]|\d\d)$/.test(choice));
}
