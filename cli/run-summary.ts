/**
 * What a person reads after a run: what happened, what was promised and how it went, what the
 * weather was, and a verdict in one line. Every line stands on its own, so that it can be quoted.
 */

import { factWords } from '../scenarios/fact.ts';
import { visible } from '../scenarios/visible.ts';
import type { PropertyVerdict, VerdictWord } from '../sim/properties/property.ts';
import type { RunResult, TheftExposure } from '../sim/run/run.ts';
import type { WhyNotCompleted } from '../sim/trace/events.ts';
import { exceptionHint, isOpenedByTheft } from './exception-hint.ts';
import type { Terminal } from './terminal.ts';
import { aligned, clock, count, counted, duration, size, wrapped } from './words.ts';

const VIOLATIONS_SHOWN = 5;
const LABEL_WIDTH = 12;

/** A verdict's word in its colour, padded to equal width. */
export function verdictWord(terminal: Terminal, verdict: VerdictWord): string {
  const paint = { held: 'green', violated: 'red', undecided: 'yellow' } as const;
  return terminal.colors[paint[verdict]](verdict.padEnd(9));
}

/** How long the run took on this machine: talk, since it differs from run to run. */
export function tookText(realMs: number): string {
  return `took ${duration(Math.round(realMs) * 1000)}\n`;
}

/** `Messages    40 sent, …`: a bold label, then text wrapped beside it. */
export function labelled(terminal: Terminal, label: string, text: string): string {
  const width = Math.max(40, Math.min(terminal.columns, 100) - LABEL_WIDTH);
  const [first = '', ...rest] = wrapped(text, width);
  const head = `${terminal.colors.bold(label)}${' '.repeat(LABEL_WIDTH - label.length)}${first}`;
  return [head, ...rest.map((line) => `${' '.repeat(LABEL_WIDTH)}${line}`)].join('\n');
}

/** How many messages and copies, in words. */
export function messagesText(result: RunResult): string {
  const { sent, copiesDue, copiesShown, copiesLost, reportedLost, notCompleted } = result.messages;
  const parts = [
    `${count(sent)} sent`,
    `${counted(copiesDue, 'copy', 'copies')} due`,
    `${count(copiesShown)} shown`,
    `${count(copiesLost)} lost`,
  ];
  if (reportedLost > 0) parts.push(`${count(reportedLost)} reported lost`);
  if (notCompleted > 0) parts.push(`${counted(notCompleted, 'act')} came to nothing`);
  return `${parts.join(', ')}${whyText(result)}`;
}

const WHY_NOT: Readonly<Record<WhyNotCompleted, string>> = {
  off: 'device off',
  restarting: 'device restarting',
  'not-linked': 'device not linked',
  refused: 'device refused',
  unanswered: 'nothing to answer',
  late: 'too late',
  impossible: 'nothing there to act on',
};

/** Why acts came to nothing, `(12 device off, 5 device refused)`; empty where none did. */
function whyText({ messages: { notCompletedBy } }: RunResult): string {
  const parts = notCompletedBy.map(([why, times]) => `${count(times)} ${WHY_NOT[why]}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** How long copies took, in words. */
export function latencyText(result: RunResult): string {
  const { count: copies, p50Us, p95Us, maxUs } = result.metrics.copyLatency;
  if (copies === 0) return 'nothing was shown';
  const [half, most, slowest] = [p50Us, p95Us, maxUs].map(duration);
  return `half within ${half}, 95 % within ${most}, slowest ${slowest}`;
}

function violationLines(terminal: Terminal, verdict: PropertyVerdict): readonly string[] {
  const shown = terminal.isVerbose
    ? verdict.violations
    : verdict.violations.slice(0, VIOLATIONS_SHOWN);
  const lines = shown.map(({ subject, sequence, timeUs, sentence }) =>
    visible(`      ${clock(timeUs)}  #${sequence}  ${subject}: ${sentence}`),
  );
  const hidden = verdict.violations.length - shown.length;
  return hidden > 0 ? [...lines, `      and ${count(hidden)} more (--verbose)`] : lines;
}

/** The table of properties: id, name, verdict, checks; violations below their property. */
export function propertyTable(
  terminal: Terminal,
  properties: readonly PropertyVerdict[],
): readonly string[] {
  const rows = aligned(properties.map(({ id, name }) => [id, name, '']));
  const width = Math.max(0, ...rows.map((row) => row.length));
  return properties.flatMap((one, index) => {
    if (one.checked === 0) {
      return [
        terminal.colors.dim(
          `  ${(rows[index] ?? '').padEnd(width)}  ${'-'.padEnd(9)}  no occasion`,
        ),
      ];
    }
    const checks = counted(one.checked, 'check');
    const broken =
      one.violations.length === 0 ? '' : `, ${counted(one.violations.length, 'violation')}`;
    const row = (rows[index] ?? '').padEnd(width);
    const line = `  ${row}  ${verdictWord(terminal, one.verdict)}  ${checks}${broken}`;
    return [line, ...violationLines(terminal, one)];
  });
}

/** What one theft exposed, in words. */
export function exposureText(one: TheftExposure): string {
  const past = one.past.map(([cause, messages]) => `${count(messages)} ${cause}`);
  const total = one.past.reduce((sum, [, messages]) => sum + messages, 0);
  const parts = [
    `${count(total)} of the past${past.length === 0 ? '' : ` (${past.join(', ')})`}`,
    one.revokedUs < 0
      ? `${count(one.untilRevoked)} after the theft`
      : `${count(one.untilRevoked)} until the revocation`,
  ];
  if (one.revokedUs >= 0) {
    parts.push(
      `${count(one.untilAccepted)} by who had not heard of it`,
      `${count(one.afterwards)} afterwards`,
    );
  }
  const agreed = one.judgesAgree ? 'both judges agree' : 'the judges disagree';
  const whose = `${one.device} at ${clock(one.timeUs)}, ${one.scope.join(' and ')}`;
  return `${whose}: of ${counted(one.messages, 'message')} ${parts.join(', ')}; ${agreed}`;
}

/** Levers that fired, most first; all of them when everything is wanted. */
export function leversText(terminal: Terminal, result: RunResult): string {
  const levers = terminal.isVerbose
    ? result.levers
    : result.levers.filter(([, fired]) => fired > 0);
  const ordered = [...levers].sort(
    ([left, many], [right, more]) => more - many || (left < right ? -1 : 1),
  );
  const parts = ordered.map(([name, fired]) => `${name} ${count(fired)}`);
  return parts.length === 0 ? 'none fired' : parts.join(' · ');
}

function expectationLines(terminal: Terminal, result: RunResult): readonly string[] {
  const rows = aligned(
    result.expectations.map(({ expectation }) => [
      factWords(expectation.fact),
      expectation.on.join(', '),
      '',
    ]),
  );
  const width = Math.max(0, ...rows.map((row) => row.length));
  return result.expectations.flatMap(({ verdict, sentences }, index) => {
    const row = (rows[index] ?? '').padEnd(width);
    const line = `  ${row}  ${verdictWord(terminal, verdict).trimEnd()}`;
    return [line, ...sentences.map((sentence) => `      ${visible(sentence)}`)];
  });
}

function deviceLines(result: RunResult): readonly string[] {
  const head = ['device', 'up', 'down', 'stanzas', 'wake-ups', 'crypto', 'logins'];
  const rows = result.metrics.devices.map((one) => [
    one.device,
    size(one.bytesUp),
    size(one.bytesDown),
    count(one.stanzasUp + one.stanzasDown),
    count(one.wakeUps),
    count(one.cryptoOperations),
    count(one.connections),
  ]);
  return aligned([head, ...rows]).map((line) => `  ${line}`);
}

/** What a theft opens may be what its story is about: how to say so. */
function theftHints({ properties, architecture }: RunResult): readonly string[] {
  return properties
    .filter(({ id, verdict }) => verdict === 'violated' && isOpenedByTheft(id))
    .map(({ id }) => exceptionHint(id, architecture));
}

function finding(terminal: Terminal, result: RunResult): readonly string[] {
  const { colors } = terminal;
  const paint = { held: 'green', violated: 'red', undecided: 'yellow' } as const;
  const say = {
    held: 'everything that was promised held',
    violated: 'a promise was broken',
    undecided: 'the story was not told to its end',
  } as const;
  const head = colors.bold(colors[paint[result.verdict]](result.verdict));
  const stuck = result.stuck.map(
    ({ host, subject, reason }) => `${host} waits: ${subject}, ${reason}`,
  );
  const hints = result.exposure.length === 0 ? [] : theftHints(result);
  const unused = result.unusedOverrides.map(({ choice }) => `no place for the override ${choice}`);
  return [
    `${head}: ${say[result.verdict]}`,
    ...[...result.reasons, ...stuck, ...unused, ...(result.notDemanded ?? []), ...hints].map(
      (reason) => `  ${visible(reason)}`,
    ),
  ];
}

/**
 * The whole summary of one run, ending with a line end. Nothing of this machine's time is in it:
 * equal runs have equal summaries.
 */
export function runSummary(terminal: Terminal, result: RunResult, summary: string): string {
  const { metrics, hashes } = result;
  const facts =
    `${duration(result.virtualUs)} of virtual time, ${counted(result.events, 'event')}, ` +
    `${result.architecture}, ${result.crypto}`;
  const traffic =
    `${size(metrics.bytesUp + metrics.bytesDown)} in ${counted(metrics.stanzas, 'stanza')}, ` +
    `${counted(metrics.wakeUps, 'wake-up')}`;
  const lines = [
    labelled(terminal, 'Scenario', visible(`${result.scenario}: ${summary}`)),
    labelled(terminal, 'Run', facts),
    labelled(terminal, 'Messages', messagesText(result)),
    labelled(terminal, 'Latency', latencyText(result)),
    labelled(terminal, 'Traffic', traffic),
    labelled(terminal, 'Levers', leversText(terminal, result)),
    ...result.exposure.map((one) => labelled(terminal, 'Exposure', visible(exposureText(one)))),
    '',
    terminal.colors.bold('Properties'),
    ...propertyTable(terminal, result.properties),
  ];
  if (result.expectations.length > 0) {
    lines.push('', terminal.colors.bold('Expected'), ...expectationLines(terminal, result));
  }
  if (terminal.isVerbose) lines.push('', terminal.colors.bold('Devices'), ...deviceLines(result));
  lines.push('', labelled(terminal, 'Hashes', `schedule ${hashes.schedule}`));
  for (const name of ['skeleton', 'bytes', 'shown'] as const) {
    lines.push(`${' '.repeat(LABEL_WIDTH)}${name.padEnd(8)} ${hashes[name]}`);
  }
  lines.push('', ...finding(terminal, result));
  return `${lines.join('\n')}\n`;
}
