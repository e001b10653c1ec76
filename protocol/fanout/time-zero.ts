/**
 * The world before the story (contract 10): every Store is built by the same pure functions that
 * run over the network, without the network. Accounts that know each other hold each other's signed
 * lists and pinned primaries, but no sessions.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type {
  AccountPlan,
  AccountRecord,
  LinkedRecord,
  StepContext,
  TimeZero,
  TimeZeroPlan,
  TransportRecord,
} from '../contract.ts';
import { applyListAnswer, type DeviceListRecord, primaryOnly } from '../devices/device-list.ts';
import { acceptPairing, signCompanion } from '../devices/linking.ts';
import { assert, isRejected } from '../errors.ts';
import { PRIMARY_ABSENCE_MAX_US } from '../limits.ts';
import { currentSignedPrekey, makePrekeys, markUploaded } from '../signal/prekeys.ts';
import { type PeerIdentityRecord, SIGNAL_COLLECTIONS, selfIdentity } from '../signal/records.ts';
import { Store, type StoredRecord } from '../store.ts';
import { deviceJid, userJid } from '../wire/jid.ts';
import { makeKey } from './device/app-state-keys.ts';
import { noteCapability } from './device/capability.ts';
import { makeInstallation } from './device/link-companion.ts';
import { type CompanionRecord, type PrimaryRecord, SELF } from './device/records.ts';
import { absenceTimer, noteCompanionSeen } from './server/accounts.ts';
import { noteKeyIds } from './server/prekeys.ts';
import type { BundleRecord, ServedPrekeyRecord, ServerAccountRecord } from './server/records.ts';
import { Step } from './step.ts';
import { foundGroups } from './time-zero-groups.ts';

/** An installation under construction: its host, and the one step that makes its Store. */
interface Installation {
  readonly host: string;
  readonly step: Step;
  /** What a companion signed when it was linked. */
  readonly deviceIdentity?: Uint8Array;
}

/** An account with its devices, and its list as the primary signed it. */
interface Built {
  readonly plan: AccountPlan;
  readonly user: string;
  readonly primary: Installation;
  readonly companions: readonly Installation[];
  readonly list: DeviceListRecord;
  readonly signedList: Uint8Array | undefined;
}

/** Builds the commits of all hosts; hosts draw from their own first boot. */
export function timeZero(plan: TimeZeroPlan): TimeZero {
  const serverStep = stepOf(plan, 'server');
  installTransport(serverStep);
  const built = plan.accounts.map((account) => buildAccount(plan, account));
  const byNumber = new Map(built.map((account) => [account.plan.number, account]));
  const introductions = new Map<string, Introduction>();
  for (const account of built) {
    fillServer(serverStep, account);
    introduce(serverStep, account, byNumber, introductions);
  }
  const members = built.map(({ user, primary, companions }) => {
    return { user, steps: [primary, ...companions].map(({ step }) => step) };
  });
  foundGroups(serverStep, plan.groups, members);
  const commits = new Map(
    built.flatMap(({ primary, companions }) =>
      [primary, ...companions].map(({ host, step }) => [host, step.tx.writes()] as const),
    ),
  );
  for (const host of plan.unlinked) commits.set(host, []);
  commits.set('server', serverStep.tx.writes());
  const blobStep = stepOf(plan, 'blobs');
  installTransport(blobStep);
  commits.set('blobs', blobStep.tx.writes());
  return commits;
}

function stepOf(plan: TimeZeroPlan, host: string): Step {
  const input = { kind: 'started', id: 'time-zero' } as const;
  return new Step(input, plan.contextOf(host), new Store(), plan.settings);
}

function installTransport(step: Step): void {
  const pair = step.context.crypto.keyPair(step.context.secrets.bytes('transport', 32));
  const record: TransportRecord = { kind: 'transport', ...pair };
  step.tx.put('transport', SELF, record);
}

function install(plan: TimeZeroPlan, host: string, user: string, id: number): Installation {
  const step = stepOf(plan, host);
  makeInstallation(step);
  const made = makePrekeys(step.tx, plan.settings.prekeyBatch, step.context);
  markUploaded(
    step.tx,
    made.map((prekey) => prekey.id),
  );
  const account: AccountRecord = { kind: 'account', user, device: deviceJid(user, id) };
  step.tx.put('account', SELF, account);
  return { host, step };
}

function buildAccount(plan: TimeZeroPlan, account: AccountPlan): Built {
  const user = userJid(account.number);
  const primary = install(plan, account.primary, user, 0);
  const { context } = primary.step;
  const rawId = 1 + context.numbers.below('raw-id', 0x7f_ff_ff_ff);
  let list: DeviceListRecord = { ...primaryOnly(user), rawId };
  let signedList: Uint8Array | undefined;
  const companions: Installation[] = [];
  for (const [index, host] of account.companions.entries()) {
    const companion = install(plan, host, user, index + 1);
    const linked = linkCompanion(primary, companion, list, context);
    list = linked.list;
    signedList = linked.signedList;
    companions.push({ ...companion, deviceIdentity: linked.deviceIdentity });
  }
  if (!account.isCapable) primary.step.tx.put('old-app', SELF, { kind: 'old-app' });
  const state: PrimaryRecord = {
    kind: 'primary',
    rawId,
    currentIndex: list.currentIndex,
    listTimestampS: list.timestampS,
    syncedUs: 0,
  };
  primary.step.tx.put('primary', SELF, state);
  for (const { step } of [primary, ...companions]) step.tx.put('device-list', user, list);
  if (companions.length > 0) shareFirstKey(primary, companions);
  return { plan: account, user, primary, companions, list, signedList };
}

/** Devices that are linked share a key of app state (specification 8.10). */
function shareFirstKey(primary: Installation, companions: readonly Installation[]): void {
  makeKey(primary.step);
  for (const [name, record] of primary.step.tx.entries('app-state-key')) {
    for (const { step } of companions) step.tx.put('app-state-key', name, record);
  }
}

/** The QR flow of specification 5.3 by its pure functions: the same bytes, the same checks. */
function linkCompanion(
  primary: Installation,
  companion: Installation,
  list: DeviceListRecord,
  context: StepContext,
): { list: DeviceListRecord; signedList: Uint8Array; deviceIdentity: Uint8Array } {
  const phone = selfIdentity(primary.step.tx);
  const own = selfIdentity(companion.step.tx);
  assert(phone !== undefined && own !== undefined, 'both have made their identities');
  const advSecret = companion.step.context.secrets.bytes('adv-secret', 32);
  const linkedS = Math.max(list.timestampS + 1, Math.floor(context.wallUs / 1_000_000) - 3_600);
  const vouching = signCompanion(
    phone.keyPair,
    list,
    { identityKey: own.keyPair.publicKey, advSecret },
    linkedS,
    {
      account: context.secrets.bytes('account-signature', 64),
      list: context.secrets.bytes('list-signature', 64),
    },
    context.crypto,
  );
  const z = companion.step.context.secrets.bytes('device-signature', 64);
  const accepted = acceptPairing(
    own.keyPair,
    advSecret,
    vouching.deviceIdentity,
    z,
    context.crypto,
  );
  assert(accepted.kind === 'pairing-accepted', 'a companion accepts its own phone');
  const record: CompanionRecord = {
    kind: 'companion',
    signedIdentity: accepted.signedIdentity,
    keyIndex: accepted.keyIndex,
    isReady: true,
  };
  companion.step.tx.put('companion', SELF, record);
  pin(companion.step, list.user, accepted.primaryKey);
  const devices = [...list.devices, { id: list.devices.length, keyIndex: accepted.keyIndex }];
  return {
    list: { ...list, ...vouching.list, devices },
    signedList: vouching.keyIndexList,
    deviceIdentity: accepted.reply,
  };
}

function pin(step: Step, user: string, publicKey: Uint8Array): void {
  const record: PeerIdentityRecord = { kind: 'peer-identity', publicKey };
  step.tx.put(SIGNAL_COLLECTIONS.peerIdentity, user, record);
}

function fillServer(server: Step, account: Built): void {
  const { user, list, signedList } = account;
  const record: ServerAccountRecord = {
    kind: 'server-account',
    user,
    devices: list.devices,
    signedList,
    listTimestampS: list.timestampS,
    nextDeviceId: list.devices.length,
    primarySeenUs: server.nowUs,
  };
  server.tx.put('server-account', user, record);
  if (!account.plan.isCapable) server.tx.put('old-app', user, { kind: 'old-app' });
  server.setTimer(absenceTimer(user), server.nowUs + PRIMARY_ABSENCE_MAX_US + 1);
  for (const [index, installation] of [account.primary, ...account.companions].entries()) {
    const { id, keyIndex } = list.devices[index]!;
    registerDevice(server, installation, user, deviceJid(user, id), keyIndex);
  }
}

function registerDevice(
  server: Step,
  { step, deviceIdentity }: Installation,
  user: string,
  device: string,
  keyIndex: number,
): void {
  const transport = step.get<TransportRecord>('transport', SELF);
  const identity = selfIdentity(step.tx);
  const signed = currentSignedPrekey(step.tx);
  assert(
    transport !== undefined && identity !== undefined && signed !== undefined,
    'an installation has made its keys',
  );
  const transportKey = bytesToHex(transport.publicKey);
  const linked: LinkedRecord = { kind: 'linked', user, device, keyIndex, transportKey };
  const bundle: BundleRecord = {
    kind: 'bundle',
    registrationId: identity.registrationId,
    identityKey: identity.keyPair.publicKey,
    signedPrekeyId: signed.id,
    signedPrekey: signed.keyPair.publicKey,
    signedPrekeySignature: signed.signature,
    deviceIdentity,
  };
  server.tx.put('linked', device, linked);
  noteCompanionSeen(server, device);
  server.tx.put('bundle', device, bundle);
  server.tx.put('transport-index', transportKey, {
    kind: 'transport-index',
    device,
  } as StoredRecord);
  for (const [, entry] of step.tx.entries(SIGNAL_COLLECTIONS.prekey)) {
    const prekey = entry as unknown as { id: number; keyPair: { publicKey: Uint8Array } };
    const served: ServedPrekeyRecord = {
      kind: 'served-prekey',
      id: prekey.id,
      publicKey: prekey.keyPair.publicKey,
    };
    server.tx.put(`prekeys/${device}`, String(prekey.id), served);
    noteKeyIds(server, device, [prekey.id], signed.id);
  }
}

/** What everybody who knows an account holds of it: the same records for all. */
interface Introduction {
  readonly list: DeviceListRecord;
  readonly pin: PeerIdentityRecord;
}

/** An account's list, checked once as if it had come from the server. */
function introductionOf(server: Step, contact: Built): Introduction {
  const identity = selfIdentity(contact.primary.step.tx);
  assert(identity !== undefined, 'every primary has made its identity');
  const { user, list, signedList } = contact;
  const carried = signedList && { signedList, timestampS: list.timestampS };
  const answer = { user, devices: list.devices, list: carried };
  const { publicKey } = identity.keyPair;
  const applied = applyListAnswer(undefined, publicKey, answer, server.context.crypto);
  assert(!isRejected(applied) && applied.kind === 'list-applied', 'an honest list is accepted');
  return { list: applied.record, pin: { kind: 'peer-identity', publicKey } };
}

/** Gives the account's devices the lists of its contacts. */
function introduce(
  server: Step,
  account: Built,
  byNumber: ReadonlyMap<string, Built>,
  introductions: Map<string, Introduction>,
): void {
  for (const number of account.plan.contacts) {
    const contact = byNumber.get(number);
    if (contact === undefined || contact === account) continue;
    const { user } = contact;
    server.tx.put(`contact/${account.user}`, user, { kind: 'contact' });
    const known = introductions.get(user) ?? introductionOf(server, contact);
    introductions.set(user, known);
    for (const { step } of [account.primary, ...account.companions]) {
      step.tx.put('device-list', user, known.list);
      noteCapability(step, user, contact.plan.isCapable);
      step.tx.put(SIGNAL_COLLECTIONS.peerIdentity, user, known.pin);
    }
  }
}
