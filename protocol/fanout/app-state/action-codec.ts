/**
 * App-state mutations to and from `SyncActionData`, what a record holds once decrypted
 * (specification 8.3, 8.5). The value is kept as bytes between the two, so that what a newer client
 * wrote survives being encrypted again. Field numbers are compared with zapo-js 0.3.0's.
 */

import { isRejected, type Rejection, reject } from '../../errors.ts';
import { decode, encode, type Schema, type Value } from '../../wire/protobuf.ts';
import { utf8Bytes, utf8Text } from '../../wire/utf8.ts';
import {
  type AppStateAction,
  type AppStateMutation,
  indexOf,
  type OpaqueAction,
  type Operation,
  type ParsedIndex,
  parseIndex,
  type RangeAction,
} from './actions.ts';
import { isCollectionName, ruleOf } from './collections.ts';
import { MESSAGE_RANGE, rangeFields, readRange } from './message-range.ts';

/** SyncActionData. */
export const SYNC_ACTION_DATA = [
  { name: 'index', number: 1, type: 'bytes' },
  /** An encoded SyncActionValue. */
  { name: 'value', number: 2, type: 'bytes' },
  { name: 'padding', number: 3, type: 'bytes' },
  { name: 'version', number: 4, type: 'uint32' },
] as const satisfies Schema;

/** SyncActionValue, as far as it is understood. */
export const SYNC_ACTION_VALUE = [
  { name: 'timestamp', number: 1, type: 'int64' },
  {
    name: 'star',
    number: 2,
    type: 'message',
    schema: [{ name: 'starred', number: 1, type: 'bool' }],
  },
  {
    name: 'contact',
    number: 3,
    type: 'message',
    schema: [
      { name: 'fullName', number: 1, type: 'string' },
      { name: 'firstName', number: 2, type: 'string' },
    ],
  },
  {
    name: 'mute',
    number: 4,
    type: 'message',
    schema: [
      { name: 'muted', number: 1, type: 'bool' },
      { name: 'muteEndTimestamp', number: 2, type: 'int64' },
    ],
  },
  {
    name: 'pin',
    number: 5,
    type: 'message',
    schema: [{ name: 'pinned', number: 1, type: 'bool' }],
  },
  /** Assumption: the number; the definitions compared with have no such field any more. */
  {
    name: 'securityNotification',
    number: 6,
    type: 'message',
    schema: [{ name: 'showNotification', number: 1, type: 'bool' }],
  },
  {
    name: 'pushName',
    number: 7,
    type: 'message',
    schema: [{ name: 'name', number: 1, type: 'string' }],
  },
  {
    name: 'locale',
    number: 16,
    type: 'message',
    schema: [{ name: 'locale', number: 1, type: 'string' }],
  },
  {
    name: 'archive',
    number: 17,
    type: 'message',
    schema: [
      { name: 'archived', number: 1, type: 'bool' },
      { name: 'range', number: 2, type: 'message', schema: MESSAGE_RANGE },
    ],
  },
  {
    name: 'deleteMessage',
    number: 18,
    type: 'message',
    schema: [
      { name: 'deleteMedia', number: 1, type: 'bool' },
      { name: 'messageTimestamp', number: 2, type: 'int64' },
    ],
  },
  {
    name: 'keyExpiration',
    number: 19,
    type: 'message',
    schema: [{ name: 'expiredKeyEpoch', number: 1, type: 'uint32' }],
  },
  {
    name: 'markRead',
    number: 20,
    type: 'message',
    schema: [
      { name: 'read', number: 1, type: 'bool' },
      { name: 'range', number: 2, type: 'message', schema: MESSAGE_RANGE },
    ],
  },
  {
    name: 'clearChat',
    number: 21,
    type: 'message',
    schema: [{ name: 'range', number: 1, type: 'message', schema: MESSAGE_RANGE }],
  },
  {
    name: 'deleteChat',
    number: 22,
    type: 'message',
    schema: [{ name: 'range', number: 1, type: 'message', schema: MESSAGE_RANGE }],
  },
  {
    name: 'unarchiveChats',
    number: 23,
    type: 'message',
    schema: [{ name: 'unarchiveChats', number: 1, type: 'bool' }],
  },
] as const satisfies Schema;

type ActionData = Value<typeof SYNC_ACTION_DATA>;
type ActionValue = Value<typeof SYNC_ACTION_VALUE>;
/** The value field of each action that carries a range. */
const RANGE_FIELDS = {
  archive: 'archive',
  'mark-read': 'markRead',
  'clear-chat': 'clearChat',
  'delete-chat': 'deleteChat',
} as const satisfies Record<RangeAction['kind'], keyof ActionValue>;
type RangeField = (typeof RANGE_FIELDS)[RangeAction['kind']];

type KnownAction = Exclude<AppStateAction, OpaqueAction>;

/** The plaintext of a record: index, value, empty padding, version. */
export function encodeMutation(mutation: AppStateMutation): Uint8Array {
  return encodeData(indexOf(mutation.action), encodeValue(mutation), mutation.version);
}

/** The same from parts: `value` is an encoded SyncActionValue. */
export function encodeData(index: string, value: Uint8Array, version: number): Uint8Array {
  const padding = new Uint8Array(0);
  return encode(SYNC_ACTION_DATA, { index: utf8Bytes(index), value, padding, version });
}

/** The encoded SyncActionValue of a mutation; of an opaque one the bytes as they came. */
export function encodeValue(mutation: AppStateMutation): Uint8Array {
  const { action, timestampMs } = mutation;
  if (action.kind === 'opaque') return action.value;
  return encode(SYNC_ACTION_VALUE, { timestamp: timestampMs, ...valueFields(action) });
}

/** The fields of an action's own value, without its name; empty for one that has none. */
export function fieldsOf(action: KnownAction): Readonly<Record<string, unknown>> {
  const [value] = Object.values(valueFields(action));
  return (value ?? {}) as Readonly<Record<string, unknown>>;
}

function valueFields(action: KnownAction): ActionValue {
  switch (action.kind) {
    case 'star':
      return { star: { starred: action.isStarred } };
    case 'contact':
      return { contact: { fullName: action.fullName, firstName: action.firstName } };
    case 'mute':
      return { mute: { muted: action.isMuted, muteEndTimestamp: action.endMs } };
    case 'pin':
      return { pin: { pinned: action.isPinned } };
    case 'security-notification':
      return { securityNotification: { showNotification: action.isShown } };
    case 'push-name':
      return { pushName: { name: action.name } };
    case 'locale':
      return { locale: { locale: action.locale } };
    case 'archive':
      return { archive: { archived: action.isArchived, range: rangeFields(action.range) } };
    case 'delete-message':
      return {
        deleteMessage: { deleteMedia: action.deletesMedia, messageTimestamp: action.timestampS },
      };
    case 'key-expiration':
      return { keyExpiration: { expiredKeyEpoch: action.expiredEpoch } };
    case 'mark-read':
      return { markRead: { read: action.isRead, range: rangeFields(action.range) } };
    case 'clear-chat':
      return { clearChat: { range: rangeFields(action.range) } };
    case 'delete-chat':
      return { deleteChat: { range: rangeFields(action.range) } };
    case 'unarchive-chats':
      return { unarchiveChats: { unarchiveChats: action.isOn } };
  }
}

/** The plaintext of a record, in parts. */
export interface MutationData {
  readonly index: Uint8Array;
  readonly value: Uint8Array;
  readonly version: number;
}

/** `malformed` when index, value or version is missing. */
export function decodeData(bytes: Uint8Array): MutationData | Rejection {
  const data: ActionData | Rejection = decode(SYNC_ACTION_DATA, bytes);
  if (isRejected(data)) return data;
  const { index, value, version } = data;
  if (index === undefined || value === undefined || version === undefined) {
    return reject('malformed', 'SyncActionData lacks a field.');
  }
  return { index, value, version };
}

/**
 * What the plaintext of a record means. An index of an unknown name, of a version later than ours,
 * or written differently than we would, is an opaque action. `malformed`: an index that is not
 * UTF-8, a value that does not decode or lacks its timestamp, an index or a value that does not fit
 * its name. Of a removal the value may hold the timestamp alone.
 */
export function readMutation(
  operation: Operation,
  data: MutationData,
): AppStateMutation | Rejection {
  const index = utf8Text(data.index);
  if (index === undefined) return reject('malformed', 'The index of a mutation is not UTF-8.');
  const fields = decode(SYNC_ACTION_VALUE, data.value);
  if (isRejected(fields)) return fields;
  const { timestamp: timestampMs } = fields;
  if (timestampMs === undefined || timestampMs < 0) {
    return reject('malformed', 'A mutation has no time.');
  }
  const { version, value } = data;
  const parsed = parseIndex(index);
  if (parsed === undefined || version > ruleOf(parsed.kind).version) {
    return { operation, action: { kind: 'opaque', index, value }, timestampMs, version };
  }
  const action = readAction(parsed, fields, operation === 'remove' ? {} : undefined);
  if (action === undefined) {
    return reject('malformed', `A mutation does not fit its kind ${parsed.kind}.`, {
      action: parsed.kind,
    });
  }
  // An index is authenticated as bytes: one that we would write differently is not ours to change.
  if (indexOf(action) !== index) {
    return { operation, action: { kind: 'opaque', index, value }, timestampMs, version };
  }
  return { operation, action, timestampMs, version };
}

/** What stands in for an absent value: nothing for a set, an empty one for a removal. */
type Absent = Record<string, never> | undefined;

/** `undefined` when arguments or the value are missing. An absent flag is `false`. */
function readAction(
  index: ParsedIndex,
  fields: ActionValue,
  absent: Absent,
): KnownAction | undefined {
  switch (index.kind) {
    case 'star':
    case 'delete-message':
      return readOfMessage(index.kind, index.arguments, fields, absent);
    case 'archive':
    case 'mark-read':
    case 'clear-chat':
    case 'delete-chat':
      return readOfRange(index.kind, index.arguments, fields, absent);
    case 'mute':
    case 'pin':
    case 'contact':
    case 'key-expiration':
      return readOfSubject(index.kind, index.arguments, fields, absent);
    default:
      return readSetting(index.kind, fields, absent);
  }
}

function readOfMessage(
  kind: 'star' | 'delete-message',
  [chat, messageId, fromMe, participant]: readonly string[],
  fields: ActionValue,
  absent: Absent,
): KnownAction | undefined {
  if (chat === undefined || messageId === undefined || participant === undefined) return undefined;
  const author = participant === '0' ? '' : participant;
  const message = { chat, messageId, isFromMe: fromMe === '1', participant: author };
  if (kind === 'star') {
    const value: ActionValue['star'] = fields.star ?? absent;
    return value && { kind, message, isStarred: value.starred === true };
  }
  const value: ActionValue['deleteMessage'] = fields.deleteMessage ?? absent;
  if (value === undefined) return undefined;
  const { deleteMedia: deletesMedia = false, messageTimestamp: timestampS = 0 } = value;
  return { kind, message, deletesMedia, timestampS };
}

function readOfRange(
  kind: RangeAction['kind'],
  [chat, ...flags]: readonly string[],
  fields: ActionValue,
  absent: Absent,
): KnownAction | undefined {
  const value: ActionValue[RangeField] = fields[RANGE_FIELDS[kind]] ?? absent;
  const range = readRange(value?.range);
  if (chat === undefined || value === undefined || range === undefined) return undefined;
  const [first, second] = flags.map((text) => text === '1');
  switch (kind) {
    case 'archive':
      return { kind, chat, isArchived: fields.archive?.archived === true, range };
    case 'mark-read':
      return { kind, chat, isRead: fields.markRead?.read === true, range };
    case 'clear-chat':
      if (first === undefined || second === undefined) return undefined;
      return { kind, chat, deletesStarred: first, deletesMedia: second, range };
    case 'delete-chat':
      return first === undefined ? undefined : { kind, chat, deletesMedia: first, range };
  }
}

function readOfSubject(
  kind: 'mute' | 'pin' | 'contact' | 'key-expiration',
  [subject]: readonly string[],
  fields: ActionValue,
  absent: Absent,
): KnownAction | undefined {
  if (subject === undefined) return undefined;
  switch (kind) {
    case 'mute': {
      const value: ActionValue['mute'] = fields.mute ?? absent;
      if (value === undefined) return undefined;
      const { muted: isMuted = false, muteEndTimestamp: endMs } = value;
      return { kind, chat: subject, isMuted, endMs };
    }
    case 'pin': {
      const value: ActionValue['pin'] = fields.pin ?? absent;
      return value && { kind, chat: subject, isPinned: value.pinned === true };
    }
    case 'contact': {
      const value: ActionValue['contact'] = fields.contact ?? absent;
      if (value === undefined) return undefined;
      return {
        kind,
        contact: subject,
        fullName: value.fullName ?? '',
        firstName: value.firstName ?? '',
      };
    }
    case 'key-expiration': {
      const value: ActionValue['keyExpiration'] = fields.keyExpiration ?? absent;
      if (value === undefined || !isCollectionName(subject)) return undefined;
      return { kind, collection: subject, expiredEpoch: value.expiredKeyEpoch ?? 0 };
    }
  }
}

function readSetting(
  kind: 'push-name' | 'locale' | 'security-notification' | 'unarchive-chats',
  fields: ActionValue,
  absent: Absent,
): KnownAction | undefined {
  switch (kind) {
    case 'push-name': {
      const value: ActionValue['pushName'] = fields.pushName ?? absent;
      return value && { kind, name: value.name ?? '' };
    }
    case 'locale': {
      const value: ActionValue['locale'] = fields.locale ?? absent;
      return value && { kind, locale: value.locale ?? '' };
    }
    case 'security-notification': {
      const value: ActionValue['securityNotification'] = fields.securityNotification ?? absent;
      return value && { kind, isShown: value.showNotification === true };
    }
    case 'unarchive-chats': {
      const value: ActionValue['unarchiveChats'] = fields.unarchiveChats ?? absent;
      return value && { kind, isOn: value.unarchiveChats === true };
    }
  }
}
