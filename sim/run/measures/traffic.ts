/**
 * What crossed the links in the story, seen in the trace: stanzas, their bytes, retries, and when
 * each device's connections were open. The network's own counters say the same by another way; the
 * two are compared in `cross-checks.ts`.
 */

import type { RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';

/** Something that used a device's radio. */
export interface RadioUse {
  readonly timeUs: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** A stretch during which a connection was open at its device. */
export interface OpenStretch {
  /** Host at the other end. */
  readonly peer: string;
  readonly fromUs: number;
  /** -1 while it is open. */
  readonly untilUs: number;
}

/** What one host sent and received in frames. */
export interface HostFrames {
  /** Index 0: from devices to an endpoint; 1: back. */
  readonly stanzas: [number, number];
  readonly bytes: [number, number];
  readonly uses: RadioUse[];
  /** Connections of this device that have ended, in order of ending. */
  readonly closed: OpenStretch[];
  /** Open ones, by number. */
  readonly open: Map<number, OpenStretch>;
}

/** Follows frames and connections. */
export class FrameCount implements Observer {
  readonly kinds = ['send', 'deliver', 'connection'] as const;
  readonly #hosts = new Map<string, HostFrames>();
  readonly #endpoints: ReadonlySet<string>;
  /** Retry receipts that left a device, each stanza once. */
  retries = 0;

  constructor(endpoints: readonly string[]) {
    this.#endpoints = new Set(endpoints);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'send') this.#sent(event);
    else if (event.kind === 'deliver') this.#delivered(event);
    else if (event.kind === 'connection') this.#connection(event);
  }

  of(host: string): HostFrames {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const made: HostFrames = {
      stanzas: [0, 0],
      bytes: [0, 0],
      uses: [],
      closed: [],
      open: new Map(),
    };
    this.#hosts.set(host, made);
    return made;
  }

  #sent({ source, target, bytes, label, attempt, timeUs }: RunEvent & { kind: 'send' }): void {
    const direction = this.#endpoints.has(source) ? 1 : 0;
    for (const host of [source, target]) {
      const frames = this.of(host);
      frames.stanzas[direction]++;
      frames.bytes[direction] += bytes.length;
    }
    if (direction === 1) return;
    this.of(source).uses.push({ timeUs, bytesUp: bytes.length, bytesDown: 0 });
    if (label.kind === 'receipt:retry' && attempt <= 1) this.retries++;
  }

  #delivered({ source, target, bytes, timeUs }: RunEvent & { kind: 'deliver' }): void {
    if (!this.#endpoints.has(source)) return;
    this.of(target).uses.push({ timeUs, bytesUp: 0, bytesDown: bytes.length });
  }

  #connection(event: RunEvent & { kind: 'connection' }): void {
    const { node, state, connection, peer, timeUs } = event;
    if (this.#endpoints.has(node)) return;
    const frames = this.of(node);
    if (state === 'opening') frames.uses.push({ timeUs, bytesUp: 0, bytesDown: 0 });
    else if (state === 'open') {
      frames.open.set(connection, { peer, fromUs: timeUs, untilUs: -1 });
    } else {
      const stretch = frames.open.get(connection);
      if (stretch !== undefined) frames.closed.push({ ...stretch, untilUs: timeUs });
      frames.open.delete(connection);
    }
  }

  /** Every stretch of open connections of a device, those still open up to `nowUs`. */
  stretches(host: string, nowUs: number): readonly OpenStretch[] {
    const { closed, open } = this.of(host);
    return [...closed, ...[...open.values()].map((one) => ({ ...one, untilUs: nowUs }))];
  }
}
