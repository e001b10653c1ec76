/**
 * Who may learn a message and to whom it is owed (contract 8, `Entitled`, `Intended`): ground truth
 * from who was linked, who was a member, and what the server took. It never asks what the sender
 * believed. Source: contract 8; specification 5.14.
 */

import type { DeviceJid, UserJid } from '../../protocol/contract.ts';
import type { Linkage } from './linkage.ts';
import type { Membership } from './membership.ts';
import { deviceNumberOf, isGroup } from './names.ts';
import type { OldApps } from './old-apps.ts';
import type { MessageStatus, Said } from './said.ts';
import type { Screens } from './screens.ts';

/** Backfill of a stale list ends this long after the ack that showed it (specification 5.14). */
const BACKFILL_WINDOW_US = 5 * 60_000_000;

/** When a question is asked: the event at hand. */
export interface Moment {
  readonly sequence: number;
  readonly timeUs: number;
}

/** Who was what when. */
interface Truth {
  readonly linkage: Linkage;
  readonly membership: Membership;
  readonly oldApps: OldApps;
}

/** Answers for one run. */
export class Entitlement {
  /** Hosts that lost a record they cannot do without, and have said so by leaving their account. */
  readonly unusable = new Set<string>();
  readonly #linkage: Linkage;
  readonly #membership: Membership;
  readonly #oldApps: OldApps;
  readonly #screens: Screens;

  constructor({ linkage, membership, oldApps }: Truth, screens: Screens) {
    this.#linkage = linkage;
    this.#membership = membership;
    this.#oldApps = oldApps;
    this.#screens = screens;
  }

  /**
   * The accounts a message is for, its author's included: of a group, those who were members at
   * τ_send and still were when the server took it, whose order decides. The array is shared.
   */
  partiesOf(status: MessageStatus, now: Moment): readonly UserJid[] {
    const { said } = status;
    if (!isGroup(said.chat)) return said.chat === said.authorUser ? [said.chat] : pairOf(said);
    const from = sentSequence(said);
    const until = status.acceptedSequence < 0 ? now.sequence : status.acceptedSequence;
    const members = this.#membership.membersAt(said.chat, from);
    if (!this.#membership.hasChangedBetween(said.chat, from, until)) return members;
    return members.filter((user) => this.#membership.isMemberAt(said.chat, user, until));
  }

  /**
   * Whether a message may be learned on devices of an account: its author's, the recipient's, or
   * one that was a member of the group at τ_send or when the server took it.
   */
  isParty(status: MessageStatus, user: UserJid): boolean {
    const { said, acceptedSequence } = status;
    if (user === said.authorUser || user === said.chat) return true;
    if (!isGroup(said.chat)) return false;
    return (
      this.#membership.isMemberAt(said.chat, user, sentSequence(said)) ||
      (acceptedSequence >= 0 && this.#membership.isMemberAt(said.chat, user, acceptedSequence))
    );
  }

  /**
   * Whether a device may learn a message as such (contract 8, `Entitled`): its account is a party,
   * and it was linked at τ_send or before the message's backfill window closed. What a phone hands
   * to a later companion as history is another matter: see `isParty`.
   */
  isEntitled(status: MessageStatus, device: DeviceJid, now: Moment): boolean {
    const { said, acknowledgedUs } = status;
    const fromSequence = sentSequence(said);
    const closesUs = acknowledgedUs < 0 ? now.timeUs : acknowledgedUs + BACKFILL_WINDOW_US;
    return this.#linkage
      .stretchesOf(device)
      .some(
        (stretch) =>
          this.isParty(status, stretch.user) &&
          (stretch.untilSequence < 0 || stretch.untilSequence > fromSequence) &&
          (stretch.fromSequence <= fromSequence || stretch.fromUs <= closesUs),
      );
  }

  /**
   * The devices owed a message: of a party, linked at τ_send, or linked before the server took it
   * (then the server's answer shows the stale list and backfill follows, unless history was there
   * first), and linked ever since; the device it was written on is not. A phone set up anew is not
   * owed what was sent to the one before; what an old app sends is owed to phones alone. Empty
   * while the message is not sealed, and when it never reached the server because its device was
   * unlinked, was set up anew, has forgotten it, or was told that it is refused.
   */
  due(status: MessageStatus, now: Moment): readonly DeviceJid[] {
    const { said, acceptedSequence } = status;
    if (said.sealedSequence < 0) return [];
    // Never taken: of a group its author had been removed from, say; and they know.
    const isGivenUp = this.#screens.lostAt(said.host, said) !== undefined;
    if (acceptedSequence < 0 && (isGivenUp || !this.isOnItsWay(status))) return [];
    const until = Math.max(said.sealedSequence, acceptedSequence);
    const isForPhones =
      this.#oldApps.isOldAt(said.host, said.sealedSequence) ||
      this.#oldApps.isOldAt(said.authorUser, until);
    const due: DeviceJid[] = [];
    for (const user of this.partiesOf(status, now)) {
      for (const device of this.#linkage.linkedBetween(user, said.sealedSequence, until)) {
        if (device === said.device) continue;
        // Of what its phone gets, a browser gets all.
        const isMirror = this.#linkage.isBrowser(device);
        if (isForPhones && deviceNumberOf(device) !== 0 && !isMirror) continue;
        if (this.#isDue(said, device, until)) due.push(device);
      }
    }
    return due;
  }

  #isDue(said: Said, device: DeviceJid, until: number): boolean {
    const last = this.#linkage.stretchesOf(device).at(-1);
    if (last === undefined || last.untilSequence >= 0 || last.fromSequence > until) return false;
    if (this.unusable.has(this.#linkage.hostOf(device) ?? '')) return false;
    if (last.fromSequence <= said.sealedSequence) return true;
    return this.#screens.shownOn(device, said)?.record.via !== 'history';
  }

  /**
   * Whether its author could still send a message: the device it was said on has been linked ever
   * since, is of use, has not forgotten it, and its account has been in the group ever since.
   */
  isOnItsWay(status: MessageStatus): boolean {
    const { said } = status;
    if (status.isForgotten || this.unusable.has(said.host)) return false;
    if (!this.#linkage.isLinkedSince(said.author, said.saidSequence)) return false;
    if (!this.#linkage.isLinkedSince(said.device, said.saidSequence)) return false;
    if (this.#isRefusedByAge(said)) return false;
    const { chat, authorUser, saidSequence } = said;
    return !isGroup(chat) || this.#membership.isMemberSince(chat, authorUser, saidSequence);
  }

  /** A companion wrote to an account whose app is old, learned so, and told its person. */
  #isRefusedByAge(said: Said): boolean {
    if (deviceNumberOf(said.author) === 0) return false;
    const users = isGroup(said.chat)
      ? this.#membership.membersAt(said.chat, said.saidSequence)
      : [said.chat];
    const isOld = users.some((user) => this.#oldApps.isOldAt(user, said.saidSequence));
    return isOld && this.#screens.lostOn(said.author, said) !== undefined;
  }
}

/** The two accounts of a 1:1 conversation. */
function pairOf(said: Said): readonly UserJid[] {
  return [said.chat, said.authorUser];
}

/** τ_send, or the saying of a message that is not sealed yet. */
function sentSequence(said: Said): number {
  return said.sealedSequence < 0 ? said.saidSequence : said.sealedSequence;
}
