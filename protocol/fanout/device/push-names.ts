/**
 * The names that people give themselves. A message says its author's, in clear (`notify`,
 * specification 6.4); whoever gets it remembers it, and a phone hands what it knows to a new
 * companion as a part of the history of its own (PUSH_NAME, 8.2). A name is for people: nothing
 * else hangs on it, and the server could write another one.
 *
 * Assumption: the author's device says the name with each message; the real server adds what the
 * device told it when it came on line.
 */

import type { DeviceJid, SettingRecord, UserJid } from '../../contract.ts';
import { PUSH_NAME_LENGTH_MAX } from '../../limits.ts';
import type { PushName } from '../../messages/history.ts';
import type { StoredRecord } from '../../store.ts';
import { userOf } from '../../wire/jid.ts';
import { type WireNode, withAttribute } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { accountOf } from './records.ts';

/** How somebody else calls themselves. Collection `push-name`, key: account. */
export interface PushNameRecord extends StoredRecord {
  readonly kind: 'push-name';
  readonly user: UserJid;
  readonly name: string;
}

/** Index of the setting that holds the own name (specification 8.3). */
const OWN_NAME = JSON.stringify(['setting_pushName']);

/** The message stanza with the own name, if this account has one. */
export function withPushName(step: Step, stanza: WireNode): WireNode {
  const setting = step.get<SettingRecord>('setting', OWN_NAME);
  if (setting === undefined) return stanza;
  const { name } = JSON.parse(setting.value) as { readonly name?: unknown };
  return isName(name) ? withAttribute(stanza, 'notify', name) : stanza;
}

/** A message of somebody else that was opened says how its author is called. */
export function notePushName(step: Step, author: DeviceJid, name: string | undefined): void {
  const user = userOf(author);
  if (!isName(name) || user === accountOf(step)?.user) return;
  if (step.get<PushNameRecord>('push-name', user)?.name !== name) put(step, { user, name });
}

/** The names this device knows, in order of learning. */
export function knownPushNames(step: Step): readonly PushName[] {
  const known = step.tx.entries('push-name') as [string, PushNameRecord][];
  return known.map(([user, { name }]) => ({ user, name }));
}

/** Names that came with the history; those that messages have said meanwhile stay. */
export function takePushNames(step: Step, names: readonly PushName[]): void {
  const own = accountOf(step)?.user;
  for (const { user, name } of names) {
    const isKnown = step.tx.get('push-name', user) !== undefined;
    if (!isKnown && user !== own && isName(name)) put(step, { user, name });
  }
}

function put(step: Step, { user, name }: PushName): void {
  const record: PushNameRecord = { kind: 'push-name', user, name };
  step.tx.put('push-name', user, record);
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name.length <= PUSH_NAME_LENGTH_MAX;
}
