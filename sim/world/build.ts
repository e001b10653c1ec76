/**
 * Builds the hosts of a world: every Store as the architecture's own linking functions make it,
 * recorded as commits at time 0, and a machine around each (contract 10, time zero).
 */

import type { Architecture, ProtocolNode, TransportRecord } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { assert } from '../../protocol/errors.ts';
import { Store } from '../../protocol/store.ts';
import type { Device, Scenario } from '../../scenarios/scenario.ts';
import { type ContextSources, stepContext } from '../hosts/context.ts';
import { observeCrypto } from '../hosts/crypto-observer.ts';
import { Host } from '../hosts/host.ts';
import type { HostRoom } from '../hosts/host-room.ts';
import { isClone, originalOf } from '../ledger/names.ts';
import { DEVICE_SIDE, SERVER_SIDE } from '../network/connection.ts';
import type { CryptoUse, RunEventBody } from '../trace/events.ts';
import { planAccounts, planGroups, settingsOf } from './accounts.ts';
import type { Intent } from './intents.ts';
import { BLOBS, SERVER } from './timeline.ts';

/**
 * One observed provider for all hosts, since one step runs at a time; each step takes its own uses.
 */
export class ObservedCrypto {
  readonly provider: CryptoProvider;
  #uses: CryptoUse[] = [];

  /** `isDeep`: whether uses say all that the graph of key knowledge needs. */
  constructor(bare: CryptoProvider, isDeep: boolean) {
    this.provider = observeCrypto(bare, (use) => this.#uses.push(use), isDeep);
  }

  /** The uses since the last call. */
  take(): readonly CryptoUse[] {
    const uses = this.#uses;
    if (uses.length > 0) this.#uses = [];
    return uses;
  }
}

/** What time zero is made of. */
export interface TimeZeroParts {
  readonly scenario: Scenario;
  readonly architecture: Architecture;
  /** The bare provider: time zero is before anything is watched. */
  readonly crypto: CryptoProvider;
  readonly sources: ContextSources;
  readonly intents: readonly Intent[];
  readonly numbers: ReadonlyMap<string, string>;
}

/** The Stores by host name, devices in order of the scenario, then server and file store. */
export function timeZeroStores(
  parts: TimeZeroParts,
  sink: { record(node: string, cause: number, body: RunEventBody): number },
): ReadonlyMap<string, Store> {
  const { scenario, architecture, crypto, sources } = parts;
  const devices = devicesOf(scenario);
  const skews = new Map(devices.map(({ name, clockSkewUs }) => [name, clockSkewUs]));
  const writes = architecture.timeZero({
    accounts: planAccounts(scenario, parts.intents, parts.numbers),
    groups: planGroups(scenario, parts.numbers),
    unlinked: devices.filter(({ isLinked }) => !isLinked).map(({ name }) => name),
    settings: settingsOf(scenario),
    contextOf: (host) => {
      const wallUs = scenario.epochUs + (skews.get(host) ?? 0);
      return stepContext(sources, crypto, host, 0, 'time-zero', wallUs);
    },
  });
  const stores = new Map<string, Store>();
  for (const name of [...devices.map((device) => device.name), SERVER, BLOBS]) {
    const mine = writes.get(name) ?? [];
    const store = new Store();
    store.apply(mine);
    stores.set(name, store);
    const changes = mine.map(({ collection, key, record }) => {
      return { collection, key, before: undefined, after: record };
    });
    const body = { kind: 'commit', inputId: 'time-zero', changes, isTimeZero: true } as const;
    sink.record(name, -1, body);
  }
  return stores;
}

/** What hosts are made of. */
export interface HostParts {
  readonly scenario: Scenario;
  readonly architecture: Architecture;
  readonly stores: ReadonlyMap<string, Store>;
  readonly observed: ObservedCrypto;
  /** Hosts that will lose a commit, and so keep what was before it. */
  readonly losers: ReadonlySet<string>;
  /** Second machines the timeline calls for. */
  readonly clones: readonly string[];
  readonly room: HostRoom;
  readonly wrapNode: (host: string, node: ProtocolNode, store: Store) => ProtocolNode;
}

/**
 * Devices in the order of the scenario, then machines for clones (with empty Stores), then server
 * and file store; all of them off.
 */
export function makeHosts(parts: HostParts): Host[] {
  const { scenario, architecture, wrapNode } = parts;
  const settings = settingsOf(scenario);
  const transport = storeOf(parts, SERVER).get('transport', 'self');
  assert(transport !== undefined, 'the server has a transport key');
  const serverStaticKey = (transport as TransportRecord).publicKey;
  const devices = devicesOf(scenario);
  const clones = parts.clones.flatMap((name) => {
    const original = devices.find((device) => device.name === originalOf(name));
    return original === undefined ? [] : [{ ...original, name }];
  });
  const hosts = [...devices, ...clones].map(({ name, role, clockSkewUs }, index) => {
    const setup = { role, serverEndpoint: SERVER, blobEndpoint: BLOBS, serverStaticKey, settings };
    const makeNode = (store: Store) => wrapNode(name, architecture.device(store, setup), store);
    const own = { name, index, side: DEVICE_SIDE, skewUs: clockSkewUs, makeNode };
    return new Host({ ...commonOf(parts, name), ...own }, parts.room);
  });
  const endpoints = [
    [SERVER, (store: Store) => architecture.server(store, { settings })],
    [BLOBS, (store: Store) => architecture.blobs(store, { settings })],
  ] as const;
  for (const [name, make] of endpoints) {
    const makeNode = (store: Store) => wrapNode(name, make(store), store);
    const own = { name, index: hosts.length, side: SERVER_SIDE, skewUs: 0, makeNode };
    hosts.push(new Host({ ...commonOf(parts, name), ...own }, parts.room));
  }
  return hosts;
}

function commonOf(parts: HostParts, name: string) {
  const { observed, losers, scenario } = parts;
  return {
    store: isClone(name) ? new Store() : storeOf(parts, name),
    keepsUndo: losers.has(name),
    crypto: observed.provider,
    takeUses: () => observed.take(),
    dozeLatenessUs: scenario.settings.dozeLatenessUs,
  };
}

function storeOf(parts: HostParts, name: string): Store {
  const store = parts.stores.get(name);
  assert(store !== undefined, 'time zero makes a Store for every host');
  return store;
}

function devicesOf(scenario: Scenario): readonly Device[] {
  return scenario.accounts.flatMap((account) => account.devices);
}
