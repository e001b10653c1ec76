/**
 * L9: companion independence (the fanout half). While an account's phone is off, for up to 14 days,
 * its companions receive: a message the server took in that time is displayed on each companion
 * that had been connected for five minutes before the phone came back, in stretches of half a
 * minute or more. A copy the companion had to ask for again waits for its author and is not judged
 * here. Catalogue section 8; specification 5.9.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import { PRIMARY_ABSENCE_MAX_US } from '../../protocol/limits.ts';
import { deviceNumberOf, type MessageStatus, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { BLOBS } from '../world/timeline.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** L9: the definition a run judges by; the rules are at the top of this file. */
export const l9: Property = {
  id: 'L9',
  name: 'companion independence',
  summary: 'With the phone off, up to 14 days, its companions receive.',
  judge: (view) => new Judging(view),
};

/** Connected this long in all, a companion has its whole queue. Assumption. */
const CONNECTED_US = 5 * 60_000_000;
/** Shorter connections do not count: a bad link may carry nothing in them. Assumption. */
const STRETCH_US = 30_000_000;

interface Stretch {
  readonly fromUs: number;
  untilUs: number;
}

const ENDLESS_US = Number.MAX_SAFE_INTEGER;

class Judging implements Judge {
  readonly kinds = ['power', 'crash', 'connection', 'send', 'phase'] as const;
  readonly #view: JudgeView;
  /** Times a host was switched off. */
  readonly #off = new Map<string, Stretch[]>();
  /** Times a host had a connection. */
  readonly #connected = new Map<string, Stretch[]>();
  readonly #askedAgain = new Set<string>();
  #nowUs = 0;

  constructor(view: JudgeView) {
    this.#view = view;
  }

  observe(event: RunEvent): void {
    this.#nowUs = event.timeUs;
    if (event.kind === 'power') mark(this.#off, event.node, event.state === 'off', event.timeUs);
    else if (event.kind === 'crash') mark(this.#connected, event.node, false, event.timeUs);
    else if (event.kind === 'connection') {
      if (event.peer === BLOBS) return; // messages do not come from there
      mark(this.#connected, event.node, event.state === 'open', event.timeUs);
    } else if (event.kind === 'send' && event.label.kind === 'receipt:retry') {
      this.#askedAgain.add(`${event.source}|${event.label.id}`);
    }
    if (event.kind === 'power' && event.state === 'off') {
      mark(this.#connected, event.node, false, event.timeUs);
    }
  }

  finish(): void {
    for (const status of this.#view.ledger.messages()) {
      if (status.acceptedSequence < 0) continue;
      for (const device of this.#view.ledger.due(status)) this.#judge(status, device);
    }
  }

  #judge(status: MessageStatus, device: DeviceJid): void {
    const { linkage } = this.#view.ledger;
    const host = linkage.hostOf(device);
    const phone = linkage.hostOf(userOf(device));
    if (deviceNumberOf(device) === 0 || host === undefined || phone === undefined) return;
    const { said, acceptedUs } = status;
    const absence = this.#off.get(phone)?.find((stretch) => contains(stretch, acceptedUs));
    if (absence === undefined || this.#askedAgain.has(`${host}|${said.messageId}`)) return;
    const untilUs = Math.min(absence.untilUs, this.#nowUs);
    if (untilUs - absence.fromUs > PRIMARY_ABSENCE_MAX_US) return;
    if (!this.#wasConnected(host, acceptedUs, untilUs)) return;
    const shown = this.#view.ledger.shownOn(device, said);
    this.#view.check(shown !== undefined && shown.timeUs <= untilUs, said.messageId, () => {
      return `${host} did not show a message while its phone was off`;
    });
  }

  #wasConnected(host: string, fromUs: number, untilUs: number): boolean {
    let totalUs = 0;
    for (const stretch of this.#connected.get(host) ?? []) {
      const from = Math.max(stretch.fromUs, fromUs);
      const lastedUs = Math.min(stretch.untilUs, untilUs) - from;
      if (lastedUs >= STRETCH_US) totalUs += lastedUs;
    }
    return totalUs >= CONNECTED_US;
  }
}

function contains(stretch: Stretch, timeUs: number): boolean {
  return stretch.fromUs <= timeUs && timeUs < stretch.untilUs;
}

/** Opens or closes the last stretch of a host. */
function mark(of: Map<string, Stretch[]>, host: string, isOpen: boolean, timeUs: number): void {
  const stretches = of.get(host) ?? [];
  of.set(host, stretches);
  const last = stretches.at(-1);
  const wasOpen = last !== undefined && last.untilUs === ENDLESS_US;
  if (isOpen && !wasOpen) stretches.push({ fromUs: timeUs, untilUs: ENDLESS_US });
  else if (!isOpen && last !== undefined && wasOpen) last.untilUs = timeUs;
}
