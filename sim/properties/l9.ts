/**
 * L9: companion independence, a difference between the architectures. On fanout, while an account's
 * phone is off, for up to 14 days, its companions receive: a message the server took in that time
 * is displayed on each companion that had been connected for five minutes before the phone came
 * back, in stretches of half a minute or more. A copy the companion had to ask for again waits for
 * its author and is not judged here. On relay the contrary holds: of those messages a browser, as
 * long connected, shows none before its phone is back, and it shows nothing new at all once its
 * phone has been off for longer than a frame can be on its way. Catalogue section 8; specification
 * 5.9, 11.7.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import { PRIMARY_ABSENCE_MAX_US } from '../../protocol/limits.ts';
import { deviceNumberOf, type MessageStatus, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { BLOBS } from '../world/timeline.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** L9: the definition a run judges by; the rules are at the top of this file. */
export const l9: Property = {
  id: 'L9',
  name: 'companion independence',
  summary: 'With the phone off its companions receive for 14 days; browsers of a relay do not.',
  judge: (view) => new Judging(view),
};

/** Connected this long in all, a companion has its whole queue. Assumption. */
const CONNECTED_US = 5 * 60_000_000;
/** Shorter connections do not count: a bad link may carry nothing in them. Assumption. */
const STRETCH_US = 30_000_000;
/** A frame the phone sent before it went off may still be on its way for so long. Assumption. */
const ON_ITS_WAY_US = 60_000_000;

interface Stretch {
  readonly fromUs: number;
  untilUs: number;
}

const ENDLESS_US = Number.MAX_SAFE_INTEGER;

class Judging implements Judge {
  readonly kinds = ['power', 'crash', 'connection', 'send', 'phase', 'commit'] as const;
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
    for (const { host, before } of displaysOf(this.#view.ledger, event)) {
      if (before === undefined) this.#judgeDisplay(host);
    }
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

  /** Of a browser: whatever it shows comes from its phone. */
  #judgeDisplay(host: string): void {
    const { linkage } = this.#view.ledger;
    const device = linkage.deviceOf(host);
    if (device === undefined || !linkage.isBrowser(device)) return;
    const absence = this.#off.get(linkage.hostOf(userOf(device)) ?? '')?.at(-1);
    const isOff = absence !== undefined && contains(absence, this.#nowUs);
    const lateUs = isOff ? this.#nowUs - absence.fromUs : 0;
    this.#view.check(lateUs <= ON_ITS_WAY_US, device, () => {
      return `${host} shows something new while its phone is off`;
    });
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
    const isShown = shown !== undefined && shown.timeUs <= untilUs;
    if (linkage.isBrowser(device)) {
      this.#view.check(!isShown, said.messageId, () => {
        return `${host} shows what was sent while its phone was off`;
      });
      return;
    }
    this.#view.check(isShown, said.messageId, () => {
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
