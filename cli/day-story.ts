/**
 * The text of `npm start`: who takes part, who was off when, what came of it, which promises were
 * checked, how the same day went on the architecture before it, and what to try next.
 */

import type { Scenario } from '../scenarios/scenario.ts';
import type { RunResult } from '../sim/run/run.ts';
import { labelled, latencyText, leversText, messagesText, propertyTable } from './run-summary.ts';
import type { Terminal } from './terminal.ts';
import { aligned, clockMinutes, counted, duration, size } from './words.ts';

/** A stretch of virtual time in which a device could not take part. */
interface Absence {
  readonly device: string;
  readonly fromUs: number;
  readonly untilUs: number;
  readonly how: string;
}

const BEGINS = new Map([
  ['power-off', 'off'],
  ['offline', 'no network'],
  ['doze', 'dozing'],
]);
const ENDS = new Map([
  ['power-on', 'off'],
  ['online', 'no network'],
  ['wake', 'dozing'],
]);

/** Who was absent when, from the timeline, in order of beginning. */
export function absences(scenario: Scenario): readonly Absence[] {
  const found: Absence[] = [];
  const open = new Map<string, { fromUs: number; how: string }>();
  for (const account of scenario.accounts) {
    for (const { name, power } of account.devices) {
      if (power === 'off') open.set(`${name}/off`, { fromUs: 0, how: 'off' });
    }
  }
  for (const { atUs, action } of scenario.timeline) {
    if (!('device' in action)) continue;
    const begins = BEGINS.get(action.kind);
    if (begins !== undefined) {
      open.set(`${action.device}/${begins}`, { fromUs: atUs, how: begins });
    }
    const ends = ENDS.get(action.kind);
    const began = open.get(`${action.device}/${ends}`);
    if (ends !== undefined && began !== undefined) {
      found.push({ device: action.device, ...began, untilUs: atUs });
      open.delete(`${action.device}/${ends}`);
    }
  }
  for (const [key, { fromUs, how }] of open) {
    const device = key.slice(0, key.lastIndexOf('/'));
    found.push({ device, fromUs, how, untilUs: scenario.lengthUs });
  }
  return found.sort((left, right) => left.fromUs - right.fromUs || left.untilUs - right.untilUs);
}

/** A day as a bar: `·` is there, `█` is absent; one character per half hour or so. */
function bar(device: string, all: readonly Absence[], lengthUs: number, columns: number): string {
  const own = all.filter((one) => one.device === device);
  return Array.from({ length: columns }, (_, column) => {
    const middleUs = ((column + 0.5) * lengthUs) / columns;
    const away = own.find(({ fromUs, untilUs }) => fromUs <= middleUs && middleUs < untilUs);
    if (away === undefined) return '·';
    return away.how === 'off' ? '█' : '▒';
  }).join('');
}

function dayBars(scenario: Scenario): readonly string[] {
  const all = absences(scenario);
  const hours = Math.ceil(scenario.lengthUs / 3_600_000_000);
  const columns = Math.max(24, Math.min(48, hours * 2));
  const rows = scenario.accounts.flatMap((account) =>
    account.devices.map(({ name, network }) => {
      const spells = all
        .filter(({ device }) => device === name)
        .map(
          ({ fromUs, untilUs, how }) => `${how} ${clockMinutes(fromUs)}–${clockMinutes(untilUs)}`,
        );
      const words = spells.length > 3 ? [...spells.slice(0, 3), '…'] : spells;
      const reach = network[0]?.name ?? '';
      return [name, bar(name, all, scenario.lengthUs, columns), reach, words.join(', ')];
    }),
  );
  return aligned(rows).map((row) => `  ${row}`);
}

const NEXT = [
  ['npx lockstep compare --seeds 100', 'the whole comparison: twelve days, and curves'],
  ['npx lockstep view', 'this day as a timeline, in a browser'],
  ['npx lockstep list scenarios', 'the other stories'],
  ['npx lockstep run subway --verbose', 'another one, with everything that was measured'],
  ['npx lockstep check --runs 50', 'look for a failure in fifty generated worlds'],
  ['npx lockstep run phone-offline --trace day.trace.ndjson.gz', 'keep every event of this day'],
  ['npx lockstep explain day.trace.ndjson.gz still-here', 'and follow one message of it'],
  ['npx lockstep --help', 'everything else; README.md says more'],
] as const;

/** The whole text, without the time it took here: equal runs have equal texts. */
export function dayStory(terminal: Terminal, scenario: Scenario, result: RunResult): string {
  const { colors } = terminal;
  const devices = scenario.accounts.flatMap((account) => account.devices);
  const phones = devices.filter(({ role }) => role === 'primary').length;
  const companions = counted(devices.length - phones, 'companion');
  const who =
    `${counted(phones, 'phone')} and ${companions} exchange really encrypted messages for ` +
    `${duration(result.virtualUs)} of virtual time.`;
  const { bytesUp, bytesDown, stanzas } = result.metrics;
  const traffic = `${size(bytesUp + bytesDown)} in ${counted(stanzas, 'stanza')}`;
  const isHeld = result.verdict === 'held';
  const judged = result.properties.filter(({ checked }) => checked > 0).length;
  const verdict = isHeld
    ? colors.green(`held: ${counted(judged, 'promise')} checked, none broken`)
    : colors.red(`${result.verdict}: ${result.reasons.join('; ')}`);
  return `${[
    colors.bold(scenario.summary),
    who,
    '',
    `${colors.bold('Who was away')}   · reachable  █ off  ▒ no network or dozing`,
    ...dayBars(scenario),
    '',
    labelled(terminal, 'Messages', messagesText(result)),
    labelled(terminal, 'Latency', latencyText(result)),
    labelled(terminal, 'Traffic', traffic),
    labelled(terminal, 'Levers', leversText(terminal, result)),
    '',
    `${colors.bold('Properties')}  what was promised, and how often it was checked`,
    ...propertyTable(terminal, result.properties),
    '',
    colors.bold(verdict),
  ].join('\n')}\n`;
}

/** The same day on both architectures, and what the older one could not do by its nature. */
export function bothDays(terminal: Terminal, relay: RunResult, fanout: RunResult): string {
  const { colors } = terminal;
  const reasons = new Set(
    relay.expectations.flatMap(({ expectation, excused }) => {
      const except = expectation.except.find(({ architecture }) => architecture === 'relay');
      return excused.length === 0 || except === undefined ? [] : [except.why];
    }),
  );
  const isHeld = relay.verdict === 'held';
  const verdict = isHeld ? 'held' : `${relay.verdict}: ${relay.reasons.join('; ')}`;
  const why = [...reasons].join('; ');
  return `${[
    `${colors.bold('The same day before multi-device')}  a companion spoke only through its phone`,
    labelled(terminal, 'Phone relay', messagesText(relay)),
    labelled(terminal, 'Fanout', messagesText(fanout)),
    labelled(terminal, 'Verdict', why === '' ? verdict : `${verdict}; not asked of it: ${why}`),
  ].join('\n')}\n`;
}

/** What to type after this. */
export function whatNext(terminal: Terminal): string {
  const lines = aligned(NEXT).map((line) => `  ${line}`);
  return `${[terminal.colors.bold('Next'), ...lines].join('\n')}\n`;
}
