/**
 * Measures that can be had in two ways, had in both: a disagreement is a defect of the bench, and
 * `compare` fails on it.
 */

import { isClone } from '../../ledger/ledger.ts';
import { keepAliveOf } from '../../network/traffic.ts';
import type { Ciphertexts } from './ciphertexts.ts';
import type { Messages } from './messages.ts';
import type { Operations } from './operations.ts';
import type { Stage } from './stage.ts';
import type { FrameCount } from './traffic.ts';

/** Something computed twice. */
export interface CrossCheckCount {
  readonly what: string;
  readonly checked: number;
  readonly differing: number;
}

/** The counters of the network at the end of the story, and everything that was seen meanwhile. */
export interface CrossCheckRoom {
  readonly stage: Stage;
  readonly frames: FrameCount;
  readonly messages: Messages;
  readonly ciphertexts: Ciphertexts;
  readonly operations: Operations;
}

/** Taken at the end of the story, when both sides of every comparison say the same moment. */
export function crossChecks(room: CrossCheckRoom): readonly CrossCheckCount[] {
  const { ciphertexts, operations } = room;
  return [
    ...frameChecks(room),
    {
      what: 'ciphertexts of a sealing step: in its stanzas, and as uses of a cipher',
      checked: ciphertexts.steps,
      differing: ciphertexts.stepsDiffering,
    },
    copyCheck(room),
    {
      what: 'cryptographic operations: every use has a place in the cost table',
      checked: operations.total,
      differing: operations.unpriced,
    },
  ];
}

function frameChecks({ stage, frames }: CrossCheckRoom): readonly CrossCheckCount[] {
  const { network, hosts } = stage.world;
  const stanzas = counter('stanzas by host and direction: frames in the trace, network counters');
  const bytes = counter('bytes of stanzas by host and direction: frames in the trace, counters');
  const pings = counter('keep-alives by device: connections in the trace, network counters');
  for (const { name } of hosts) {
    const seen = frames.of(name);
    const counted = network.frames.trafficOf(name);
    for (const direction of [0, 1] as const) {
      stanzas.compare(seen.stanzas[direction], counted.stanzas[direction]);
      bytes.compare(seen.bytes[direction], counted.stanzaBytes[direction]);
    }
    if (stage.roleOf(name) === undefined && !isClone(name)) continue;
    const lengths = seen.closed.map(({ fromUs, untilUs }) => untilUs - fromUs);
    const wakeUps = lengths.reduce((sum, openUs) => sum + keepAliveOf(openUs).wakeUps, 0);
    pings.compare(wakeUps, counted.keepAlives);
  }
  return [stanzas.count, bytes.count, pings.count];
}

/** Whether a device shows a message: by the ledger's books, and by the displays seen here. */
function copyCheck({ stage, messages }: CrossCheckRoom): CrossCheckCount {
  const copies = counter('copies shown by device: the ledger, and the records of the devices');
  const { ledger } = stage;
  for (const { messageId, displays } of messages.written()) {
    const said = ledger.messageById(messageId)?.said;
    if (said === undefined) continue;
    for (const [host] of stage.roles) {
      if (host === said.host) continue;
      const isShown = ledger.shownAt(host, said) !== undefined;
      copies.compare(Number(isShown), Number(displays.has(host)));
    }
  }
  return copies.count;
}

class Counter {
  readonly #what: string;
  #checked = 0;
  #differing = 0;

  constructor(what: string) {
    this.#what = what;
  }

  compare(one: number, other: number): void {
    this.#checked++;
    if (one !== other) this.#differing++;
  }

  get count(): CrossCheckCount {
    return { what: this.#what, checked: this.#checked, differing: this.#differing };
  }
}

function counter(what: string): Counter {
  return new Counter(what);
}
