/**
 * When each act of a person is complete, from public records alone: a message once its recipients
 * show it, a read once a second device of the account shows it read, a setting once a second device
 * has it, a call once somebody else rings, an answer once it is connected, a change of a group once
 * the server holds it, a linking once the companion has an account. An act that never completes
 * stays in the list.
 */

import type {
  CallRecord,
  MediaRecord,
  MembershipRecord,
  ShownRecord,
} from '../../../protocol/contract.ts';
import type { Action } from '../../../scenarios/scenario.ts';
import type { Change, RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';
import { accountNameOf } from '../../world/intents.ts';
import { SERVER } from '../../world/timeline.ts';
import type { Messages } from './messages.ts';
import type { PlannedAct } from './planned-acts.ts';
import type { Reads } from './reads.ts';
import type { Role, Stage } from './stage.ts';

/** One act and how long it took; undefined when it did not complete in the story. */
export interface ActOutcome {
  readonly act: PlannedAct;
  readonly role: Role;
  readonly tookUs: number | undefined;
}

interface Waiting {
  readonly act: PlannedAct;
  readonly fromUs: number;
  /** Of a setting: its index, once the acting device has it; of a call: its id. */
  subject: string;
}

/** Follows acts other than messages and reads; asks the other folds about those. */
export class Acts implements Observer {
  readonly kinds = ['input', 'commit'] as const;
  readonly #stage: Stage;
  readonly #messages: Messages;
  readonly #reads: Reads;
  readonly #acts = new Map<string, PlannedAct>();
  #waiting: Waiting[] = [];
  readonly #doneUs = new Map<string, number>();

  constructor(stage: Stage, messages: Messages, reads: Reads) {
    this.#stage = stage;
    this.#messages = messages;
    this.#reads = reads;
  }

  /** The list of acts is known. */
  begin(): void {
    for (const act of this.#stage.acts) {
      if (act.kind !== 'message' && act.kind !== 'read') this.#acts.set(act.id, act);
    }
  }

  observe(event: RunEvent): void {
    if (event.kind === 'input') {
      const act = this.#acts.get(event.input.id);
      if (act === undefined || event.input.kind !== 'command') return;
      this.#acts.delete(act.id);
      this.#waiting.push({ act, fromUs: event.timeUs, subject: this.#subjectOf(act) });
    } else if (event.kind === 'commit' && this.#waiting.length > 0 && !event.isTimeZero) {
      const isOpen = (one: Waiting): boolean => {
        if (!event.changes.some((change) => this.#isDone(one, event, change))) return true;
        this.#doneUs.set(one.act.id, event.timeUs);
        return false;
      };
      this.#waiting = this.#waiting.filter(isOpen);
    }
  }

  #subjectOf({ kind, about }: PlannedAct): string {
    const { book } = this.#stage.world.people;
    if (kind === 'answer') return book.call(about) ?? '';
    if (kind === 'group' || kind === 'fetch-history') return book.chat(about);
    if (kind === 'fetch-media') return this.#messages.ofAct(about)?.messageId ?? '';
    return '';
  }

  #isDone(one: Waiting, event: RunEvent & { readonly kind: 'commit' }, change: Change): boolean {
    const { act, subject } = one;
    const { node } = event;
    const { collection, key, after } = change;
    switch (act.kind) {
      case 'setting':
        return collection === 'setting' && after !== undefined && this.#isSet(one, node, key);
      case 'call':
        return collection === 'call' && after !== undefined && isRinging(one, event, change);
      case 'answer': {
        const isIt = collection === 'call' && node === act.device && key === subject;
        return isIt && (after as CallRecord | undefined)?.state === 'connected';
      }
      case 'group':
        return (
          collection === 'membership' &&
          node === SERVER &&
          key === subject &&
          this.#isHeld(act, after)
        );
      case 'link':
        return collection === 'account' && node === act.device && after !== undefined;
      case 'unlink':
        return collection === 'account' && node === act.about && after === undefined;
      case 'fetch-media': {
        const isIt = collection === 'media' && node === act.device && key.endsWith(`|${subject}`);
        return isIt && (after as MediaRecord | undefined)?.state === 'fetched';
      }
      case 'fetch-history': {
        const shown = collection === 'shown' && node === act.device ? after : undefined;
        const { chat, via } = (shown ?? {}) as Partial<ShownRecord>;
        return via === 'history' && chat === subject;
      }
      default:
        return false;
    }
  }

  /** In force on the acting device, then on a second one of the account, where there is one. */
  #isSet(one: Waiting, node: string, index: string): boolean {
    const { device } = one.act;
    if (one.subject === '' && node === device) {
      one.subject = index;
      return this.#stage.inUse(accountNameOf(device)).length < 2;
    }
    const isOwn = accountNameOf(node) === accountNameOf(device) && node !== device;
    return isOwn && one.subject === index;
  }

  #isHeld({ action }: PlannedAct, after: Change['after']): boolean {
    if (action?.kind === 'create-group') return after !== undefined;
    if (action?.kind !== 'change-group') return false;
    return isChanged(
      action,
      action.members.map((member) => this.#stage.world.people.book.user(member)),
      after as MembershipRecord | undefined,
    );
  }

  /** Every act of the list, at the end of the story. */
  outcomes(): readonly ActOutcome[] {
    return this.#stage.acts.flatMap((act): readonly ActOutcome[] => {
      const role = this.#stage.roleOf(act.device);
      if (role === undefined || this.#reads.isEmpty(act.id)) return [];
      return [{ act, role, tookUs: this.#tookUs(act) }];
    });
  }

  #tookUs(act: PlannedAct): number | undefined {
    if (act.kind === 'message') {
      const message = this.#messages.ofAct(act.id);
      const doneUs = message === undefined ? undefined : this.#messages.completedUs(message);
      return doneUs === undefined ? undefined : doneUs - (message?.actUs ?? 0);
    }
    if (act.kind === 'read') return this.#reads.secondDeviceUs(act.id);
    const doneUs = this.#doneUs.get(act.id);
    const fromUs = this.#messages.momentOf(act.id)?.timeUs;
    return doneUs === undefined || fromUs === undefined ? undefined : doneUs - fromUs;
  }
}

/** The caller's record names the call; then a device of somebody else rings. */
function isRinging(
  one: Waiting,
  event: RunEvent & { readonly kind: 'commit' },
  { key, before }: Change,
): boolean {
  if (one.subject === '' && event.inputId === one.act.id && before === undefined) {
    one.subject = key;
    return false;
  }
  return key === one.subject && accountNameOf(event.node) !== accountNameOf(one.act.device);
}

function isChanged(
  { change }: Extract<Action, { kind: 'change-group' }>,
  users: readonly string[],
  after: MembershipRecord | undefined,
): boolean {
  const members = after?.members ?? [];
  const admins = after?.admins ?? [];
  switch (change) {
    case 'add':
      return users.every((user) => members.includes(user));
    case 'remove':
    case 'leave':
      return users.every((user) => !members.includes(user));
    case 'promote':
      return users.every((user) => admins.includes(user));
    case 'demote':
      return users.every((user) => !admins.includes(user));
  }
}
