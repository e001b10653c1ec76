/**
 * Measures a run: latency of copies, bytes, stanzas, wake-ups, crypto operations.
 */

import type { Host } from '../hosts/host.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Network } from '../network/network.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import { BLOBS, SERVER } from '../world/timeline.ts';
import type { DeviceMetrics, Quantiles, RunMetrics } from './result.ts';

/** Counts crypto operations while the run goes on; the rest is read at the end. */
export class Meter implements Observer {
  readonly kinds = ['stepped'] as const;
  readonly #operations = new Map<string, number>();
  readonly #byHost = new Map<string, number>();

  observe(event: RunEvent): void {
    if (event.kind !== 'stepped' || event.crypto.length === 0) return;
    for (const { operation } of event.crypto) {
      this.#operations.set(operation, (this.#operations.get(operation) ?? 0) + 1);
    }
    this.#byHost.set(event.node, (this.#byHost.get(event.node) ?? 0) + event.crypto.length);
  }

  /** The measurements at the end of the run. */
  metrics(hosts: readonly Host[], network: Network, ledger: Ledger): RunMetrics {
    const devices = hosts.map((host) => this.#deviceMetrics(host, network));
    const server = network.frames.trafficOf(SERVER);
    return {
      copyLatency: copyLatency(ledger),
      bytesUp: server.bytes[0],
      bytesDown: server.bytes[1],
      stanzas: server.stanzas[0] + server.stanzas[1],
      cryptoOperations: sortedByName(this.#operations),
      wakeUps: devices.reduce((sum, { wakeUps }) => sum + wakeUps, 0),
      countedApart: sortedByName(ledger.counters()),
      devices,
    };
  }

  #deviceMetrics(host: Host, network: Network): DeviceMetrics {
    const { bytes, stanzas, connections, keepAlives } = network.frames.trafficOf(host.name);
    return {
      device: host.name,
      bytesUp: bytes[0],
      bytesDown: bytes[1],
      stanzasUp: stanzas[0],
      stanzasDown: stanzas[1],
      wakeUps: host.name === SERVER || host.name === BLOBS ? 0 : host.wakeUps + keepAlives,
      cryptoOperations: this.#byHost.get(host.name) ?? 0,
      connections,
    };
  }
}

/** From the author's commit to each copy's display; probes left out. */
function copyLatency(ledger: Ledger): Quantiles {
  const latencies: number[] = [];
  for (const status of ledger.messages()) {
    if (status.isProbe) continue;
    for (const device of ledger.due(status)) {
      const display = ledger.shownOn(device, status.said);
      if (display !== undefined) latencies.push(display.timeUs - status.said.saidUs);
    }
  }
  return quantilesOf(latencies);
}

/** Nearest-rank quantiles: the smallest value that at least the share of values does not exceed. */
export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const at = (percent: number): number =>
    count === 0 ? 0 : (sorted[Math.max(0, Math.ceil((count * percent) / 100) - 1)] as number);
  return { count, p50Us: at(50), p95Us: at(95), p99Us: at(99), maxUs: at(100) };
}

function sortedByName(counts: ReadonlyMap<string, number>): (readonly [string, number])[] {
  return [...counts].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
}
