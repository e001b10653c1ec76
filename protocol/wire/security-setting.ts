/**
 * InitialSecurityNotificationSettingSync (specification 5.3, 8.1): whether the people of an account
 * are told of changed keys, as its phone tells a new companion.
 */

import { isRejected, type Rejection } from '../errors.ts';
import { decode, encode, type Schema } from './protobuf.ts';

/** Field 9 of ProtocolMessage. */
export const SECURITY_NOTIFICATION_SETTING = [
  { name: 'isEnabled', number: 1, type: 'bool' },
] as const satisfies Schema;

export function encodeSecurityNotificationSetting(isEnabled: boolean): Uint8Array {
  return encode(SECURITY_NOTIFICATION_SETTING, { isEnabled });
}

/** `malformed` as in `decode`; false when it says nothing. */
export function decodeSecurityNotificationSetting(bytes: Uint8Array): boolean | Rejection {
  const value = decode(SECURITY_NOTIFICATION_SETTING, bytes);
  return isRejected(value) ? value : (value.isEnabled ?? false);
}
