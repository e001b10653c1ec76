/**
 * Live sessions with other implementations of the Signal protocol, in both roles. Ours with ours
 * runs first: a story that fails there is a wrong test. Packages and their quirks: specification
 * 14.
 */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PROVIDERS } from '../testing/device.ts';
import { type InteropMessage, type InteropPeer, ourPeer } from '../testing/interop-peer.ts';
import { javascriptPeer } from '../testing/javascript-peer.ts';
import { nativePeer } from '../testing/native-peer.ts';

const text = (value: number): Uint8Array =>
  Uint8Array.from({ length: 1 + (value % 40) }, (_, index) => (value + index) & 0xff);

type Maker = () => InteropPeer;

interface Pair {
  readonly title: string;
  readonly starter: Maker;
  readonly owner: Maker;
  /** Both keep a crossing start alive (specification 3.4: the JavaScript line does not). */
  readonly convergesOnCrossing: boolean;
  /**
   * The owner still opens a chain after a forgery on it: libsignal-node moves on before the MAC.
   */
  readonly ownerSurvivesDamage: boolean;
}

/** Ours with ours, then ours with each other implementation in both roles. */
const PAIRS: readonly Pair[] = PROVIDERS.flatMap((provider) => {
  const ours: Maker = () => ourPeer('ours', provider);
  const others: readonly [string, Maker, boolean][] = [
    ['ourselves', () => ourPeer('others', provider), true],
    ['libsignal-client 0.23.1', () => nativePeer(4_661), true],
    ['libsignal-node 6.0.0', () => javascriptPeer(4_662), false],
  ];
  return others.flatMap(([name, other, isSound]) => [
    {
      title: `${provider.name} starts to ${name}`,
      starter: ours,
      owner: other,
      convergesOnCrossing: isSound,
      ownerSurvivesDamage: isSound,
    },
    {
      title: `${name} starts to ${provider.name}`,
      starter: other,
      owner: ours,
      convergesOnCrossing: isSound,
      ownerSurvivesDamage: true,
    },
  ]);
});

// libsignal-node prints whole sessions, private keys included.
beforeAll(() => {
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation(() => undefined);
  }
});
afterAll(() => vi.restoreAllMocks());

async function deliver(from: InteropPeer, to: InteropPeer, value: number): Promise<string> {
  const sealed = await from.encrypt(text(value));
  expect(new Uint8Array(await to.decrypt(sealed))).toEqual(text(value));
  return sealed.type;
}

async function opens(peer: InteropPeer, sealed: InteropMessage, value: number): Promise<void> {
  expect(new Uint8Array(await peer.decrypt(sealed))).toEqual(text(value));
}

async function begun(pair: Pair, withPrekey: boolean): Promise<[InteropPeer, InteropPeer]> {
  const starter = pair.starter();
  const owner = pair.owner();
  await starter.start(await owner.bundle(withPrekey));
  return [starter, owner];
}

describe.each(PAIRS)('$title', (pair) => {
  it.each([
    ['with one-time prekey', true],
    ['without one-time prekey', false],
  ])('%s: three first messages out of order, an answer, then plain ones', async (_name, prekey) => {
    const [starter, owner] = await begun(pair, prekey);
    const first = await starter.encrypt(text(1));
    const second = await starter.encrypt(text(2));
    const third = await starter.encrypt(text(3));
    await opens(owner, third, 3);
    await opens(owner, first, 1);
    await opens(owner, second, 2);
    expect(await deliver(owner, starter, 4)).toBe('msg');
    expect(await deliver(starter, owner, 5)).toBe('msg');
    await expect(owner.decrypt(first)).rejects.toThrow();
    expect(await deliver(starter, owner, 6)).toBe('msg');
  });

  it('late messages open on chains up to four turns old', async () => {
    const [starter, owner] = await begun(pair, true);
    await deliver(starter, owner, 1);
    await deliver(owner, starter, 2);
    const lateStarter = await starter.encrypt(text(3));
    const lateOwner = await owner.encrypt(text(4));
    for (let turn = 0; turn < 3; turn += 1) {
      await deliver(starter, owner, 10 + turn);
      await deliver(owner, starter, 20 + turn);
    }
    await opens(owner, lateStarter, 3);
    await opens(starter, lateOwner, 4);
    await deliver(starter, owner, 30);
  });

  it('a gap of hundreds is bridged, and the messages of the gap still open', async () => {
    const [starter, owner] = await begun(pair, true);
    await deliver(starter, owner, 1);
    await deliver(owner, starter, 2);
    const gap: InteropMessage[] = [];
    for (let index = 0; index < 300; index += 1) gap.push(await starter.encrypt(text(index)));
    await opens(owner, gap[299] as InteropMessage, 299);
    await opens(owner, gap[0] as InteropMessage, 0);
    await opens(owner, gap[150] as InteropMessage, 150);
    await deliver(owner, starter, 3);
  });

  it('two hundred turns of ping-pong', async () => {
    const [starter, owner] = await begun(pair, true);
    for (let turn = 0; turn < 200; turn += 1) {
      await deliver(starter, owner, turn);
      await deliver(owner, starter, turn + 1);
    }
  });
});

describe.each(PAIRS.filter((pair) => pair.convergesOnCrossing))('$title', (pair) => {
  it('crossing starts converge while both keep sending at once', async () => {
    const one = pair.starter();
    const two = pair.owner();
    const [ofOne, ofTwo] = [await one.bundle(true), await two.bundle(true)];
    await one.start(ofTwo);
    await two.start(ofOne);
    for (let turn = 0; turn < 6; turn += 1) {
      const toTwo = await one.encrypt(text(turn));
      const toOne = await two.encrypt(text(turn + 50));
      await opens(two, toTwo, turn);
      await opens(one, toOne, turn + 50);
    }
    expect(await deliver(one, two, 7)).toBe('msg');
    expect(await deliver(two, one, 8)).toBe('msg');
  });
});

describe.each(PAIRS.filter((pair) => pair.ownerSurvivesDamage))('$title', (pair) => {
  it('a damaged message is refused and the conversation goes on', async () => {
    const [starter, owner] = await begun(pair, true);
    await deliver(starter, owner, 1);
    await deliver(owner, starter, 2);
    const sealed = await starter.encrypt(text(3));
    const bytes = new Uint8Array(sealed.bytes);
    bytes[bytes.length - 12] = (bytes[bytes.length - 12] as number) ^ 8;
    await expect(owner.decrypt({ type: sealed.type, bytes })).rejects.toThrow();
    await opens(owner, sealed, 3);
    await deliver(owner, starter, 4);
  });
});
