/**
 * What a host is given: what all hosts of a run share, what tells one from another, and the payload
 * of its own events.
 */

import type { Input, ProtocolNode } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import type { Store } from '../../protocol/store.ts';
import type { Chooser } from '../kernel/chooser.ts';
import type { EventQueue } from '../kernel/event-queue.ts';
import type { Connection, Side } from '../network/connection.ts';
import type { Network } from '../network/network.ts';
import type { Change, CryptoUse, RunEventBody } from '../trace/events.ts';
import type { ContextSources } from './context.ts';
import type { PacketNames } from './roots.ts';

/** `awake`: dozing, and up for a short while after a push or a timer. */
export type Power = 'on' | 'off' | 'doze' | 'awake';

/** What all hosts of a run share. */
export interface HostRoom {
  readonly queue: EventQueue;
  readonly chooser: Chooser;
  readonly network: Network;
  readonly names: PacketNames;
  readonly sources: ContextSources;
  readonly epochUs: number;
  /** Whether crash points are asked for one by one; costs a string each. */
  readonly asksCrashes: boolean;
  record(node: string, cause: number, body: RunEventBody): number;
  /** After a commit of this host was stored and recorded. */
  committed(host: HostIdentity, input: Input, changes: readonly Change[], cause: number): void;
  /**
   * The server wakes the device with this transport key (64 hex digits); `root` names the cause.
   */
  push(transportKey: string, root: string, cause: number): void;
}

/** Which host it is, and what it stores. */
export interface HostIdentity {
  readonly name: string;
  readonly store: Store;
}

/** What tells one host from another. */
export interface HostSetup {
  readonly name: string;
  /** Its place among the hosts; events of the queue name it. */
  readonly index: number;
  readonly side: Side;
  readonly store: Store;
  readonly skewUs: number;
  readonly dozeLatenessUs: number;
  /** Whether the Store before the last commit is kept, at the cost of a snapshot per commit. */
  readonly keepsUndo: boolean;
  /** The provider its steps use, observed; `takeUses` empties the observer. */
  readonly crypto: CryptoProvider;
  takeUses(): readonly CryptoUse[];
  /** A new node around the Store, once per boot. */
  makeNode(store: Store): ProtocolNode;
}

/** Payload of the event that tells a node of the connection it closed itself. */
export interface ClosedHere {
  readonly connection: Ended;
  readonly cause: number;
}

/** What a node is told of a connection that ended. */
export type Ended = Pick<Connection, 'number' | 'name' | 'device' | 'endpoint'>;
