/**
 * What thefts expose, cause by cause, by both judges; and that a difference between them is seen,
 * whichever of them is the weaker one.
 */

import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../protocol/contract.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import type { WireNode } from '../../protocol/wire/node.ts';
import type { Action, StealScope } from '../../scenarios/scenario.ts';
import { type RunResult, runScenario, type TheftExposure } from '../run/run.ts';
import type { RunEvent } from '../trace/events.ts';
import { Exposure, type TheftFindings } from './exposure.ts';
import { allProperties } from './index.ts';
import { type Plot, type Story, worldOf, wrapperOf, writes } from './planted-world.ts';
import type { JudgeView, Property } from './property.ts';
import { mapSent, onHost } from './twin-tools.ts';

const crypto = opensslProvider();
const judged = allProperties.filter(({ id }) => ['C3', 'C4', 'C5', 'C6'].includes(id));

function run(plot: Plot, architecture: Architecture = fanout): RunResult {
  const common = { seed: 'theft', architecture, crypto, properties: judged };
  const wrapNode = wrapperOf(plot, undefined);
  return runScenario({ scenario: worldOf(plot), wrapNode, ...common });
}

/** The first theft of a run that is to hold. */
function exposed(plot: Plot): TheftExposure {
  const result = run(plot);
  expect(result.reasons).toEqual([]);
  const [theft] = result.exposure;
  expect(theft).toMatchObject({ judgesAgree: true, misread: [] });
  return theft as TheftExposure;
}

function steals(device: string, ...scope: StealScope[]) {
  return { kind: 'steal', device, scope } as const;
}

/** The element without children of a tag, at any depth. */
function without(element: WireNode, tag: string): WireNode {
  if (!Array.isArray(element.content)) return element;
  const parts = element.content as readonly WireNode[];
  const content = parts.filter((part) => part.tag !== tag).map((part) => without(part, tag));
  return { ...element, content };
}

/** Alice and Bob take turns, once. */
function exchange(atS: number): Story {
  return [
    [atS, writes('alice.phone', 'bob', `a question at ${atS}`)],
    [atS + 10, writes('bob.phone', 'alice', `an answer to ${atS}`)],
  ];
}

describe('a stolen Store', () => {
  it('opens what is in its database, where that was taken', () => {
    const theft = exposed({
      story: [...exchange(10), ...exchange(30), [60, steals('bob.phone', 'keys', 'messages')]],
    });
    expect(theft).toMatchObject({ past: [['message database', 4]], pastByKeys: 0, messages: 4 });
  });

  it('opens nothing of the past by its keys, and no more than itself by its database', () => {
    const story: Story = [...exchange(10), ...exchange(30)];
    const keys = exposed({ story: [...story, [60, steals('bob.phone', 'keys')], ...exchange(90)] });
    // The answer is copied to devices that never write to Bob's phone: those sessions never turn.
    expect(keys).toMatchObject({ past: [], untilRevoked: 2 });
    const database = run({
      story: [...story, [60, steals('bob.phone', 'messages')], ...exchange(90)],
    }).exposure[0];
    expect(database).toMatchObject({ past: [['message database', 4]], untilRevoked: 0 });
  });

  it('opens what was on its way, and what a peer begins with prekeys that were there', () => {
    const theft = exposed({
      story: [
        ...exchange(10),
        [40, { kind: 'offline', device: 'bob.phone' }],
        [50, writes('alice.phone', 'bob', 'on its way in a session')],
        [55, writes('carol.phone', 'bob', 'on its way to begin a session')],
        [60, steals('bob.phone', 'keys')],
        [70, { kind: 'online', device: 'bob.phone' }],
      ],
    });
    expect(theft.past).toEqual([
      ['in flight', 1],
      ['one-time prekey', 1],
    ]);
  });

  it('opens a session begun without a one-time prekey, while the signed one lives', () => {
    const theft = exposed({
      weather: () =>
        onHost('server', ({ inner }) => mapSent(inner(), 'iq', (iq) => without(iq, 'key'))),
      story: [
        [10, writes('alice.phone', 'bob', 'to a pool that has run dry')],
        [60, steals('bob.phone', 'keys')],
      ],
    });
    expect(theft.past).toEqual([['signed prekey', 1]]);
  });

  it('reads a group until the writer has another key, and not after', () => {
    const theft = exposed({
      groups: { walk: ['alice', 'bob', 'carol'] },
      lengthS: 400,
      story: [
        [10, writes('alice.phone', 'walk', 'before')],
        [20, writes('carol.phone', 'walk', 'before, too')],
        [40, steals('bob.web', 'keys')],
        [50, writes('alice.phone', 'walk', 'in the open')],
        [60, writes('carol.phone', 'walk', 'in the open, too')],
        [70, { kind: 'offline', device: 'carol.phone' }],
        [80, { kind: 'unlink', companion: 'bob.web', by: 'phone' }],
        [100, writes('alice.phone', 'walk', 'among us again')],
        [110, writes('carol.phone', 'walk', 'I have not heard')],
        [130, { kind: 'online', device: 'carol.phone' }],
        [200, writes('carol.phone', 'walk', 'now I have')],
      ],
    });
    expect(theft).toMatchObject({ past: [], untilRevoked: 2, untilAccepted: 1, afterwards: 0 });
    expect(theft.revokedUs).toBeGreaterThanOrEqual(80e6);
  });

  it('of a phone opens the history that is on its way to a companion', () => {
    const held: Action = {
      kind: 'stanza-fault',
      fault: 'withhold',
      device: 'alice.laptop',
      direction: 'to-device',
      stanza: 'message',
      forUs: 60e6,
      chance: { numerator: 1, denominator: 1 },
      delayUs: 40e6,
    };
    const { exposure, reasons } = run({
      lengthS: 600,
      story: [
        ...exchange(10),
        [40, { kind: 'unlink', companion: 'alice.laptop', by: 'phone' }],
        [69, { kind: 'link', companion: 'alice.laptop' }],
        [69, held],
        [95, steals('alice.phone', 'keys')],
        [300, steals('alice.phone', 'keys')],
      ],
    });
    expect(reasons).toEqual([]);
    expect(exposure.map(({ past }) => past)).toEqual([[['history', 2]], []]);
  });

  it('of a browser opens all that its phone ever told it, until the log-out', () => {
    const result = run(
      {
        story: [
          ...exchange(10),
          [60, steals('bob.web', 'keys')],
          ...exchange(80),
          [120, { kind: 'unlink', companion: 'bob.web', by: 'phone' }],
          ...exchange(160),
        ],
      },
      relay,
    );
    expect(result.exposure).toMatchObject([
      {
        past: [['static key', 2]],
        pastByKeys: 2,
        untilRevoked: 2,
        untilAccepted: 0,
        afterwards: 0,
        judgesAgree: true,
      },
    ]);
    expect(result.properties.find(({ id }) => id === 'C3')?.verdict).toBe('violated');
  });
});

describe('two judges', () => {
  const plot: Plot = {
    story: [
      ...exchange(10),
      [40, { kind: 'offline', device: 'bob.phone' }],
      [50, writes('alice.phone', 'bob', 'on its way')],
      [60, steals('bob.phone', 'keys')],
      [70, { kind: 'online', device: 'bob.phone' }],
    ],
  };

  /** Measures the plot once more, with a weaker judge. */
  function measured(
    hears: (event: RunEvent) => boolean,
    attack: (real: CryptoProvider) => CryptoProvider,
  ): TheftFindings {
    let findings: readonly TheftFindings[] = [];
    const watcher: Property = {
      id: 'Z1',
      name: 'a measurement',
      summary: 'Measures with a weaker judge.',
      judge: (view: JudgeView) => {
        const weak = new Exposure({ ...view, crypto: attack(view.crypto) });
        return {
          observe: (event) => {
            if (hears(event)) weak.observe(event);
          },
          finish: () => {
            findings = weak.findings();
          },
        };
      },
    };
    const common = { seed: 'theft', architecture: fanout, crypto, properties: [watcher] };
    runScenario({ scenario: worldOf(plot), ...common });
    return findings[0] as TheftFindings;
  }

  it('agree where both are whole', () => {
    const found = measured(
      () => true,
      (real) => real,
    );
    expect(found).toMatchObject({ onlyDecrypted: [], onlyFollowed: [], misread: [] });
    expect(found.exposed.size).toBeGreaterThan(0);
  });

  it('differ where the graph misses edges: the thief reads what no known key opens', () => {
    const found = measured(
      ({ kind }) => kind !== 'stepped',
      (real) => real,
    );
    expect(found.onlyDecrypted).toEqual([...found.exposed.keys()]);
    expect(found.onlyFollowed).toEqual([]);
    expect(found.exposed.size).toBeGreaterThan(0);
  });

  it('differ where the attack is weak: known keys open what the thief cannot read', () => {
    const found = measured(
      () => true,
      (real) => ({ ...real, macHolds: () => false }),
    );
    expect(found.exposed.size).toBe(0);
    expect(found.onlyFollowed).toEqual([
      ...measured(
        () => true,
        (real) => real,
      ).exposed.keys(),
    ]);
    expect(found.onlyDecrypted).toEqual([]);
  });

  it('do not believe a plaintext that nobody said', () => {
    const found = measured(
      () => true,
      (real) => ({
        ...real,
        cbcDecrypt: (key, iv, ciphertext) => {
          const plaintext = real.cbcDecrypt(key, iv, ciphertext);
          return plaintext?.map((byte, at) => (at === 4 ? byte ^ 1 : byte));
        },
      }),
    );
    expect(found.misread.length).toBeGreaterThan(0);
    expect(found.misread.filter((key) => found.exposed.has(key))).toEqual([]);
  });

  it('make the run fail when they differ', () => {
    const blind = { ...crypto, hkdf: crypto.hkdf };
    const result = runScenario({
      scenario: worldOf(plot),
      seed: 'theft',
      architecture: { ...fanout, keysIn: () => [] },
      crypto: blind,
      properties: [],
    });
    expect(result.verdict).toBe('violated');
    expect(result.reasons[0]).toMatch(
      /^The judges of the theft of bob.phone disagree: the thief reads what no known key opens/,
    );
  });
});
