/**
 * A scenario back as YAML that `loadScenario` reads to an equal one: counterexamples are written
 * with it. Everything is written out in full (ids, times, rows of traces); comments and sugar of
 * the source are gone, and `Expectation.line` is that of the new text.
 */

import { stringify } from 'yaml';
import { formatDuration } from './duration.ts';
import { formatEpoch } from './epoch.ts';
import { factSubject, factWord } from './fact.ts';
import { type Line, writeAction, writeRatio } from './print-actions.ts';
import type {
  Account,
  CustomNetwork,
  Device,
  Expectation,
  ExpectedFact,
  Group,
  Rollout,
  Scenario,
  Workload,
} from './scenario.ts';

/** One value on one line, as YAML's flow style; longer than a page where it must be. */
function flow(value: unknown): string {
  return stringify(value, {
    collectionStyle: 'flow',
    defaultStringType: 'PLAIN',
    defaultKeyType: 'PLAIN',
    doubleQuotedAsJSON: true,
    flowCollectionPadding: true,
    lineWidth: 0,
    indentSeq: false,
  }).trimEnd();
}

/** As `flow`, but surely on one line: JSON is YAML, too. */
function oneLine(value: unknown): string {
  const text = flow(value);
  return text.includes('\n') ? JSON.stringify(value) : text;
}

function writeDevice(device: Device): Line {
  const [first] = device.network;
  const isPlain = device.network.length === 1;
  return {
    network: isPlain
      ? first?.name
      : device.network.map(({ fromUs, name }) => ({ from: formatDuration(fromUs), use: name })),
    ...(device.isLinked ? {} : { linked: false }),
    ...(device.power === 'on' ? {} : { power: device.power }),
    ...(device.clockSkewUs === 0 ? {} : { 'clock-skew': formatDuration(device.clockSkewUs) }),
  };
}

function writeAccount(account: Account): readonly string[] {
  const [phone, ...companions] = account.devices;
  const lines = [`  ${account.name}:`];
  if (phone !== undefined) lines.push(`    phone: ${oneLine(writeDevice(phone))}`);
  lines.push(...appLine(account));
  if (companions.length === 0) return lines;
  lines.push('    companions:');
  for (const companion of companions) {
    const short = companion.name.slice(account.name.length + 1);
    lines.push(`      ${short}: ${oneLine(writeDevice(companion))}`);
  }
  return lines;
}

/** Nothing for an app that is current from the beginning. */
function appLine({ multiDevice }: Account): readonly string[] {
  const word = (isCapable: boolean) => (isCapable ? 'current' : 'old');
  const [first] = multiDevice;
  if (multiDevice.length === 1) return first?.isCapable ? [] : ['    app: old'];
  const apps = multiDevice.map(({ fromUs, isCapable }) => {
    return { from: formatDuration(fromUs), use: word(isCapable) };
  });
  return [`    app: ${oneLine(apps)}`];
}

function writeGroup({ members, admins, existsAtStart }: Group): Line {
  return {
    members,
    ...(admins.length > 1 && { admins }),
    ...(existsAtStart ? {} : { exists: false }),
  };
}

function writeNetwork(network: CustomNetwork): Line {
  const { basedOn, latencyUs, loss, duplication, reordering, corruption, trace } = network;
  const bandwidth = network.bandwidthBytesPerSecond;
  return {
    'based-on': basedOn,
    ...(latencyUs && { latency: latencyUs.map(formatDuration) }),
    ...(loss && { loss: writeRatio(loss) }),
    ...(duplication && { duplication: writeRatio(duplication) }),
    ...(reordering && { reordering: writeRatio(reordering) }),
    ...(corruption && { corruption: writeRatio(corruption) }),
    ...(bandwidth !== undefined && { 'bandwidth-bytes-per-second': bandwidth }),
    ...(trace && {
      trace: trace.map((row) => ({
        time: formatDuration(row.timeUs),
        latency: formatDuration(row.latencyUs),
        loss: writeRatio(row.loss),
      })),
    }),
  };
}

function writeWorkload(workload: Workload): Line {
  const times = { from: formatDuration(workload.fromUs), until: formatDuration(workload.untilUs) };
  if (workload.kind === 'conversation') {
    const { id, kind, between, messages, reply } = workload;
    return { id, kind, between, ...times, messages, reply: writeRatio(reply) };
  }
  const { id, kind, from, to, perHour } = workload;
  const base = { id, kind, senders: from, to, ...times, 'per-hour': writeRatio(perHour) };
  return workload.kind === 'poisson' ? base : { ...base, 'hour-weights': workload.hourWeights };
}

function writeTimes(fact: ExpectedFact): Line {
  if (fact.kind !== 'shown') return {};
  return {
    ...(fact.withinUs !== undefined && { within: formatDuration(fact.withinUs) }),
    ...(fact.afterUs !== undefined && { after: formatDuration(fact.afterUs) }),
  };
}

function writeFact(fact: ExpectedFact): Line {
  const said = { [factWord(fact)]: factSubject(fact) };
  switch (fact.kind) {
    case 'state':
    case 'verified':
      return fact.value ? said : { ...said, value: false };
    case 'call':
      return { ...said, outcome: fact.outcome };
    default:
      return said;
  }
}

function writeExpectation(expectation: Expectation): Line {
  const { fact, on, except } = expectation;
  const reasons = except.map(({ architecture, why }) => [architecture, why] as const);
  return {
    ...writeFact(fact),
    on,
    ...writeTimes(fact),
    ...(reasons.length > 0 && { except: Object.fromEntries(reasons) }),
  };
}

function list(key: string, items: readonly unknown[]): readonly string[] {
  if (items.length === 0) return [];
  return ['', `${key}:`, ...items.map((item) => `  - ${oneLine(item)}`)];
}

function words(key: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`${key}: ${oneLine(items)}`];
}

/** The two settings of every story in full; of the others what is not the default. */
function writeSettings({ settings }: Scenario): Line {
  const grace = formatDuration(settings.expectedListGraceUs);
  return {
    'placeholder-deadline': formatDuration(settings.placeholderDeadlineUs),
    'doze-lateness': formatDuration(settings.dozeLatenessUs),
    ...(grace === '2d' ? {} : { 'expected-list-grace': grace }),
    ...(settings.mirrorsOldContacts ? { 'mirror-old-contacts': true } : {}),
  };
}

function writeRollout(rollout: Rollout | undefined): readonly string[] {
  if (rollout === undefined) return [];
  const stages = rollout.stages.map(({ atUs, share }) => {
    return { at: formatDuration(atUs), share: writeRatio(share) };
  });
  const within = formatDuration(rollout.relinkWithinUs);
  return ['', `rollout: ${oneLine({ stages, 'relink-within': within })}`];
}

function header(scenario: Scenario): readonly string[] {
  const { settings } = scenario;
  return [
    'lockstep: 1',
    `name: ${oneLine(scenario.name)}`,
    `summary: ${oneLine(scenario.summary)}`,
    `epoch: ${formatEpoch(scenario.epochUs)}`,
    `length: ${formatDuration(scenario.lengthUs)}`,
    ...(scenario.seed === undefined ? [] : [`seed: ${JSON.stringify(scenario.seed)}`]),
    ...(scenario.architecture === undefined ? [] : [`architecture: ${scenario.architecture}`]),
    `prekeys: ${settings.prekeys}`,
    ...(settings.transport === 'modelled' ? [] : [`transport: ${settings.transport}`]),
    `settings: ${oneLine(writeSettings(scenario))}`,
    `heal: { for: ${formatDuration(scenario.heal.forUs)} }`,
    ...words('must-fire', scenario.mustFire),
    ...words('must-check', scenario.mustCheck),
  ];
}

/**
 * Writes a scenario as YAML, ending in a line break. The same scenario gives the same text.
 */
export function printScenario(scenario: Scenario): string {
  const { networks, timeline } = scenario;
  const described = networks.map((each) => `  ${each.name}: ${oneLine(writeNetwork(each))}`);
  const groups = scenario.groups.map((each) => `  ${each.name}: ${oneLine(writeGroup(each))}`);
  const entries = timeline.map(({ id, atUs, action }) => ({
    id,
    at: formatDuration(atUs),
    ...writeAction(action),
  }));
  const lines = [
    ...header(scenario),
    '',
    'accounts:',
    ...scenario.accounts.flatMap(writeAccount),
    ...(groups.length === 0 ? [] : ['', 'groups:', ...groups]),
    ...(described.length === 0 ? [] : ['', 'networks:', ...described]),
    ...list('strangers', scenario.strangers),
    ...list('workload', scenario.workload.map(writeWorkload)),
    ...list('timeline', entries),
    ...writeRollout(scenario.rollout),
    ...list('excused', scenario.excused),
    ...list('expect', scenario.expect.map(writeExpectation)),
    ...list('exceptions', scenario.exceptions),
    ...list('overrides', scenario.overrides),
  ];
  return `${lines.join('\n')}\n`;
}
