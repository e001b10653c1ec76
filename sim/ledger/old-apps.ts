/**
 * Which phones ran an app that knows of no companions, and when (specification 12), from their own
 * commits of an `old-app` record and from the server's, which hears of an update later. Apps are
 * updated once or never, so a short list each will do. Source: specification 12.
 */

import type { UserJid } from '../../protocol/contract.ts';
import type { Change } from '../trace/events.ts';

interface Turn {
  readonly sequence: number;
  readonly isOld: boolean;
}

/** The history of accounts' apps. */
export class OldApps {
  /** By host, and as the server knows it by account. */
  readonly #turns = new Map<string, Turn[]>();

  /** Takes one change of a host's `old-app` collection. */
  change(host: string, change: Change, sequence: number): void {
    const whose = host === 'server' ? change.key : host;
    const turns = this.#turns.get(whose) ?? [];
    this.#turns.set(whose, turns);
    turns.push({ sequence, isOld: change.after !== undefined });
  }

  /** Whether the app of a host, or of an account at the server, was old just after `sequence`. */
  isOldAt(whose: string | UserJid, sequence: number): boolean {
    const turns = this.#turns.get(whose);
    if (turns === undefined) return false;
    return turns.findLast((turn) => turn.sequence <= sequence)?.isOld === true;
  }
}
