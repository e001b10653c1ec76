/**
 * Every broken twin, in the order of the properties that catch them. A test without its twin does
 * not count; `TWINS.md` is this table for people, and a test keeps the two the same.
 */

import type { Twin } from './twin-tools.ts';
import {
  companionsAnHourEarly,
  deliveredUnseen,
  phoneReadsUnheard,
  placedBySeconds,
  placedOnArrival,
  readElsewhereUnheard,
  retriesWithoutEnd,
} from './twins-agreement.ts';
import {
  moveIgnored,
  oldSettingShown,
  oneBadPatchEnds,
  sameKeyForAll,
  secondGivesWay,
  settingUnheard,
} from './twins-app-state.ts';
import { connectedAtOnce, oneKeyForAllCalls, ringsOn } from './twins-calls.ts';
import {
  changesUnheard,
  expiresToNobody,
  identityKept,
  indexGivenTwice,
  listsNeverExpire,
  newKeysUnmentioned,
  oldSessionsKept,
  unlinkedInGroup,
  unlinkedIsTold,
} from './twins-devices.ts';
import {
  authorMistaken,
  chainNeverAdvanced,
  groupNeverUpdated,
  keyForAllButOne,
  keyNeverHanded,
  outsiderInGroup,
  rotationForgotten,
  uninvitedMember,
} from './twins-groups.ts';
import { bareSignature, keysKept, sessionsHoarded } from './twins-hygiene.ts';
import {
  lowCountIgnored,
  phoneNeeded,
  prekeyServedAgain,
  uploadedAndForgotten,
  victimBlockaded,
} from './twins-keys.ts';
import {
  historyFromStrangers,
  proofNotKept,
  restOfHistoryKept,
  waitsForHistory,
  waitsForSettings,
} from './twins-linking.ts';
import {
  acknowledgedUnread,
  damagedByFailure,
  latestFirst,
  poisonStops,
  ratchetWithoutText,
  retryForDuplicate,
  sessionNeverRenewed,
  sharedHistory,
  shownAgain,
  textAltered,
  waitingDropped,
  waitsForEver,
  wrongConversation,
} from './twins-receive.ts';
import { RELAY_TWINS } from './twins-relay.ts';
import {
  countsAcrossRuns,
  keyInFrame,
  olderListRestored,
  oneDeviceForgotten,
  ratchetNotSaved,
  removedDeviceKept,
  sentBeforeStored,
  textInAttribute,
} from './twins-send.ts';
import { bothAreServed, idsStartAnew, rollbackUnnoticed } from './twins-storage.ts';
import { messageKeysKept, neverTurns } from './twins-theft.ts';

const TWINS: readonly Twin[] = [
  sharedHistory,
  textInAttribute,
  messageKeysKept,
  keysKept,
  neverTurns,
  unlinkedIsTold,
  unlinkedInGroup,
  chainNeverAdvanced,
  oneDeviceForgotten,
  keyForAllButOne,
  textAltered,
  wrongConversation,
  historyFromStrangers,
  newKeysUnmentioned,
  damagedByFailure,
  deliveredUnseen,
  shownAgain,
  retryForDuplicate,
  latestFirst,
  companionsAnHourEarly,
  placedOnArrival,
  readElsewhereUnheard,
  placedBySeconds,
  ratchetNotSaved,
  prekeyServedAgain,
  idsStartAnew,
  uploadedAndForgotten,
  bareSignature,
  sessionsHoarded,
  identityKept,
  keyInFrame,
  removedDeviceKept,
  proofNotKept,
  olderListRestored,
  listsNeverExpire,
  expiresToNobody,
  changesUnheard,
  indexGivenTwice,
  oldSessionsKept,
  uninvitedMember,
  groupNeverUpdated,
  rotationForgotten,
  keyNeverHanded,
  outsiderInGroup,
  authorMistaken,
  waitingDropped,
  waitsForEver,
  sessionNeverRenewed,
  retriesWithoutEnd,
  lowCountIgnored,
  victimBlockaded,
  poisonStops,
  waitsForHistory,
  waitsForSettings,
  restOfHistoryKept,
  moveIgnored,
  oneBadPatchEnds,
  oldSettingShown,
  settingUnheard,
  secondGivesWay,
  phoneNeeded,
  sameKeyForAll,
  ringsOn,
  connectedAtOnce,
  oneKeyForAllCalls,
  ratchetWithoutText,
  acknowledgedUnread,
  sentBeforeStored,
  bothAreServed,
  rollbackUnnoticed,
];

/** Made anew for each caller, since one of them remembers across runs. */
export function allTwins(): readonly Twin[] {
  return [...TWINS, ...RELAY_TWINS, phoneReadsUnheard, countsAcrossRuns()];
}
