/**
 * Contract 1 under attack: well-formed stanzas with hostile content, fed to phone, companion
 * (linked and in the middle of linking) and server. No step throws, does unbounded work or gives
 * effects out of order; secrets and pins stay; and when the attack is over, messages flow again.
 * The number of attacks comes from LOCKSTEP_FUZZ_CASES.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MembershipRecord, OutboxRecord } from '../contract.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { children, type WireNode } from '../wire/node.ts';
import { utf8Bytes } from '../wire/utf8.ts';
import { linkStateOf } from './device/link-state.ts';
import { volatileOf } from './server/connections.ts';
import {
  DEVICE_ROOTS,
  hostileStanzas,
  LIVE_CALL,
  LIVE_REF,
  lootOf,
  SERVER_ROOTS,
} from './testing/hostile-stanzas.ts';
import { fail, JudgedNet } from './testing/judged-net.ts';
import type { SmallNet } from './testing/small-net.ts';

// biome-ignore lint/complexity/useLiteralKeys: index signatures are read with brackets here
const CASES = Math.ceil(Number(process.env['LOCKSTEP_FUZZ_CASES'] ?? 5_000) / 60);

const MINUTE_US = 60_000_000;

// ------------------------------------------------------------------------------------ the world

function world(): JudgedNet {
  const accounts = { alice: ['laptop'], bob: ['web'] };
  return new JudgedNet(accounts, ['alice.tablet'], { walk: ['alice', 'bob'] });
}

/** The frames of a run with everything in it, in order. */
function realFrames(): Uint8Array[] {
  const net = world();
  const frames: Uint8Array[] = [];
  net.tamper = ({ bytes }) => {
    frames.push(bytes);
    return bytes;
  };
  net.restart('alice.phone');
  warmUp(net);
  net.send('alice.laptop', 'bob', 'second');
  net.link('alice.phone', 'alice.tablet');
  net.send('bob.web', 'alice', 'third');
  net.settle();
  net.command('alice.tablet', { kind: 'read', chat: net.user('bob') });
  setSomething(net, 'alice.tablet');
  loseFile(net);
  let isArmed = true;
  net.tamper = ({ bytes, kind, toServer }) => {
    frames.push(bytes);
    if (!isArmed || toServer || !kind.startsWith('message')) return bytes;
    isArmed = false;
    const copy = bytes.slice();
    copy[copy.length - 3]! ^= 1;
    return copy;
  };
  net.send('bob.phone', 'alice', 'damaged');
  net.settle();
  talkOnce(net);
  walkTogether(net);
  net.command('alice.phone', { kind: 'unlink', device: net.user('alice').replace('@', ':2@') });
  net.settle();
  return frames;
}

function talkOnce(net: SmallNet): void {
  for (const deed of ['reject-call', 'answer-call'] as const) {
    net.command('alice.phone', { kind: 'call', to: net.user('bob'), isVideo: true });
    net.settle();
    net.command('bob.web', { kind: deed });
    net.settle();
  }
  net.command('alice.phone', { kind: 'end-call' });
  net.settle();
}

/** A chat is pinned: the other devices of the account learn of it. */
function setSomething(net: SmallNet, device: string): void {
  const change = { kind: 'pin', chat: net.user('bob'), value: true } as const;
  net.command(device, { kind: 'app-state', change });
  net.settle();
}

/** A file that is gone when its reader comes for it, and is asked for again. */
function loseFile(net: SmallNet): void {
  const chat = net.user('alice');
  const bytes = new Uint8Array(300).fill(7);
  net.power('alice.laptop', false);
  net.command('bob.phone', { kind: 'send-media', chat, media: 'image', bytes, caption: 'file' });
  net.settle();
  const { store } = net.member('blobs');
  const names = [...store.collection('blob').keys()];
  store.apply(names.map((key) => ({ collection: 'blob', key, record: undefined })));
  net.power('alice.laptop', true);
  net.settle();
}

/** A group is written to, changes, and loses a copy; another is made. */
function walkTogether(net: SmallNet): void {
  const [group, bob] = [net.group('walk'), net.user('bob')];
  const changes = ['promote', 'demote', 'remove', 'add'] as const;
  for (const change of changes) {
    net.command('alice.phone', { kind: 'change-group', group, change, members: [bob] });
    net.settle();
    net.command('alice.laptop', { kind: 'send', chat: group, text: `after ${change}` });
    net.settle();
  }
  net.command('bob.phone', { kind: 'read', chat: group });
  const made = '120363000000000077@g.us';
  net.command('bob.web', { kind: 'create-group', group: made, name: 'made', members: [] });
  net.command('bob.web', { kind: 'change-group', group: made, change: 'leave', members: [] });
  net.settle();
}

function warmUp(net: SmallNet): void {
  net.send('alice.phone', 'bob', 'first');
  net.settle();
  net.command('alice.phone', { kind: 'send', chat: net.group('walk'), text: 'first of all' });
  net.settle();
  net.send('bob.web', 'alice', 'answer');
  net.settle();
}

const loot = lootOf(realFrames());
const USERS = ['15550001@s.whatsapp.net', '15550002@s.whatsapp.net'];

type Deed =
  | 'call'
  | 'walk'
  | 'answer'
  | 'file'
  | 'send'
  | 'set'
  | 'scan'
  | 'read'
  | 'link'
  | 'unlink'
  | 'restart';

type Action =
  | { readonly kind: 'shot'; readonly stanza: WireNode }
  | { readonly kind: 'do'; readonly what: Deed }
  | { readonly kind: 'wait'; readonly forUs: number };

const deed: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('do' as const),
  what: fc.constantFrom<Deed>(
    'call',
    'walk',
    'answer',
    'file',
    'send',
    'set',
    'scan',
    'read',
    'link',
    'unlink',
    'restart',
  ),
});
const wait: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('wait' as const),
  forUs: fc.constantFrom(0, 1_000_000, 70_000_000),
});

function actionsWith(roots: readonly string[]): fc.Arbitrary<Action> {
  const stanza = hostileStanzas(loot, USERS, roots);
  const shot = fc.record({ kind: fc.constant('shot' as const), stanza });
  return fc.oneof(
    { weight: 8, arbitrary: shot },
    { weight: 1, arbitrary: deed },
    { weight: 1, arbitrary: wait },
  );
}

/** `via` is the connection the frames come on; `isDeaf`: nothing honest is heard there. */
const TARGETS = [
  { target: 'alice.phone', via: 'alice.phone' },
  { target: 'alice.laptop', via: 'alice.laptop' },
  { target: 'alice.tablet', via: 'alice.tablet' },
  { target: 'server', via: 'alice.phone' },
  { target: 'server', via: 'bob.web' },
  { target: 'server', via: 'alice.tablet' },
  { target: 'server', via: 'nobody' },
] as const;

/** Puts what the node waits for in the place of the live words. */
function loaded(element: WireNode, live: ReadonlyMap<string, string>): WireNode {
  const attributes = element.attributes.map(
    ([name, value]) => [name, live.get(value) ?? value] as const,
  );
  const content = Array.isArray(element.content)
    ? children(element).map((inner) => loaded(inner, live))
    : element.content;
  const ref = content === LIVE_REF ? live.get(LIVE_REF) : undefined;
  return { ...element, attributes, content: ref === undefined ? content : utf8Bytes(ref) };
}

function liveWords(net: SmallNet, name: string): Map<string, string> {
  const { store } = net.member(name);
  const queries = name === 'server' ? [] : [...linkStateOf(store).queries.keys()];
  const messages = [...store.collection('outbox').keys()].reverse();
  const words = new Map<string, string>();
  for (const [at, id] of queries.entries()) words.set(`$query${at}`, id);
  for (const [at, id] of messages.entries()) words.set(`$message${at}`, id);
  const callId = [...store.collection('call').keys()].at(-1);
  if (callId !== undefined) words.set(LIVE_CALL, callId);
  const [ref] = volatileOf(net.member('server').store).pairingByRef.keys();
  if (ref !== undefined) words.set(LIVE_REF, ref);
  return words;
}

const NOBODY = 999_999;
/** Leaves room for tags and attributes below the 16 MiB of a frame. */
const CONTENT_BYTES_MAX = 8_000_000;

function shoot(net: SmallNet, target: string, via: string, shot: WireNode): void {
  const connection = via === 'nobody' ? NOBODY : linkStateOf(net.member(via).store).connection;
  if (connection === undefined) return;
  const known = volatileOf(net.member('server').store).connections;
  if (via === 'nobody' && !known.has(NOBODY)) {
    const peerStaticKey = new Uint8Array(32).fill(9);
    net.step('server', { kind: 'connected', connection, endpoint: 'nobody', peerStaticKey });
  }
  const stanza = loaded(shot, liveWords(net, target));
  if (contentBytes(stanza) > CONTENT_BYTES_MAX) return; // no frame could carry it
  net.step(target, { kind: 'frame', connection, bytes: encodeFrame(stanza) });
}

/** Bytes of all contents of a stanza, whose repetition makes most of its size. */
function contentBytes(stanza: WireNode): number {
  const { content } = stanza;
  if (content === undefined) return 0;
  if (typeof content === 'string' || content instanceof Uint8Array) return content.length;
  return content.reduce((sum, inner) => sum + contentBytes(inner), 0);
}

/** What the old boot asked for is done first: the net would carry it out for the new one. */
function restart(net: SmallNet, name: string): void {
  net.settle(0);
  net.restart(name);
}

function perform(net: SmallNet, name: string, what: Deed): void {
  const device = name === 'server' ? 'bob.phone' : name;
  const { store } = net.member(device);
  const isIn = store.get('account', 'self') !== undefined;
  if (what === 'restart') restart(net, name);
  else if (what === 'call' && isIn) {
    const to = device.startsWith('bob') ? USERS[0]! : USERS[1]!;
    net.command(device, { kind: 'call', to, isVideo: false });
  } else if (what === 'answer' && isIn) net.command(device, { kind: 'answer-call' });
  else if (what === 'file' && isIn) {
    const bytes = new Uint8Array(100).fill(1);
    const file = { kind: 'send-media', media: 'image', bytes, caption: 'a file' } as const;
    net.command(device, { ...file, chat: USERS[1]! });
  } else if (what === 'send' && isIn) {
    net.command(device, { kind: 'send', chat: USERS[1]!, text: 'meanwhile' });
  } else if (what === 'walk' && isIn) {
    net.command(device, { kind: 'send', chat: net.group('walk'), text: 'meanwhile, to all' });
  } else if (what === 'set' && isIn) setSomething(net, device);
  else if (what === 'read' && isIn) net.command(device, { kind: 'read', chat: USERS[1]! });
  else if (what === 'link') net.command('alice.tablet', { kind: 'link' });
  else if (what === 'unlink' && isIn) {
    net.command(device, { kind: 'unlink', device: USERS[0]!.replace('@', ':1@') });
  } else if (what === 'scan') {
    const qr = net.member('alice.tablet').store.get('qr', 'self') as { text?: string } | undefined;
    if (qr?.text !== undefined) net.command('alice.phone', { kind: 'scan', qr: qr.text });
  }
}

interface Attack {
  readonly aim: (typeof TARGETS)[number];
  readonly isDeaf: boolean;
  readonly isWarm: boolean;
  readonly isLinking: boolean;
  readonly actions: readonly Action[];
}

const onDevice = actionsWith(DEVICE_ROOTS);
const onServer = actionsWith(SERVER_ROOTS);

const attack: fc.Arbitrary<Attack> = fc.constantFrom(...TARGETS).chain((aim) =>
  fc.record({
    aim: fc.constant(aim),
    isDeaf: fc.boolean(),
    isWarm: fc.boolean(),
    isLinking: fc.boolean(),
    actions: fc.array(aim.target === 'server' ? onServer : onDevice, {
      minLength: 1,
      maxLength: 25,
    }),
  }),
);

function carryOut(net: SmallNet, { aim, isDeaf, isWarm, isLinking, actions }: Attack): void {
  const { target, via } = aim;
  if (isWarm) warmUp(net);
  if (isLinking || via === 'alice.tablet') {
    net.command('alice.tablet', { kind: 'link' });
    net.settle();
  }
  if (isDeaf) {
    net.tamper = ({ bytes, toServer, wire }) =>
      !toServer && wire.device.name === via ? undefined : bytes;
  }
  for (const step of actions) {
    if (step.kind === 'shot') shoot(net, target, via, step.stanza);
    else if (step.kind === 'wait') net.settle(step.forUs);
    else perform(net, target, step.what);
  }
  net.tamper = ({ bytes }) => bytes;
}

/**
 * After the attack: who still belongs to alice's account shows a fresh message or calls it lost.
 */
function expectRecovery(net: SmallNet, target: string): void {
  restart(net, target);
  net.settle(5 * MINUTE_US);
  net.command('bob.phone', { kind: 'send', chat: USERS[0]!, text: 'fresh' });
  const sent = net.outbox('bob.phone').at(-1) as OutboxRecord;
  net.settle(12 * MINUTE_US);
  const after = net.outbox('bob.phone').find(({ messageId }) => messageId === sent.messageId);
  const isTaken = after?.state === 'acknowledged' || net.lost('bob.phone').length > 0;
  if (!isTaken) fail(`the sender's message is still ${after?.state}`);
  for (const name of ['alice.phone', 'alice.laptop']) {
    const { store } = net.member(name);
    const account = store.get('account', 'self') as { device?: string } | undefined;
    const isLinked = net.member('server').store.get('linked', account?.device ?? '');
    if (account === undefined || isLinked === undefined) continue;
    const isLost = net.lost(name).some(({ messageId }) => messageId === sent.messageId);
    if (!net.texts(name).includes('fresh') && !isLost) fail(`${name} never hears of it`);
  }
}

/** The same in the group, while its two members belong to it. */
function expectGroupRecovery(net: SmallNet): void {
  const group = net.group('walk');
  const { members } = net.member('server').store.get('membership', group) as MembershipRecord;
  const { store } = net.member('bob.phone');
  const isThere = [...USERS].every((user) => members.includes(user));
  if (!isThere || store.get('group', group) === undefined) return;
  net.command('bob.phone', { kind: 'send', chat: group, text: 'fresh, to all' });
  const sent = net.outbox('bob.phone').at(-1) as OutboxRecord;
  net.settle(12 * MINUTE_US);
  for (const name of ['alice.phone', 'alice.laptop']) {
    const account = net.member(name).store.get('account', 'self') as { device?: string };
    const isLinked = net.member('server').store.get('linked', account?.device ?? '');
    if (isLinked === undefined) continue;
    const isLost = net.lost(name).some(({ messageId }) => messageId === sent.messageId);
    const isShown = net.texts(name).includes('fresh, to all');
    if (!isShown && !isLost) fail(`${name} never hears of what was said in the group`);
  }
}

test('no hostile stanza makes a step throw, and messages flow once it is over', () => {
  fc.assert(
    fc.property(attack, (plan) => {
      const net = world();
      carryOut(net, plan);
      expectRecovery(net, plan.aim.target);
      expectGroupRecovery(net);
    }),
    { numRuns: CASES, seed: 20_210_714 },
  );
  expect(loot.stanzas.length).toBeGreaterThan(100);
}, 600_000);
