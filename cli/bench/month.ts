/**
 * A month of ten accounts with five devices each and every feature of the protocol in it: chats and
 * groups, files, calls, settings, links and unlinks, codes, a new phone, tunnels and crashes; 20
 * messages an account a day, real encryption, all properties on. Bound: a minute of wall time.
 *
 * Of an account's messages three in five go to one of the others and two in five to a group, drawn
 * from those it is in: four, six and all ten accounts. Assumption: no public figure says how people
 * divide them.
 */

import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { loadScenario } from '../../scenarios/load.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { type RunResult, runScenario } from '../../sim/run/run.ts';
import { type BenchRow, timeMs } from './measure.ts';

const ACCOUNTS = 10;
const DAYS = 30;
const MESSAGES_A_DAY = 20;
const GROUP_SHARE = 0.4;
const WALL_S_MAX = 60;
/** A month is long: once warm, the middle of three. */
const ROUNDS = 3;

const names = Array.from({ length: ACCOUNTS }, (_, index) => `user${index}`);
const companions = ['laptop', 'tablet', 'web', 'desktop'];
const groups = { few: names.slice(0, 4), some: names.slice(2, 8), all: names };

/** The entries of one day; `day` from 0. */
function entriesOf(day: number): object[] {
  const at = (minutes: number): string => `${day * 1_440 + minutes}m`;
  const one = names[day % ACCOUNTS] as string;
  const other = names[(day + 3) % ACCOUNTS] as string;
  const call = `call${day}`;
  const picture = `picture${day}`;
  return [
    {
      at: at(540),
      'send-media': {
        ...{ id: picture, from: `${one}.tablet`, to: day % 2 === 0 ? other : 'all' },
        ...{ media: 'image', size: '80kB', caption: 'Look' },
      },
    },
    { at: at(560), star: { on: `${one}.phone`, message: picture } },
    { at: at(570), mute: { on: `${one}.laptop`, chat: 'all', for: '8h' } },
    { at: at(580), pin: { on: `${other}.web`, chat: one } },
    { at: at(590), archive: { on: `${other}.phone`, chat: 'all' } },
    { at: at(600), 'mark-read': { on: `${other}.laptop`, chat: one } },
    { at: at(620), call: { id: call, from: `${one}.laptop`, to: other, video: day % 2 === 0 } },
    { after: call, by: '5s', answer: { call, on: `${other}.web` } },
    { after: call, by: '4m', 'hang-up': { call, on: `${one}.laptop` } },
    { at: at(640), read: { device: `${other}.tablet`, chat: one } },
    { at: at(660), 'power-off': `${one}.phone` },
    { at: at(900), 'power-on': `${one}.phone` },
    { at: at(920), crash: `${other}.laptop` },
    { at: at(940), partition: { sides: [[`${one}.web`], ['server']], for: '20m' } },
    { at: at(970), verify: { by: `${one}.phone`, with: `${other}.phone` } },
  ];
}

/** What happens once. */
const ONCE: readonly object[] = [
  { at: '3d', 'remove-member': { group: 'some', members: ['user5'], by: 'user2.phone' } },
  { at: '4d', 'add-member': { group: 'some', members: ['user5'], by: 'user2.phone' } },
  { at: '5d', unlink: 'user1.desktop' },
  { at: '6d', link: 'user1.spare' },
  { at: '7d', 'leave-group': { group: 'few', by: 'user3.laptop' } },
  { at: '10d', 'fetch-history': { device: 'user1.spare', chat: 'user2' } },
  { at: '12d', 'create-group': { group: 'late', by: 'user9.web' } },
  { at: '13d', send: { from: 'user8.phone', to: 'late', text: 'A new group' } },
  { at: '29d20h', 're-register': 'user7.phone' },
];

/** The scenario of the month. */
export function month(): Scenario {
  /** Of one device: an account's messages are written on five. */
  const perHour = (share: number): string => `${Math.round(MESSAGES_A_DAY * share)}/${5 * 24}`;
  const devicesOf = (name: string): string[] =>
    ['phone', ...companions].map((device) => `${name}.${device}`);
  const groupsOf = (name: string): string[] =>
    Object.entries(groups).flatMap(([group, members]) => (members.includes(name) ? [group] : []));
  const workload = names.flatMap((name) => [
    {
      ...{ id: `chats-${name}`, kind: 'diurnal', senders: devicesOf(name), to: names },
      'per-hour': perHour(1 - GROUP_SHARE),
    },
    {
      ...{ id: `groups-${name}`, kind: 'diurnal', senders: devicesOf(name), to: groupsOf(name) },
      'per-hour': perHour(GROUP_SHARE),
    },
  ]);
  const written = {
    lockstep: 1,
    name: 'month',
    summary: 'Ten accounts with five devices each live through a month.',
    length: `${DAYS}d`,
    accounts: Object.fromEntries(
      names.map((name) => [
        name,
        {
          phone: { network: 'mobile' },
          companions: {
            ...Object.fromEntries(companions.map((device) => [device, { network: 'wifi' }])),
            ...(name === 'user1' ? { spare: { network: 'wifi', linked: false } } : {}),
          },
        },
      ]),
    ),
    groups: {
      ...Object.fromEntries(Object.entries(groups).map(([name, members]) => [name, { members }])),
      late: { members: ['user9', 'user8'], exists: false },
    },
    workload,
    timeline: [...Array.from({ length: DAYS }, (_, day) => entriesOf(day)).flat(), ...ONCE],
  };
  const loaded = loadScenario(JSON.stringify(written), 'month.json');
  if (loaded.kind === 'refused') {
    throw new Error(loaded.errors.map(({ sentence }) => sentence).join('; '));
  }
  return loaded.scenario;
}

/** Measures the month. */
export function benchMonth(): readonly BenchRow[] {
  const scenario = month();
  const results: RunResult[] = [];
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push(
      timeMs(() => {
        const crypto = opensslProvider();
        results.push(runScenario({ scenario, seed: '7', architecture: fanout, crypto }));
      }),
    );
  }
  const wallS = ([...times].sort((left, right) => left - right)[ROUNDS >> 1] ?? 0) / 1_000;
  const last = results.at(-1);
  const { sent = 0, copiesShown = 0 } = last?.messages ?? {};
  return [
    {
      benchmark: 'month',
      what: `${sent} messages, ${copiesShown} copies, every feature, ${last?.verdict ?? ''}`,
      measured: `${wallS.toFixed(1)} s`,
      reference: 'wall time',
      wanted: `under ${WALL_S_MAX} s`,
      isMet: wallS < WALL_S_MAX && last?.verdict === 'held',
    },
  ];
}
