/**
 * Security codes (specification 10): sixty digits over all devices of two accounts, their QR form,
 * and what a comparison was worth since. A companion that a verified primary vouches for changes
 * the code and needs no new comparison (10.3); another primary key does.
 */

import type { Command, DeviceJid, UserJid, VerificationRecord } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { pinnedIdentity, selfIdentity } from '../../signal/records.ts';
import {
  accountHash,
  codeOfHashes,
  compareQr,
  type VerifiedAccount,
  verificationQr,
} from '../../signal/safety-number.ts';
import type { StoredRecord } from '../../store.ts';
import { numberOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { raiseAlarm } from './alarms.ts';
import { devicesOf } from './audience.ts';
import { primaryKeyOf } from './bundles.ts';
import { askForIdentities } from './identities.ts';
import { askForLists } from './known-lists.ts';
import { linkStateOf } from './link-state.ts';
import { accountOf, deviceListOf } from './records.ts';

/** Version of the codes shown: hashes, not keys. */
const QR_VERSION = 1;

/** What the code of `verification`/USER was made from. Collection `code-basis`, key: account. */
interface CodeBasisRecord extends StoredRecord {
  readonly kind: 'code-basis';
  /** Both lists, as text; empty until the code was made. */
  readonly lists: string;
  /** 32 bytes: the primary key the comparison, if any, was about. */
  readonly primaryKey: Uint8Array | undefined;
}

/** A person opens the screen with the code: it is worked out anew, and stays up to date. */
export function takeShowCode(step: Step, user: UserJid): void {
  if (accountOf(step) === undefined) return;
  wantCode(step, user, step.get<CodeBasisRecord>('code-basis', user)?.primaryKey);
}

/** A person scans the code on the other's screen. */
export function takeCompareCode(
  step: Step,
  { user, qr }: Extract<Command, { kind: 'compare-code' }>,
): void {
  const own = accountOf(step)?.user;
  const local = own === undefined ? undefined : keysOf(step, own);
  const remote = keysOf(step, user);
  if (local === undefined || remote === undefined) {
    takeShowCode(step, user);
    return step.refuseAs(
      'unexpected',
      `not all keys of ${user} are known yet; open the code first`,
    );
  }
  const outcome = compareQr(local, remote, qr, step.context.crypto);
  if (isRejected(outcome)) return step.refuse(outcome);
  const isSame = outcome.isLocalSame && outcome.isRemoteSame;
  putCode(step, user, local, remote, isSame ? 'verified' : 'mismatch');
  if (!isSame) raiseAlarm(step, user, 'code-mismatch');
}

/** Makes the codes that are wanted, and anew those whose devices or keys are others now. */
export function advanceCodes(step: Step): void {
  const own = accountOf(step)?.user;
  if (own === undefined) return;
  for (const [user, entry] of step.tx.entries('code-basis')) {
    const basis = entry as CodeBasisRecord;
    const isOther = keyChanged(step, user, basis);
    if (basis.lists === listsOf(step, own, user) && !isOther) continue;
    const unknown = [own, user].filter((one) => deviceListOf(step, one) === undefined);
    const askable = unknown.filter((one) => !linkStateOf(step.store).unlisted.has(one));
    if (askable.length > 0) {
      askForLists(step, askable);
      continue;
    }
    const local = keysOf(step, own);
    const remote = keysOf(step, user);
    if (local === undefined || remote === undefined) {
      askForMissing(step, [own, user]);
      continue;
    }
    const before = step.get<VerificationRecord>('verification', user)?.state ?? 'unverified';
    putCode(step, user, local, remote, isOther && before === 'verified' ? 'changed' : before);
  }
}

function keyChanged(step: Step, user: UserJid, basis: CodeBasisRecord): boolean {
  const present = primaryKeyOf(step, user);
  const { primaryKey } = basis;
  if (primaryKey === undefined || present === undefined) return false;
  return present.some((byte, index) => byte !== primaryKey[index]);
}

function wantCode(step: Step, user: UserJid, primaryKey: Uint8Array | undefined): void {
  const basis: CodeBasisRecord = { kind: 'code-basis', lists: '', primaryKey };
  step.tx.put('code-basis', user, basis);
}

function listsOf(step: Step, own: UserJid, user: UserJid): string {
  return [own, user].map((one) => devicesOf(step, one).join(' ')).join('|');
}

function putCode(
  step: Step,
  user: UserJid,
  local: VerifiedAccount,
  remote: VerifiedAccount,
  state: VerificationRecord['state'],
): void {
  const { crypto } = step.context;
  const code = codeOfHashes(accountHash(local, crypto), accountHash(remote, crypto));
  const qr = verificationQr(QR_VERSION, local, remote, crypto);
  const record: VerificationRecord = { kind: 'verification', user, code, qr, state };
  const own = accountOf(step)?.user ?? '';
  const lists = listsOf(step, own, user);
  const basis: CodeBasisRecord = {
    kind: 'code-basis',
    lists,
    primaryKey: primaryKeyOf(step, user),
  };
  step.tx.put('verification', user, record);
  step.tx.put('code-basis', user, basis);
}

/** Identity key of a device as this one knows it. */
function identityOf(step: Step, device: DeviceJid): Uint8Array | undefined {
  if (device === accountOf(step)?.device) return selfIdentity(step.tx)?.keyPair.publicKey;
  return pinnedIdentity(step.tx, device)?.publicKey;
}

/** All keys of an account; undefined while one is missing. */
function keysOf(step: Step, user: UserJid): VerifiedAccount | undefined {
  const identityKeys: Uint8Array[] = [];
  for (const device of devicesOf(step, user)) {
    const key = identityOf(step, device);
    if (key === undefined) return undefined;
    identityKeys.push(key);
  }
  return { identifier: numberOf(user), identityKeys };
}

function askForMissing(step: Step, users: readonly UserJid[]): void {
  const { unidentified } = linkStateOf(step.store);
  const missing = users
    .flatMap((user) => devicesOf(step, user))
    .filter((device) => identityOf(step, device) === undefined && !unidentified.has(device));
  if (missing.length > 0) askForIdentities(step, missing);
}
