/**
 * Names of everything that is counted about a run's trouble: levers (what the environment did) and
 * marks (what the protocol went through because of it). `must-fire` of a scenario names them.
 */

/** A countable name and what it means, one line. */
export interface LeverName {
  readonly name: string;
  readonly summary: string;
}

function lever(name: string, summary: string): LeverName {
  return { name, summary };
}

const LEVERS: readonly LeverName[] = [
  lever(
    'backfill',
    'a sender answered a stale-list answer with copies for the devices it had missed',
  ),
  lever('clock-step', 'the scenario set a device clock'),
  lever('connection-broken', 'one end learned that its connection is gone'),
  lever('connection-replaced', 'the server ended a connection since its device logged in anew'),
  lever('crash', 'a host died without a word, by the scenario or at a crash point'),
  lever('disk-full', 'a Store refused a commit'),
  lever('doze', 'the scenario let a device doze'),
  lever('last-commit-lost', 'a crash also took back the last commit'),
  lever('offline', 'a device had no network at all'),
  lever('outage', 'a packet was lost in a stretch without reception'),
  lever('own-device-copy', 'a message showed on another device of its author'),
  lever('packet-corruption', 'a packet failed its checksum and was sent again'),
  lever('packet-duplication', 'a packet arrived twice below the connection'),
  lever('packet-loss', 'a packet was lost and sent again'),
  lever('packet-reordering', 'a packet was overtaken below the connection'),
  lever('partition', 'a packet was lost on a link that the scenario had cut'),
  lever('power-off', 'the scenario switched a device off'),
  lever('prekey-message', 'a copy carried the start of a session'),
  lever('push', 'a push woke a dozing device'),
  lever('queued-delivery', 'a copy waited in the queue because its device was away'),
  lever('reconnect', 'a device opened a connection after its first one'),
  lever('record-damaged', 'a record was found damaged when its device booted, and is gone'),
  lever('refill', 'a device uploaded one-time prekeys beyond its first batch'),
  lever('resend', 'a sender answered a retry receipt'),
  lever('retry-receipt', 'a receiver asked for a message again'),
  lever('simultaneous-start', 'two devices started sessions with each other at once'),
  lever('snapshot-restored', 'a device came back with its Store as it was at an earlier time'),
  lever(
    'stale-list-answer',
    'the server answered that a sender did not know the devices of a chat',
  ),
  lever('stanza-drop', 'a stanza was dropped between device and server'),
  lever('stanza-duplicate', 'a stanza was delivered twice'),
  lever('stanza-replay', 'a stanza was delivered again later'),
  lever('stanza-swap', 'two stanzas changed places'),
  lever('stanza-withhold', 'a stanza was kept back'),
  lever('store-cloned', "a second machine began to run on a copy of a device's Store"),
  lever('unavailable', 'a device was told of a message that has no copy for it'),
];

/** All levers and marks, in order of their names. */
export function listLevers(): readonly LeverName[] {
  return LEVERS;
}

/** Counts by name; a name that is not listed is a defect. */
export class LeverCounts {
  readonly #counts = new Map<string, number>(LEVERS.map(({ name }) => [name, 0]));

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Every name with its count, sorted by name. */
  sorted(): [string, number][] {
    return [...this.#counts].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  }
}
