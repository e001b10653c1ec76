/**
 * The smallest world that runs nodes of an architecture: frames arrive in order of sending, time moves only
 * when asked. It drives the protocol's own tests; the simulator has nothing to do with it.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type {
  AccountRecord,
  Architecture,
  Command,
  Effect,
  InputBody,
  LostRecord,
  OutboxRecord,
  ProtocolNode,
  QrRecord,
  Settings,
  ShownRecord,
  StepContext,
  TransportRecord,
} from '../../contract.ts';
import { keyStream, rootSecret, secretsFor } from '../../crypto/key-stream.ts';
import { opensslProvider } from '../../crypto/openssl.ts';
import { Store, type StoredRecord } from '../../store.ts';
import { fanout } from '../index.ts';

const SETTINGS: Settings = {
  prekeyBatch: 8,
  placeholderDeadlineUs: 300_000_000,
  expectedListGraceUs: 48 * 3_600_000_000,
  mirrorsOldContacts: false,
};
const EPOCH_US = 1_626_220_800_000_000;
const provider = opensslProvider();

interface Member {
  readonly name: string;
  readonly store: Store;
  node: ProtocolNode;
  boot: number;
  isOn: boolean;
}

interface Wire {
  readonly number: number;
  readonly device: Member;
  /** `server` or `blobs`. */
  readonly endpoint: string;
}

interface Flight {
  readonly wire: Wire;
  readonly toServer: boolean;
  readonly bytes: Uint8Array;
  readonly kind: string;
}

function groupJid(name: string, groups: readonly string[]): string {
  return `1203630000000000${String(10 + groups.indexOf(name))}@g.us`;
}

/** Accounts by name with their companions; `alice` has `alice.phone` and so on. */
export class SmallNet {
  nowUs = 0;
  readonly members = new Map<string, Member>();
  readonly notices: string[] = [];
  readonly sent: string[] = [];
  /** Set to see, change or (by returning undefined) drop each frame. */
  tamper: (flight: Flight) => Uint8Array | undefined = (flight) => flight.bytes;
  readonly #wires = new Map<number, Wire>();
  readonly #flights: Flight[] = [];
  readonly #opening: { readonly member: Member; readonly endpoint: string }[] = [];
  readonly #stream = keyStream(rootSecret('small-net'));
  #counter = 0;
  readonly #settings: Settings;
  readonly #architecture: Architecture;
  #crash: { readonly name: string; commitsLeft: number } | undefined;
  readonly #groups: readonly string[];
  readonly #endpointKeys = new Map<string, Uint8Array>();

  constructor(
    accounts: Readonly<Record<string, readonly string[]>>,
    unlinked: readonly string[] = [],
    /** Groups that exist: members by account name, the creator first. */
    groups: Readonly<Record<string, readonly string[]>> = {},
    /** Accounts whose app is too old for several devices. */
    old: readonly string[] = [],
    /** Whether an account holds another's list before the story; all do unless told otherwise. */
    knows: (name: string, other: string) => boolean = () => true,
    settings: Partial<Settings> = {},
    architecture: Architecture = fanout,
  ) {
    this.#architecture = architecture;
    this.#settings = { ...SETTINGS, ...settings };
    const names = Object.keys(accounts);
    const numberOf = (name: string): string => String(15_550_001 + names.indexOf(name));
    const commits = architecture.timeZero({
      accounts: names.map((name) => ({
        number: numberOf(name),
        primary: `${name}.phone`,
        companions: (accounts[name] ?? []).map((device) => `${name}.${device}`),
        contacts: names.filter((other) => other !== name && knows(name, other)).map(numberOf),
        isCapable: !old.includes(name),
      })),
      groups: Object.entries(groups).map(([group, members]) => ({
        group: groupJid(group, Object.keys(groups)),
        name: group,
        members: members.map(numberOf),
        admins: members.slice(0, 1).map(numberOf),
      })),
      unlinked,
      settings: this.#settings,
      contextOf: (host) => this.context(host, 0, 'time-zero'),
    });
    this.#groups = Object.keys(groups);
    for (const endpoint of ['server', 'blobs']) {
      const found = commits.get(endpoint)?.find(({ collection }) => collection === 'transport');
      const record = found?.record as TransportRecord | undefined;
      if (record !== undefined) this.#endpointKeys.set(endpoint, record.publicKey);
    }
    for (const [name, writes] of commits) {
      const store = new Store();
      store.apply(writes);
      this.members.set(name, { name, store, node: this.#make(name, store), boot: 0, isOn: true });
    }
    for (const member of this.members.values()) this.step(member.name, { kind: 'started' });
    this.settle();
  }

  #make(name: string, store: Store): ProtocolNode {
    if (name === 'server') return this.#architecture.server(store, { settings: this.#settings });
    if (name === 'blobs') return this.#architecture.blobs(store, { settings: this.#settings });
    return this.#architecture.device(store, {
      role: name.endsWith('.phone') ? 'primary' : 'companion',
      serverEndpoint: 'server',
      blobEndpoint: 'blobs',
      serverStaticKey: this.#keyOf('server'),
      settings: this.#settings,
    });
  }

  #keyOf(endpoint: string): Uint8Array {
    return this.#endpointKeys.get(endpoint) ?? new Uint8Array(32);
  }

  /** The address of a group by its name. */
  group(name: string): string {
    return groupJid(name, this.#groups);
  }

  context(host: string, boot: number, inputId: string): StepContext {
    const secrets = secretsFor(this.#stream, { host, boot, inputId });
    let ordinal = 0;
    const bytes = (purpose: string, length: number): Uint8Array => {
      ordinal += 1;
      return provider
        .sha512(new TextEncoder().encode(`${host}${boot}${inputId}${purpose}${ordinal}`))
        .slice(0, length);
    };
    const numbers = {
      bytes,
      below: (purpose: string, bound: number) => {
        const [a = 0, b = 0, c = 0, d = 0] = bytes(purpose, 4);
        return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % bound;
      },
    };
    return { wallUs: EPOCH_US + this.nowUs, secrets, numbers, crypto: provider };
  }

  member(name: string): Member {
    const member = this.members.get(name);
    if (member === undefined) throw new Error(`no member ${name}`);
    return member;
  }

  /** Feeds one input and carries the effects out at once. */
  step(name: string, body: InputBody): readonly Effect[] {
    const member = this.member(name);
    if (!member.isOn) return [];
    this.#counter += 1;
    const id = `${name}/${this.#counter}`;
    const effects = member.node.step({ ...body, id }, this.context(name, member.boot, id));
    for (const effect of effects) {
      this.#carryOut(member, effect);
      if (effect.kind !== 'commit' || name !== this.#crash?.name) continue;
      this.#crash.commitsLeft -= 1;
      if (this.#crash.commitsLeft > 0) continue;
      this.#crash = undefined;
      this.restart(name);
      return []; // the commit is on the disk, and nothing else of this step happened
    }
    return effects;
  }

  /** Lets `name` crash right after its n-th commit of the story; false when it made fewer. */
  crashAfterCommit(name: string, nth: number, story: () => void): boolean {
    this.#crash = { name, commitsLeft: nth };
    story();
    const isFired = this.#crash === undefined;
    this.#crash = undefined;
    return isFired;
  }

  #carryOut(member: Member, effect: Effect): void {
    switch (effect.kind) {
      case 'commit':
        member.store.apply(effect.writes);
        return;
      case 'send': {
        const wire = this.#wires.get(effect.connection);
        if (wire === undefined) return;
        this.sent.push(`${member.name} ${effect.label.kind}`);
        const toServer = member === wire.device;
        this.#flights.push({ wire, toServer, bytes: effect.bytes, kind: effect.label.kind });
        return;
      }
      case 'open':
        this.#opening.push({ member, endpoint: effect.endpoint });
        return;
      case 'close':
        this.cut(effect.connection);
        return;
      case 'emit':
        this.notices.push(`${member.name} ${effect.notice.code}: ${effect.notice.sentence}`);
        return;
    }
  }

  /** Ends a connection; both ends learn it after what is on its way. */
  cut(connection: number): void {
    const wire = this.#wires.get(connection);
    if (wire === undefined) return;
    this.settleFlights();
    this.#wires.delete(connection);
    const gone = { kind: 'disconnected', connection, reason: 'closed' } as const;
    this.step(wire.device.name, { ...gone, endpoint: wire.endpoint });
    this.step(wire.endpoint, { ...gone, endpoint: wire.device.name });
  }

  #open(member: Member, endpoint: string): void {
    this.#counter += 1;
    const wire: Wire = { number: this.#counter, device: member, endpoint };
    this.#wires.set(wire.number, wire);
    const own = member.store.get('transport', 'self') as TransportRecord;
    const connected = { kind: 'connected', connection: wire.number } as const;
    this.step(endpoint, { ...connected, endpoint: member.name, peerStaticKey: own.publicKey });
    this.step(member.name, { ...connected, endpoint, peerStaticKey: this.#keyOf(endpoint) });
  }

  settleFlights(): void {
    for (let left = 100_000; left > 0; left--) {
      const flight = this.#flights.shift();
      if (flight === undefined) return;
      const bytes = this.tamper(flight);
      const connection = flight.wire.number;
      if (bytes === undefined || !this.#wires.has(connection)) continue;
      this.step(flight.toServer ? flight.wire.endpoint : flight.wire.device.name, {
        kind: 'frame',
        connection,
        bytes,
      });
    }
    throw new Error('frames never stop');
  }

  /** Delivers everything, opens what was asked for, and lets due timers fire for up to `forUs`. */
  settle(forUs = 3_000_000): void {
    const untilUs = this.nowUs + forUs;
    for (;;) {
      this.settleFlights();
      const opening = this.#opening.shift();
      if (opening !== undefined) {
        if (opening.member.isOn) this.#open(opening.member, opening.endpoint);
        continue;
      }
      const next = this.#nextTimer();
      if (next === undefined || next.deadlineUs - EPOCH_US > untilUs) break;
      this.nowUs = Math.max(this.nowUs, next.deadlineUs - EPOCH_US);
      this.step(next.member.name, { kind: 'timer', name: next.name });
    }
    this.nowUs = untilUs;
  }

  #nextTimer(): { member: Member; name: string; deadlineUs: number } | undefined {
    let best: { member: Member; name: string; deadlineUs: number } | undefined;
    for (const member of this.members.values()) {
      if (!member.isOn) continue;
      for (const [name, record] of member.store.collection('timer')) {
        const { deadlineUs } = record as StoredRecord & { deadlineUs: number };
        if (best === undefined || deadlineUs < best.deadlineUs) best = { member, name, deadlineUs };
      }
    }
    return best;
  }

  command(name: string, command: Command): void {
    this.nowUs += 1_000;
    this.step(name, { kind: 'command', command });
  }

  power(name: string, isOn: boolean): void {
    const member = this.member(name);
    if (member.isOn === isOn) return;
    if (!isOn) {
      member.isOn = false;
      for (const wire of [...this.#wires.values()])
        if (wire.device === member) this.cut(wire.number);
      return;
    }
    member.isOn = true;
    this.restart(name);
  }

  /** A crash: volatile state is gone, connections die, the node is built anew from its Store. */
  restart(name: string): void {
    const member = this.member(name);
    for (const wire of [...this.#wires.values()]) {
      if (wire.device === member || name === wire.endpoint) {
        this.#wires.delete(wire.number);
        const isEndpoint = name === wire.endpoint;
        this.step(isEndpoint ? wire.device.name : wire.endpoint, {
          kind: 'disconnected',
          connection: wire.number,
          endpoint: isEndpoint ? wire.endpoint : wire.device.name,
          reason: 'gone',
        });
      }
    }
    member.store.volatile.clear();
    member.boot += 1;
    member.node = this.#make(name, member.store);
    this.step(name, { kind: 'started' });
  }

  /** Puts an older snapshot on the member's disk and starts it. */
  restore(name: string, old: Store): void {
    const { store } = this.member(name);
    for (const collection of [...store.collectionNames()]) {
      const keys = [...store.collection(collection).keys()];
      store.apply(keys.map((key) => ({ collection, key, record: undefined })));
    }
    for (const collection of old.collectionNames()) {
      const records = [...old.collection(collection)];
      store.apply(records.map(([key, record]) => ({ collection, key, record })));
    }
    this.restart(name);
  }

  user(name: string): string {
    return (this.member(`${name}.phone`).store.get('account', 'self') as AccountRecord).user;
  }

  send(from: string, to: string, text: string): void {
    this.command(from, { kind: 'send', chat: this.user(to), text });
  }

  #connectionOf(name: string): number {
    for (const [number, wire] of this.#wires) {
      if (wire.device.name === name && wire.endpoint === 'server') return number;
    }
    throw new Error(`${name} is not connected`);
  }

  /** Hands the server a frame as if the device had sent it. */
  inject(name: string, bytes: Uint8Array): void {
    this.step('server', { kind: 'frame', connection: this.#connectionOf(name), bytes });
  }

  /** Hands the device a frame as if the server had sent it. */
  deliver(name: string, bytes: Uint8Array): void {
    this.step(name, { kind: 'frame', connection: this.#connectionOf(name), bytes });
  }

  /** A person links a companion: starts it, scans its code with the phone, and waits. */
  link(phone: string, companion: string): void {
    this.command(companion, { kind: 'link' });
    this.settle();
    const qr = this.member(companion).store.get('qr', 'self') as QrRecord;
    this.command(phone, { kind: 'scan', qr: qr.text });
    this.settle();
  }

  texts(name: string): string[] {
    const shown = [...this.member(name).store.collection('shown').values()] as ShownRecord[];
    return shown.sort((one, other) => one.positionUs - other.positionUs).map(({ text }) => text);
  }

  lost(name: string): LostRecord[] {
    return [...this.member(name).store.collection('lost').values()] as LostRecord[];
  }

  outbox(name: string): OutboxRecord[] {
    return [...this.member(name).store.collection('outbox').values()] as OutboxRecord[];
  }

  transportKey(name: string): string {
    const record = this.member(name).store.get('transport', 'self') as TransportRecord;
    return bytesToHex(record.publicKey);
  }
}
