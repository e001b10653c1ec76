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
  lever('alarm', 'a device showed a security notice'),
  lever('app-left-beta', 'an account that had several devices gave them up again'),
  lever('app-state-conflict', 'two devices of an account had changed the same setting'),
  lever('app-state-key-request', 'a device asked its account for a key of app state'),
  lever('app-state-key-rotation', 'a phone made a new key of app state'),
  lever('app-state-late', 'another device of the account was first with a patch'),
  lever('app-state-patch', 'the server took a patch of app state'),
  lever('app-upgraded', 'an account with an old app came to know of several devices'),
  lever(
    'backfill',
    'a sender answered a stale-list answer with copies for the devices it had missed',
  ),
  lever('call', 'a device began to call'),
  lever('call-answered-elsewhere', 'a device stopped ringing since another answered'),
  lever('call-cancelled', 'a caller gave up before anybody answered'),
  lever('call-connected', 'a device heard another in a call'),
  lever('call-failed', 'a call ended without ever being one'),
  lever('call-key-again', 'a callee could not open the key of a call and got it once more'),
  lever('call-missed', 'nobody answered a call on a device'),
  lever('call-rejected', 'a call was declined'),
  lever('call-rekey', 'a device of a group call changed its key'),
  lever('clock-step', 'the scenario set a device clock'),
  lever('code-verified', 'two people compared their security codes, and they were the same'),
  lever('connection-broken', 'one end learned that its connection is gone'),
  lever('connection-replaced', 'the server ended a connection since its device logged in anew'),
  lever(
    'consistency-alarm',
    'a device showed that the server tells two people different device lists',
  ),
  lever('crash', 'a host died without a word, by the scenario or at a crash point'),
  lever('disk-full', 'a Store refused a commit'),
  lever('doze', 'the scenario let a device doze'),
  lever('group-created', 'the server made a group'),
  lever('group-message', 'a device sent one ciphertext for a whole group'),
  lever('group-refused', 'the server refused a change of a group'),
  lever('history-chunk', 'a companion took a part of its history'),
  lever('history-copy', 'a message came to a device with its history'),
  lever('identity-alarm', 'a device showed that the keys of an account are others'),
  lever('last-commit-lost', 'a crash also took back the last commit'),
  lever('link-failed', 'a linking was given up'),
  lever('list-expected', 'a message spoke of a newer device list than its reader held'),
  lever('list-expired', 'a device list was too old, and its companions were dropped'),
  lever('list-refreshed', 'a device asked for a list that was about to expire'),
  lever('media-fetched', 'a device had the file of a message'),
  lever('media-missing', 'nobody had the file of a message any more'),
  lever('media-request', 'a device asked for a file to be uploaded again'),
  lever('media-reupload', 'a device uploaded a file again'),
  lever('media-upload', 'a device uploaded the file of a message'),
  lever('member-added', 'somebody came into a group'),
  lever('member-removed', 'somebody left a group or was put out'),
  lever('offline', 'a device had no network at all'),
  lever('old-contact-refused', 'a companion may not write to or call an old app'),
  lever('outage', 'a packet was lost in a stretch without reception'),
  lever('own-device-copy', 'a message showed on another device of its author'),
  lever('packet-corruption', 'a packet failed its checksum and was sent again'),
  lever('packet-duplication', 'a packet arrived twice below the connection'),
  lever('packet-loss', 'a packet was lost and sent again'),
  lever('packet-reordering', 'a packet was overtaken below the connection'),
  lever('page-reloaded', 'a page became the client of the other generation'),
  lever('partition', 'a packet was lost on a link that the scenario had cut'),
  lever('peer-message', 'a device told another one of its account something'),
  lever('placeholder-request', 'a companion asked its phone for a message it could not open'),
  lever('power-off', 'the scenario switched a device off'),
  lever('prekey-message', 'a copy carried the start of a session'),
  lever('push', 'a push woke a dozing device'),
  lever('queued-delivery', 'a copy waited in the queue because its device was away'),
  lever('re-registration', 'a phone was set up anew'),
  lever('reconnect', 'a device opened a connection after its first one'),
  lever('record-damaged', 'a record was found damaged when its device booted, and is gone'),
  lever('refill', 'a device uploaded one-time prekeys beyond its first batch'),
  lever('resend', 'a sender answered a retry receipt'),
  lever('retry-receipt', 'a receiver asked for a message again'),
  lever('rollback-noticed', 'a device learned that its Store had gone back'),
  lever('sender-key-distribution', 'a device was handed a sender key with a group message'),
  lever('sender-key-rotation', 'a device made another sender key for a group'),
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
  lever('stolen', "an adversary who records the wire copied a device's Store"),
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
