/**
 * When a device may fall back to an account's primary alone though no list told it to (5.11, 5.12):
 * its signed list is 35 days old; a newer one that the primary has really signed did not come
 * within the grace period; the primary has really signed that it has no companions; or the primary
 * has another identity key. Judged by what phones signed and by virtual time; of the device's own
 * record only the moment at which it heard of a newer list is read.
 */

import type { UserJid } from '../../protocol/contract.ts';
import type { DeviceListRecord } from '../../protocol/devices/device-list.ts';
import type { PeerIdentityRecord } from '../../protocol/signal/records.ts';
import type { KeyIndexList } from '../../protocol/wire/adv.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { AccountView } from './account-view.ts';
import type { JudgeView } from './property.ts';
import { sameBytes } from './signal-state.ts';
import type { Signatures } from './signatures.ts';

const SECOND_US = 1_000_000;
/** Specification 5.11. */
const TTL_US = 35 * 86_400 * SECOND_US;

/** Follows what phones have signed, and tells lawful drops from others. */
export class ListDrops {
  readonly #view: JudgeView;
  readonly #signatures: Signatures;
  readonly #signed = new Map<UserJid, KeyIndexList[]>();
  /** Whether a lever has set a clock: then virtual time says nothing. */
  #isClockSet = false;
  /** How far a clock may be from virtual time, until a lever sets it. */
  readonly #skewUs: number;

  constructor(view: JudgeView, signatures: Signatures) {
    this.#view = view;
    this.#signatures = signatures;
    const devices = view.scenario.accounts.flatMap((account) => account.devices);
    this.#skewUs = Math.max(0, ...devices.map(({ clockSkewUs }) => Math.abs(clockSkewUs)));
  }

  observe(event: RunEvent): void {
    if (event.kind === 'lever' && event.lever === 'clock-step') this.#isClockSet = true;
  }

  /** A phone has signed this list. */
  noteSigned(user: UserJid, list: KeyIndexList): void {
    const lists = this.#signed.get(user) ?? [];
    this.#signed.set(user, lists);
    lists.push(list);
  }

  /** Whether a change of a `device-list` record drops the companions, and lawfully so. */
  isLawful(held: AccountView, change: Change, timeUs: number): boolean {
    const before = change.before as DeviceListRecord | undefined;
    const after = change.after as DeviceListRecord | undefined;
    if (after === undefined || after.devices.length !== 1 || held.devices.size < 2) return false;
    const nowUs = this.#view.scenario.epochUs + timeUs + this.#skewUs;
    return (
      this.#isExpired(held, nowUs) ||
      this.#isOverdue(held.user, before, nowUs) ||
      this.#isAlone(held, after)
    );
  }

  #isExpired(held: AccountView, nowUs: number): boolean {
    return this.#isClockSet || nowUs - held.timestampS * SECOND_US >= TTL_US;
  }

  #isOverdue(user: UserJid, before: DeviceListRecord | undefined, nowUs: number): boolean {
    const expected = before?.expected;
    if (expected === undefined) return false;
    const isReal = this.#of(user).some(({ timestampS }) => timestampS >= expected.timestampS);
    const { expectedListGraceUs } = this.#view.scenario.settings;
    return isReal && (this.#isClockSet || nowUs - expected.learnedUs >= expectedListGraceUs);
  }

  /** Rule (a) of 5.12: one second after the list without companions that was spoken of. */
  #isAlone(held: AccountView, after: DeviceListRecord): boolean {
    return this.#of(held.user).some(
      ({ timestampS, validIndexes }) =>
        timestampS + 1 === after.timestampS &&
        timestampS >= held.timestampS &&
        validIndexes.every((index) => index === 0),
    );
  }

  #of(user: UserJid): readonly KeyIndexList[] {
    return this.#signed.get(user) ?? [];
  }

  /** Whether a change of a `peer-identity` record follows a phone that was really set up anew. */
  isNewPhone(change: Change): boolean {
    const before = change.before as PeerIdentityRecord | undefined;
    const after = change.after as PeerIdentityRecord | undefined;
    if (change.key.includes(':') || before === undefined || after === undefined) return false;
    const keys = this.#signatures.trueKeysOf(change.key);
    const isTrue = keys.some((key) => sameBytes(key, after.publicKey));
    return isTrue && !sameBytes(before.publicKey, after.publicKey);
  }
}
