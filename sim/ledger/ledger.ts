/** The ledger of ground truth (contract 8). */

import type { Architecture, DeviceJid, UserJid } from '../../protocol/contract.ts';
import type { Observer } from '../trace/observer.ts';
import type { RunEvent } from '../trace/events.ts';

/** One message a person wrote. */
export interface Said {
  readonly messageId: string;
  readonly author: DeviceJid;
  readonly authorUser: UserJid;
  readonly host: string;
  readonly chat: UserJid;
  readonly text: string;
  readonly textDigest: string;
  /** Id of the intent's command. */
  readonly inputId: string;
  readonly saidSequence: number;
  readonly saidUs: number;
  /** Sequence and time of the commit that sealed it; -1 while it is not sealed. */
  readonly sealedSequence: number;
  readonly sealedUs: number;
}

export class Ledger implements Observer {
  constructor(_architecture: Architecture) {}
  observe(_event: RunEvent): void {}
}
