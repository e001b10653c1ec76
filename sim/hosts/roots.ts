/**
 * Semantic ids of packets (contract 5): root cause, stanza kind, ends, and the number among equals.
 * The root is the scenario's id of the command a stanza descends from; whoever sends a stanza id
 * first fixes its root, so forwarded, queued and repeated stanzas keep the root of their message.
 * Ids that name a device and come again and again (`login-DEVICE`) have no first cause of their
 * own: each such stanza descends from the input at hand.
 */

import type { StanzaLabel } from '../../protocol/contract.ts';

/** Names packets for one run. */
export class PacketNames {
  readonly #roots = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** Fixes the root of a message before anything of it is sent: its text was just stored. */
  claim(messageId: string, root: string): void {
    if (!this.#roots.has(messageId)) this.#roots.set(messageId, root);
  }

  /**
   * The root of a stanza that `device` (or the server, to it) sends while handling an input of
   * `inputRoot`.
   */
  rootOf(label: StanzaLabel, device: string, inputRoot: string): string {
    if (isStanding(label)) return inputRoot;
    // Queries are numbered by each device for itself; the ids of messages belong to the whole
    // world.
    const key = isAboutMessages(label.kind) ? label.id : `${device}|${label.id}`;
    const known = this.#roots.get(key);
    if (known !== undefined) return known;
    this.#roots.set(key, inputRoot);
    return inputRoot;
  }

  /** The next packet of this root, kind and ends: its id, and how many such went before. */
  next(
    root: string,
    kind: string,
    source: string,
    target: string,
  ): { readonly packet: string; readonly attempt: number } {
    const stem = `${root}/${kind}/${source}>${target}`;
    const attempt = this.#counts.get(stem) ?? 0;
    this.#counts.set(stem, attempt + 1);
    return { packet: `${stem}/${attempt}`, attempt };
  }
}

/**
 * Whether an id stands for its sender or receiver, and not for one stanza: it holds a device's
 * address or belongs to the pairing of a transport key, or the stanza has none and is known by its
 * tag. A root fixed at its first use would name later stanzas after a cause they do not have.
 */
function isStanding({ kind, id }: StanzaLabel): boolean {
  return id.includes('@') || /^pair-(?:device|success)-/.test(id) || kind.startsWith(id);
}

function isAboutMessages(kind: string): boolean {
  return (
    kind.startsWith('message') ||
    kind.startsWith('receipt') ||
    kind.startsWith('ack') ||
    kind.startsWith('notification')
  );
}
