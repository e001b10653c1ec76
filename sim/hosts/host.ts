/**
 * One host: a protocol node with its Store, clock, power and timers. It feeds inputs in the order
 * of the kernel, carries effects out, and is where crashes and store faults happen (contract 1, 2,
 * 3).
 *
 * What it does not do: decide when people act or what the network does.
 */

import type { Effect, Input, OutboxRecord, ProtocolNode } from '../../protocol/contract.ts';
import { assert } from '../../protocol/errors.ts';
import type { RecordWrite, Store } from '../../protocol/store.ts';
import type { Connection, Side } from '../network/connection.ts';
import type { Change } from '../trace/events.ts';
import { stepContext } from './context.ts';
import { HOST_EVENTS } from './host-events.ts';
import type { ClosedHere, Ended, HostRoom, HostSetup, Power } from './host-room.ts';
import {
  AWAKE_US,
  REFUSED_LEAST_US,
  REFUSED_MOST_US,
  RESTART_LEAST_US,
  RESTART_SPREAD_US,
} from './pauses.ts';
import { storeChanges } from './store-changes.ts';
import { Timers } from './timers.ts';

/** A machine that runs one node. */
export class Host {
  readonly name: string;
  readonly index: number;
  readonly side: Side;
  store: Store;
  power: Power = 'off';
  isCrashed = false;
  /** Counts boots; the first of the story is 1. */
  boot = 0;
  skewUs: number;
  /** Virtual time until which commits are refused. */
  diskFullUntilUs = -1;
  /** Times it left rest: power-on, wake-ups from doze. Keep-alives are counted by the network. */
  wakeUps = 0;
  readonly #setup: HostSetup;
  readonly #room: HostRoom;
  readonly #timers: Timers;
  readonly #timerCounts = new Map<string, number>();
  #node: ProtocolNode | undefined;
  #pushCount = 0;
  #restart = 0;
  #doze = 0;
  #refusedCount = 0;
  #before: { store: Store; changes: readonly Change[] } | undefined;
  /** Root of the input being handled, for the names of its packets. */
  #root = '';

  constructor(setup: HostSetup, room: HostRoom) {
    this.name = setup.name;
    this.index = setup.index;
    this.side = setup.side;
    this.store = setup.store;
    this.skewUs = setup.skewUs;
    this.#setup = setup;
    this.#room = room;
    this.#timers = new Timers(room.queue, HOST_EVENTS.timer, setup.index);
  }

  /** Whether its node runs. */
  get isRunning(): boolean {
    return !this.isCrashed && this.power !== 'off';
  }

  /** Whether it runs and may use its radio. */
  get isListening(): boolean {
    return !this.isCrashed && (this.power === 'on' || this.power === 'awake');
  }

  // ---------------------------------------------------------------- inputs

  /** One step: `root` names its cause for packets. Nothing happens when the node does not run. */
  handle(input: Input, root: string, cause: number): void {
    if (!this.isRunning || this.#node === undefined) return;
    const { room, setup } = { room: this.#room, setup: this.#setup };
    const sequence = room.record(this.name, cause, { kind: 'input', input });
    const wallUs = this.#wallUs();
    const context = stepContext(room.sources, setup.crypto, this.name, this.boot, input.id, wallUs);
    const effects = this.#node.step(input, context);
    const crypto = setup.takeUses();
    room.record(this.name, sequence, { kind: 'stepped', input, effects, crypto });
    this.#root = root;
    if (this.#crashesAt(input, 0, sequence)) return;
    for (const [at, effect] of effects.entries()) {
      assert(effect.kind !== 'commit' || at === 0, 'a step commits at most once, first');
      if (!this.#carryOut(effect, input, sequence)) return;
      if (this.#crashesAt(input, at + 1, sequence)) return;
    }
  }

  connected(connection: Connection, peer: string, peerStaticKey: Uint8Array, cause: number): void {
    const { name, number } = connection;
    const id = `${name}/open/${this.name}`;
    this.handle(
      { kind: 'connected', connection: number, endpoint: peer, peerStaticKey, id },
      name,
      cause,
    );
  }

  disconnected(ended: Ended, reason: string, cause: number): void {
    const { number: connection, name } = ended;
    const endpoint = this.side === 0 ? ended.endpoint : ended.device;
    const id = `${name}/closed/${this.name}`;
    this.handle({ kind: 'disconnected', connection, endpoint, reason, id }, name, cause);
  }

  /**
   * A firing of the queue. In doze it is the device's maintenance window: the radio is up for a
   * while.
   */
  timer(name: string, cause: number): void {
    this.#timers.fired(name);
    if (!this.isRunning) return;
    if (this.power === 'doze') this.#wake(cause);
    const count = this.#timerCounts.get(name) ?? 0;
    this.#timerCounts.set(name, count + 1);
    const root = `${this.name}/timer/${name}`;
    this.handle({ kind: 'timer', name, id: `${root}/${count}` }, root, cause);
  }

  /** A push arrived: wakes from doze, and tells the node. */
  pushed(cause: number): void {
    if (!this.isRunning) return;
    if (this.power === 'doze') this.#wake(cause);
    const id = `${this.name}/push/${this.#pushCount++}`;
    this.handle({ kind: 'push', id }, id, cause);
  }

  // ---------------------------------------------------------------- power and clock

  /** Boots it, if it is off or crashed. */
  start(cause: number): void {
    if (this.#node !== undefined) return;
    const wasOff = this.power === 'off';
    if (wasOff) this.power = 'on';
    else if (this.power === 'awake') this.power = 'doze';
    if (wasOff) this.wakeUps++;
    const sequence = wasOff
      ? this.#room.record(this.name, cause, { kind: 'power', state: 'on' })
      : cause;
    this.isCrashed = false;
    this.#restart++;
    this.boot++;
    this.store.volatile.clear();
    this.#node = this.#setup.makeNode(this.store);
    this.#rearm(sequence);
    const id = `${this.name}/started/${this.boot}`;
    this.handle({ kind: 'started', id }, id, sequence);
  }

  /** In order: its connections close, its volatile state is gone. */
  powerOff(cause: number): void {
    if (this.power === 'off') return;
    const sequence = this.#room.record(this.name, cause, { kind: 'power', state: 'off' });
    if (!this.isCrashed) this.#room.network.closeAll(this.name, 'power-off', sequence);
    this.power = 'off';
    this.isCrashed = false;
    this.#down();
  }

  /** No radio, late timers, until a push, a timer or `wake`. */
  doze(cause: number): void {
    if (this.power === 'off' || this.power === 'doze') return;
    const sequence = this.#room.record(this.name, cause, { kind: 'power', state: 'doze' });
    this.power = 'doze';
    this.#doze++;
    if (this.isCrashed) return;
    this.#rearm(sequence);
    this.#room.network.loseRadio(this.name, 'doze', sequence);
  }

  /** Out of doze for good. */
  wake(cause: number): void {
    if (this.power !== 'doze' && this.power !== 'awake') return;
    const wasResting = this.power === 'doze';
    this.power = 'on';
    this.#doze++;
    const sequence = this.#room.record(this.name, cause, { kind: 'power', state: 'on' });
    if (this.isCrashed || !wasResting) return;
    this.wakeUps++;
    this.#rearm(sequence);
    this.pushed(sequence);
  }

  /** Somebody takes the device in hand: out of rest for a while. */
  use(cause: number): void {
    if (this.isRunning && this.power === 'doze') this.#wake(cause);
  }

  /** The awake window may be over; `generation` tells whether anything happened since. */
  dozeAgain(generation: number, cause: number): void {
    if (this.power === 'awake' && this.#doze === generation) this.doze(cause);
  }

  /** Sets its clock to true time plus `skewUs`; waits that have begun are not touched. */
  setClock(skewUs: number): void {
    this.skewUs = skewUs;
  }

  #wake(cause: number): void {
    this.power = 'awake';
    this.wakeUps++;
    this.#doze++;
    const sequence = this.#room.record(this.name, cause, { kind: 'power', state: 'awake' });
    this.#rearm(sequence);
    const untilUs = this.#room.queue.timeUs + AWAKE_US;
    this.#room.queue.push(untilUs, HOST_EVENTS.dozeAgain, this.index, this.#doze, sequence);
  }

  // ---------------------------------------------------------------- crashes

  /** Dies at once without a word and starts again later. */
  crash(choice: string, restartAfterUs: number, cause: number): void {
    if (!this.isRunning) return;
    const sequence = this.#room.record(this.name, cause, { kind: 'crash', choice });
    this.isCrashed = true;
    this.#room.network.dropSilently(this.name, sequence);
    this.#down();
    const atUs = this.#room.queue.timeUs + restartAfterUs;
    this.#room.queue.push(atUs, HOST_EVENTS.restart, this.index, this.#restart, sequence);
  }

  /** Undoes the last commit; call while it is down. */
  loseLastCommit(inputId: string, cause: number): boolean {
    const before = this.#before;
    if (before === undefined) return false;
    this.store = before.store;
    this.#before = undefined;
    const changes = before.changes.map(({ collection, key, before: was, after }) => {
      return { collection, key, before: after, after: was };
    });
    this.#room.record(this.name, cause, { kind: 'commit', inputId, changes, isTimeZero: false });
    return true;
  }

  /**
   * Puts another Store into the machine, which is down: what a disk does to its node. Recorded as a
   * commit that no step asked for; `isFirst`: the Store a new machine begins with.
   */
  exchangeStore(next: Store, inputId: string, cause: number, isFirst = false): void {
    assert(this.#node === undefined, 'a Store is exchanged while its machine is down');
    const changes = storeChanges(this.store, next);
    this.store = next;
    this.#before = undefined;
    const body = { kind: 'commit', inputId, changes, isTimeZero: isFirst } as const;
    this.#room.record(this.name, cause, body);
  }

  /** The restart of an earlier crash is due, unless it was started otherwise. */
  restart(generation: number, cause: number): void {
    if (this.isCrashed && this.#restart === generation && this.power !== 'off') this.start(cause);
  }

  #down(): void {
    this.#timers.clear();
    this.#node = undefined;
    this.#restart++;
    this.#doze++;
    this.store.volatile.clear();
  }

  #crashesAt(input: Input, at: number, cause: number): boolean {
    if (!this.#room.asksCrashes || !this.isRunning) return !this.isRunning;
    const choice = `crash/${input.id}/${at}`;
    if (!this.#room.chooser.flag(choice, false)) return false;
    this.#lever('crash', choice, `${this.name} dies at effect ${at} of ${input.id}.`, cause);
    const id = `restart/${choice}`;
    this.crash(choice, RESTART_LEAST_US + this.#room.chooser.below(id, RESTART_SPREAD_US), cause);
    return true;
  }

  // ---------------------------------------------------------------- effects

  /** False when the rest of the step is cancelled. */
  #carryOut(effect: Effect, input: Input, cause: number): boolean {
    switch (effect.kind) {
      case 'commit':
        return this.#commit(effect.writes, input, cause);
      case 'send':
        this.#send(effect, cause);
        return true;
      case 'open':
        assert(this.side === 0, 'only devices open connections');
        if (this.isListening) this.#room.network.open(this.name, effect.endpoint, cause);
        else this.#room.network.refuse(this.name, effect.endpoint, 'doze', cause);
        return true;
      case 'close':
        this.#close(effect.connection, cause);
        return true;
      case 'push':
        this.#room.push(effect.device, this.#root, cause);
        return true;
      case 'emit':
        this.#room.record(this.name, cause, { kind: 'emit', notice: effect.notice });
        return true;
    }
  }

  #commit(writes: readonly RecordWrite[], input: Input, cause: number): boolean {
    const { queue, names } = this.#room;
    if (queue.timeUs < this.diskFullUntilUs) {
      this.#refuse(input, cause);
      return false;
    }
    this.#refusedCount = 0;
    const changes: Change[] = writes.map(({ collection, key, record }) => {
      return { collection, key, before: this.store.get(collection, key), after: record };
    });
    if (this.#setup.keepsUndo) this.#before = { store: this.store.snapshot(), changes };
    this.store.apply(writes);
    const body = { kind: 'commit', inputId: input.id, changes, isTimeZero: false } as const;
    const sequence = this.#room.record(this.name, cause, body);
    const latenessUs = this.power === 'doze' ? this.#setup.dozeLatenessUs : 0;
    for (const change of changes) {
      if (change.collection === 'timer') {
        this.#timers.follow(change, this.#offsetUs(), latenessUs, sequence);
      } else if (change.collection === 'outbox' && change.before === undefined) {
        const said = change.after as OutboxRecord | undefined;
        if (said !== undefined) names.claim(said.messageId, this.#root);
      }
    }
    this.#room.committed(this, input, changes, sequence);
    return true;
  }

  #refuse(input: Input, cause: number): void {
    const { id } = input;
    const sequence = this.#room.record(this.name, cause, { kind: 'commit-refused', inputId: id });
    this.#lever('disk-full', `disk-full/${id}`, `${this.name} cannot store a commit.`, sequence);
    const waitUs = Math.min(REFUSED_LEAST_US * 2 ** this.#refusedCount, REFUSED_MOST_US);
    this.#refusedCount++;
    this.crash(`disk-full/${id}`, waitUs, sequence);
  }

  #send(effect: Extract<Effect, { kind: 'send' }>, cause: number): void {
    const { network, names } = this.#room;
    const connection = network.connection(effect.connection);
    const { label, bytes } = effect;
    if (connection === undefined) {
      network.frames.sendNowhere();
      return;
    }
    const { device, endpoint } = connection;
    const target = this.side === 0 ? endpoint : device;
    const root = names.rootOf(label, device, this.#root);
    const { packet, attempt } = names.next(root, label.kind, this.name, target);
    const sequence = this.#room.record(this.name, cause, {
      kind: 'send',
      packet,
      source: this.name,
      target,
      connection: effect.connection,
      label,
      bytes,
      attempt,
    });
    const sentUs = this.#room.queue.timeUs;
    const direction = this.side;
    network.send({ connection, direction, packet, label, bytes, sentUs, cause: sequence, root });
  }

  /** A node that closes a connection is told so as well, right after the step. */
  #close(number: number, cause: number): void {
    const { network, queue } = this.#room;
    const connection = network.connection(number);
    if (connection === undefined || connection.states[this.side] === 'closed') return;
    network.close(connection, this.side, 'closed-here', cause);
    const closed: ClosedHere = { connection, cause };
    queue.push(queue.timeUs, HOST_EVENTS.closedHere, this.index, 0, closed);
  }

  // ---------------------------------------------------------------- small things

  #rearm(cause: number): void {
    const latenessUs = this.power === 'doze' ? this.#setup.dozeLatenessUs : 0;
    this.#timers.rearm(this.store, this.#offsetUs(), latenessUs, cause);
  }

  /** This host's clock minus virtual time. */
  #offsetUs(): number {
    return this.#room.epochUs + this.skewUs;
  }

  #wallUs(): number {
    return this.#room.queue.timeUs + this.#offsetUs();
  }

  #lever(lever: string, choice: string, sentence: string, cause: number): void {
    this.#room.record(this.name, cause, { kind: 'lever', lever, choice, sentence });
  }
}
