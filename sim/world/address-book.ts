/**
 * Names of the scenario as addresses of the protocol: accounts, groups, messages and calls. Fed
 * with the commits of all hosts; nodes never see it.
 */

import type {
  CallRecord,
  ChatJid,
  MessageName,
  OutboxRecord,
  UserJid,
} from '../../protocol/contract.ts';
import { assert } from '../../protocol/errors.ts';
import type { Group } from '../../scenarios/scenario.ts';
import { groupJidOf, userJidOf } from './accounts.ts';

/** What was written: chat as its author sees it. */
interface Written extends MessageName {
  readonly authorUser: UserJid;
}

/** Addresses by name. One per run. */
export class AddressBook {
  readonly #numbers: ReadonlyMap<string, string>;
  readonly #groups: readonly Group[];
  readonly #messages = new Map<string, Written>();
  readonly #calls = new Map<string, string>();

  constructor(numbers: ReadonlyMap<string, string>, groups: readonly Group[]) {
    this.#numbers = numbers;
    this.#groups = groups;
  }

  user(account: string): UserJid {
    const number = this.#numbers.get(account);
    assert(number !== undefined, 'the loader has checked the names of accounts');
    return userJidOf(number);
  }

  isGroup(name: string): boolean {
    return this.#groups.some((group) => group.name === name);
  }

  /** An account or a group. */
  chat(name: string): ChatJid {
    return this.isGroup(name) ? groupJidOf(this.#groups, name) : this.user(name);
  }

  group(name: string): Group {
    const group = this.#groups.find((one) => one.name === name);
    assert(group !== undefined, 'the loader has checked the names of groups');
    return group;
  }

  /** A device wrote what the input asked for. */
  noteSaid(record: OutboxRecord, authorUser: UserJid): void {
    const { inputId, chat, author, messageId } = record;
    this.#messages.set(inputId, { chat, author, messageId, authorUser });
  }

  /** A device began the call the input asked for. */
  noteCall(inputId: string, record: CallRecord): void {
    this.#calls.set(inputId, record.callId);
  }

  /** The message of an entry as the devices of `user` name it; undefined if it was never said. */
  message(entry: string, user: UserJid): MessageName | undefined {
    const written = this.#messages.get(entry);
    if (written === undefined) return undefined;
    const { chat, author, messageId, authorUser } = written;
    const isSeenByOther = chat.endsWith('@s.whatsapp.net') && user !== authorUser;
    return { chat: isSeenByOther ? authorUser : chat, author, messageId };
  }

  /** The call of an entry; undefined if it was never begun. */
  call(entry: string): string | undefined {
    return this.#calls.get(entry);
  }
}
