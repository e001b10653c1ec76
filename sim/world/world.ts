/**
 * The world of one run: builds hosts, links and people from a scenario and a seed, then takes
 * events off the queue until the heal phase is over or a bound is reached (contract 10).
 *
 * What it does not do: judge. Observers see every event; the run collects what they found.
 */

import type {
  Architecture,
  Input,
  ProtocolNode,
  TransportRecord,
} from '../../protocol/contract.ts';
import { keyStream, rootSecret } from '../../protocol/crypto/key-stream.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { assert } from '../../protocol/errors.ts';
import type { Store } from '../../protocol/store.ts';
import type { Device, Override, Scenario, TimelineEntry } from '../../scenarios/scenario.ts';
import type { ContextSources } from '../hosts/context.ts';
import type { Host } from '../hosts/host.ts';
import { HOST_EVENTS } from '../hosts/host-events.ts';
import type { ClosedHere, HostIdentity, HostRoom } from '../hosts/host-room.ts';
import { NoiseChannel } from '../hosts/noise-channel.ts';
import { PacketNames } from '../hosts/roots.ts';
import { Chooser } from '../kernel/chooser.ts';
import { createDraws } from '../kernel/draws.ts';
import { EventQueue } from '../kernel/event-queue.ts';
import { isClone } from '../ledger/names.ts';
import type { Channel } from '../network/channel.ts';
import type { Connection, Frame } from '../network/connection.ts';
import { Link } from '../network/link.ts';
import { NETWORK_EVENT_LAST, Network } from '../network/network.ts';
import type { NetworkPort } from '../network/network-port.ts';
import type { Change, RunEventBody } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import { drawNumbers } from './accounts.ts';
import { makeHosts, ObservedCrypto, timeZeroStores } from './build.ts';
import { clonesOf } from './clones.ts';
import { Healing, type TurnDue } from './healing.ts';
import { expandWorkload, type Intent } from './intents.ts';
import { type Comparison, People, type Scan } from './people.ts';
import { Pushes } from './pushes.ts';
import { Recorder } from './recorder.ts';
import { type SnapshotDue, StorageFaults } from './storage-faults.ts';
import { BLOBS, choiceOf, planTimeline, SERVER, type TimelinePlan } from './timeline.ts';
import { WORLD_EVENTS } from './world-events.ts';

/** What a world is built from. */
export interface WorldOptions {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly architecture: Architecture;
  /** The bare provider; steps get it observed. */
  readonly crypto: CryptoProvider;
  readonly overrides: readonly Override[];
  readonly wantsDecisionLog: boolean;
  /** Called in this order with every event. */
  readonly observers: readonly Observer[];
  readonly wrapNode: (host: string, node: ProtocolNode, store: Store) => ProtocolNode;
  readonly maxEvents: number;
  readonly maxVirtualUs: number;
}

/** Why a run stopped. */
export type WorldEnd = 'end' | 'events' | 'virtual-time';

/** One run under way. */
export class World implements NetworkPort {
  readonly chooser: Chooser;
  readonly network: Network;
  /** Devices in the order of the scenario, then clones, then server and file store. */
  readonly hosts: readonly Host[];
  readonly recorder: Recorder;
  readonly people: People;
  readonly queue = new EventQueue();
  /** The workload as it was expanded: the same for every architecture. */
  readonly intents: readonly Intent[];
  readonly #options: WorldOptions;
  readonly #scenario: Scenario;
  readonly #hostsByName = new Map<string, Host>();
  readonly #server: Host;
  readonly #timeline: TimelinePlan;
  readonly #pushes: Pushes;
  readonly #storage: StorageFaults;
  readonly #healing: Healing;
  readonly #sources: ContextSources;
  /** 32 bytes each, which every device knows for the server's and the file store's. */
  readonly #staticKeys: ReadonlyMap<string, Uint8Array>;

  constructor(options: WorldOptions) {
    const { scenario, seed, overrides, wantsDecisionLog } = options;
    this.#options = options;
    this.#scenario = scenario;
    const draws = createDraws(seed);
    this.#sources = { draws, keyStream: keyStream(rootSecret(seed)) };
    this.chooser = new Chooser(draws, overrides, wantsDecisionLog);
    this.recorder = new Recorder(this.queue, options.observers);
    this.#timeline = planTimeline(scenario, this.chooser);
    this.network = new Network(this.queue, this.chooser, this, [SERVER, BLOBS]);
    for (const { device, networks, cuts, faults } of this.#timeline.links) {
      this.network.addLink(
        new Link(device, networks, cuts, scenario.lengthUs, this.chooser),
        faults,
      );
    }
    const intents = (this.intents = expandWorkload(scenario, this.chooser, draws));
    const numbers = drawNumbers(scenario.accounts, draws);
    const stores = timeZeroStores({ ...options, sources: this.#sources, intents, numbers }, this);
    const observed = new ObservedCrypto(options.crypto, isKeyDepthWanted(options));
    const losers = new Set<string>();
    for (const { action } of this.#timeline.entries) {
      if (action.kind === 'lose-last-commit') losers.add(action.device);
    }
    const clones = clonesOf(scenario.timeline);
    const room = this.#hostRoom();
    this.hosts = makeHosts({ ...options, stores, observed, losers, clones, room });
    for (const host of this.hosts) this.#hostsByName.set(host.name, host);
    this.#server = this.#hostOf(SERVER);
    this.#staticKeys = new Map([SERVER, BLOBS].map((name) => [name, this.#staticKeyOf(name)]));
    const { queue, chooser, recorder, network } = this;
    this.#pushes = new Pushes(queue, chooser, recorder, network, this.#hostsByName);
    for (const { name, store } of this.hosts) this.#pushes.know(name, store);
    const phones = new Map(
      scenario.accounts.map(({ name, devices }) => [name, (devices[0] as Device).name]),
    );
    const peopleRoom = {
      queue: this.queue,
      chooser: this.chooser,
      recorder: this.recorder,
      hosts: this.#hostsByName,
      draws,
      numbers,
      groups: scenario.groups,
      epochUs: scenario.epochUs,
      phones,
      storyEndUs: scenario.lengthUs,
    };
    this.people = new People(peopleRoom, intents);
    const { lengthUs: storyEndUs } = scenario;
    const hosts = this.#hostsByName;
    const exchanged = ({ name, store }: Host) => this.#pushes.know(name, store);
    const storageRoom = { queue, chooser, recorder, hosts, storyEndUs, exchanged };
    this.#storage = new StorageFaults(storageRoom, this.#timeline.entries);
    const { people, server } = this;
    const { companionsLive } = options.architecture;
    const healingRoom = { queue, recorder, people, hosts, server, scenario, companionsLive };
    this.#healing = new Healing(healingRoom);
  }

  /** Entries of the timeline that happen, in order. */
  get entries(): readonly TimelineEntry[] {
    return this.#timeline.entries;
  }

  /** The server's host. */
  get server(): Host {
    return this.#server;
  }

  /** Runs story and heal phase. Call once. */
  run(): WorldEnd {
    const { queue, recorder } = this;
    const { maxEvents, maxVirtualUs } = this.#options;
    this.#begin();
    while (queue.pop()) {
      if (queue.timeUs > maxVirtualUs) return 'virtual-time';
      if (recorder.count >= maxEvents) return 'events';
      if (queue.kind === WORLD_EVENTS.end) {
        this.network.finish();
        recorder.record('world', -1, { kind: 'phase', phase: 'end' });
        return 'end';
      }
      this.#handle(queue);
    }
    assert(false, 'the end of the heal phase is always pending');
  }

  #begin(): void {
    const { queue, recorder } = this;
    const scenario = this.#scenario;
    for (const [at, { atUs }] of this.#timeline.entries.entries()) {
      if (atUs < scenario.lengthUs) queue.push(atUs, WORLD_EVENTS.timeline, at, 0);
    }
    const { forUs } = scenario.heal;
    queue.push(scenario.lengthUs, WORLD_EVENTS.heal, 0, 0);
    queue.push(scenario.lengthUs + Math.floor(forUs / 2), WORLD_EVENTS.probe, 0, 0);
    queue.push(scenario.lengthUs + forUs, WORLD_EVENTS.end, 0, 0);
    const cause = recorder.record('world', -1, { kind: 'phase', phase: 'story' });
    this.#server.start(cause);
    this.#hostOf(BLOBS).start(cause);
    for (const account of scenario.accounts) {
      for (const { name, power } of account.devices) {
        const host = this.#hostOf(name);
        if (power === 'off') continue;
        host.start(cause);
        if (power === 'doze') host.doze(cause);
      }
    }
  }

  #hostRoom(): HostRoom {
    const { overrides, wantsDecisionLog } = this.#options;
    return {
      queue: this.queue,
      chooser: this.chooser,
      network: this.network,
      names: new PacketNames(),
      sources: this.#sources,
      epochUs: this.#scenario.epochUs,
      asksCrashes: wantsDecisionLog || overrides.some(({ choice }) => choice.startsWith('crash/')),
      record: (node, cause, body) => this.recorder.record(node, cause, body),
      committed: (host, input, changes, cause) => this.#committed(host, input, changes, cause),
      push: (transportKey, root, cause) => this.#pushes.send(transportKey, root, cause),
    };
  }

  // -------------------------------------------------------------- the loop

  #handle(queue: EventQueue): void {
    const { kind, a, b, payload } = queue;
    if (kind <= NETWORK_EVENT_LAST) {
      this.network.handle(queue);
      return;
    }
    switch (kind) {
      case HOST_EVENTS.timer:
        return (this.hosts[a] as Host).timer(payload as string, b);
      case HOST_EVENTS.restart:
        return (this.hosts[a] as Host).restart(b, payload as number);
      case HOST_EVENTS.dozeAgain:
        return (this.hosts[a] as Host).dozeAgain(b, payload as number);
      case HOST_EVENTS.closedHere: {
        const { connection, cause } = payload as ClosedHere;
        return (this.hosts[a] as Host).disconnected(connection, 'closed-here', cause);
      }
      case HOST_EVENTS.push:
        return this.#pushes.arrive(this.hosts[a] as Host, b);
      case WORLD_EVENTS.timeline:
        return this.#entry(this.#timeline.entries[a] as TimelineEntry);
      case WORLD_EVENTS.intent:
        return this.people.give(payload as Intent, a);
      case WORLD_EVENTS.scan:
        return this.people.scan(payload as Scan);
      case WORLD_EVENTS.snapshot:
        return this.#storage.take(payload as SnapshotDue);
      case WORLD_EVENTS.cloneEnd:
        return this.#storage.end(payload as string, a, b);
      case WORLD_EVENTS.comparison:
        return this.people.compare(payload as Comparison);
      case WORLD_EVENTS.turn:
        return this.#healing.turn(payload as TurnDue, a);
      case WORLD_EVENTS.heal:
        return this.#heal();
      case WORLD_EVENTS.probe:
        return this.#healing.probe();
      default:
        assert(false, 'every kind of event has a handler');
    }
  }

  #entry(entry: TimelineEntry): void {
    if (this.people.entry(entry) || this.#storage.entry(entry)) return;
    const { action } = entry;
    const choice = choiceOf(entry);
    switch (action.kind) {
      case 'power-off':
        return this.#hostOf(action.device).powerOff(
          this.#lever(action.device, 'power-off', choice),
        );
      case 'power-on':
        return this.#hostOf(action.device).start(-1);
      case 'doze':
        return this.#hostOf(action.device).doze(this.#lever(action.device, 'doze', choice));
      case 'wake':
        return this.#hostOf(action.device).wake(-1);
      case 'crash': {
        const cause = this.#lever(action.device, 'crash', choice);
        return this.#hostOf(action.device).crash(choice, action.restartAfterUs, cause);
      }
      case 'lose-last-commit': {
        const host = this.#hostOf(action.device);
        const cause = this.#lever(action.device, 'crash', choice);
        host.crash(choice, action.restartAfterUs, cause);
        if (host.loseLastCommit(choice, cause)) this.#lever(host.name, 'last-commit-lost', choice);
        return;
      }
      case 'disk-full': {
        const untilUs = Math.min(this.queue.timeUs + action.forUs, this.#scenario.lengthUs);
        this.#hostOf(action.device).diskFullUntilUs = untilUs;
        return;
      }
      case 'clock':
        this.#lever(action.device, 'clock-step', choice);
        return this.#hostOf(action.device).setClock(action.skewUs);
      default:
        return; // networks, cuts and stanza faults are part of the links
    }
  }

  /** Faults are over, everyone is on; nobody begins anything new. */
  #heal(): void {
    const cause = this.recorder.record('world', -1, { kind: 'phase', phase: 'heal' });
    this.people.endStory(cause);
    this.#storage.endAll(cause);
    for (const host of this.hosts) {
      if (isClone(host.name)) continue;
      host.wake(cause);
      host.start(cause);
    }
    this.#healing.begin(cause);
  }

  #committed(host: HostIdentity, input: Input, changes: readonly Change[], cause: number): void {
    this.people.committed(host, input.id, changes, cause);
    for (const { collection } of changes)
      if (collection === 'transport') this.#pushes.know(host.name, host.store);
  }

  // -------------------------------------------------------------- the network's port

  record(node: string, cause: number, body: RunEventBody): number {
    return this.recorder.record(node, cause, body);
  }

  isListening(host: string): boolean {
    return this.#hostOf(host).isListening;
  }

  channelFor({ name, device, endpoint }: Connection): Channel | undefined {
    if (this.#scenario.settings.transport === 'modelled') return undefined;
    return new NoiseChannel({
      provider: this.#options.crypto,
      keyStream: this.#sources.keyStream,
      connection: name,
      device: this.#hostOf(device),
      server: this.#hostOf(endpoint),
      serverStaticKey: this.#staticKeys.get(endpoint) as Uint8Array,
    });
  }

  opened(host: string, connection: Connection, peer: string, cause: number): void {
    const target = this.#hostOf(host);
    const peerKey = connection.channel?.peerKey(target.side) ?? this.#staticKeyOf(peer);
    target.connected(connection, peer, peerKey, cause);
  }

  arrived(host: string, frame: Frame, cause: number): void {
    const { bytes, packet, root } = frame;
    const { number } = frame.connection;
    this.#hostOf(host).handle(
      { kind: 'frame', connection: number, bytes, id: packet },
      root,
      cause,
    );
  }

  closed(host: string, connection: Connection, reason: string, cause: number): void {
    this.#hostOf(host).disconnected(connection, reason, cause);
  }

  #staticKeyOf(host: string): Uint8Array {
    const transport = this.#hostOf(host).store.get('transport', 'self');
    assert(transport !== undefined, 'whoever opens a connection has a transport key');
    return (transport as TransportRecord).publicKey;
  }

  #hostOf(name: string): Host {
    const host = this.#hostsByName.get(name);
    assert(host !== undefined, 'names of hosts were checked by the loader');
    return host;
  }

  #lever(host: string, lever: string, choice: string): number {
    const body = {
      kind: 'lever',
      lever,
      choice,
      sentence: `The scenario: ${lever}, ${host}.`,
    } as const;
    return this.recorder.record(host, -1, body);
  }
}

/** Whether somebody follows keys: the judges of a theft, or an observer that asks. */
function isKeyDepthWanted({ scenario, observers }: WorldOptions): boolean {
  const hasTheft = scenario.timeline.some(({ action }) => action.kind === 'steal');
  return hasTheft || observers.some(({ wantsKeyDepth }) => wantsKeyDepth === true);
}
