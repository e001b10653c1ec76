/**
 * Judges what the scenario expects (`expect`): from the ledger, from the public records of the
 * devices at the end, and from what was watched on the way.
 */

import type {
  Architecture,
  CallRecord,
  ChatJid,
  UserJid,
  VerificationRecord,
} from '../../protocol/contract.ts';
import type { Store } from '../../protocol/store.ts';
import { durationsApart } from '../../scenarios/duration.ts';
import type { Expectation, ExpectedFact, Scenario } from '../../scenarios/scenario.ts';
import type { Ledger, MessageStatus } from '../ledger/ledger.ts';
import type { AddressBook } from '../world/address-book.ts';
import { accountNameOf } from '../world/intents.ts';
import {
  isArchived,
  isDeleted,
  isFetched,
  isMuted,
  isPinned,
  isRead,
  isStarred,
} from './chat-state.ts';
import type { FactWatch } from './fact-watch.ts';
import type { ExpectationMiss, ExpectationVerdict } from './result.ts';

/** All that expectations are judged from. */
export interface ExpectationRoom {
  readonly scenario: Scenario;
  readonly architecture: Architecture;
  readonly ledger: Ledger;
  readonly watch: FactWatch;
  /** Names of the scenario as addresses. */
  readonly book: Pick<AddressBook, 'user' | 'chat' | 'message' | 'call'>;
  /** Microseconds since the Unix epoch at the end of the run. */
  readonly wallUs: number;
  storeOf(host: string): Store;
}

/** One verdict per expectation, in order of writing. */
export function judgeExpectations(room: ExpectationRoom): ExpectationVerdict[] {
  const byInput = new Map<string, MessageStatus>();
  for (const status of room.ledger.messages()) byInput.set(status.said.inputId, status);
  return room.scenario.expect.map((expectation) => {
    const { name } = room.architecture;
    const except = expectation.except.find((one) => one.architecture === name);
    const misses = missesOf(room, expectation, byInput);
    if (except !== undefined) {
      const sentences = [`Not expected of ${name}: ${except.why}.`];
      return { expectation, verdict: 'undecided', sentences, misses: [], excused: misses };
    }
    const sentences = misses.map(({ sentence }) => sentence);
    const verdict = misses.length === 0 ? 'held' : 'violated';
    return { expectation, verdict, sentences, misses, excused: [] };
  });
}

type Statuses = ReadonlyMap<string, MessageStatus>;

function missesOf(
  room: ExpectationRoom,
  expectation: Expectation,
  byInput: Statuses,
): readonly ExpectationMiss[] {
  const { fact, on } = expectation;
  const unsaid = unsaidOf(room, fact, byInput);
  if (unsaid !== undefined) return [{ kind: 'unsaid', host: '', sentence: unsaid }];
  if (fact.kind === 'shown') {
    const status = byInput.get(fact.message) as MessageStatus;
    return on.flatMap((host) => shownMisses(room.ledger, fact, status, host));
  }
  return on.flatMap((host): readonly ExpectationMiss[] => {
    const sentence = wrongOf(room, fact, host, byInput);
    return sentence === undefined ? [] : [{ kind: 'wrong', host, sentence }];
  });
}

/** The sentence for a fact about something that never came to be; undefined where it did. */
function unsaidOf(
  room: ExpectationRoom,
  fact: ExpectedFact,
  byInput: Statuses,
): string | undefined {
  if (fact.kind === 'call') {
    return room.book.call(fact.call) === undefined ? `"${fact.call}" never rang.` : undefined;
  }
  const isMessage = fact.kind === 'state' && (fact.state === 'starred' || fact.state === 'deleted');
  const message = isMessage ? fact.subject : 'message' in fact ? fact.message : undefined;
  if (message === undefined || byInput.has(message)) return undefined;
  return `"${message}" was never written.`;
}

type Shown = Extract<ExpectedFact, { kind: 'shown' }>;

function shownMisses(
  ledger: Ledger,
  { message, withinUs, afterUs }: Shown,
  status: MessageStatus,
  host: string,
): readonly ExpectationMiss[] {
  const { said } = status;
  const display = ledger.shownAt(host, said);
  if (display === undefined) {
    const device = ledger.linkage.deviceOf(host);
    const isDue = device === said.device || ledger.due(status).some((one) => one === device);
    const kind = isDue ? 'missing' : 'not-due';
    return [{ kind, host, sentence: `"${message}" did not show on ${host}.` }];
  }
  const out: ExpectationMiss[] = [];
  const { timeUs } = display;
  const afterSayingUs = timeUs - said.saidUs;
  if (withinUs !== undefined && afterSayingUs > withinUs) {
    const [took, allowed] = durationsApart(afterSayingUs, withinUs);
    const when = `after ${took}, expected within ${allowed}`;
    out.push({ kind: 'late', host, sentence: `"${message}" showed on ${host} ${when}.` });
  }
  if (afterUs !== undefined && timeUs < afterUs) {
    const [at, earliest] = durationsApart(timeUs, afterUs);
    const when = `at ${at}, expected not before ${earliest}`;
    out.push({ kind: 'early', host, sentence: `"${message}" showed on ${host} ${when}.` });
  }
  return out;
}

/** How a host differs from what is expected of it, as a sentence; undefined when it does not. */
function wrongOf(
  room: ExpectationRoom,
  fact: Exclude<ExpectedFact, Shown>,
  host: string,
  byInput: Statuses,
): string | undefined {
  const { ledger, book } = room;
  switch (fact.kind) {
    case 'not-shown': {
      const { said } = byInput.get(fact.message) as MessageStatus;
      const isShown = ledger.shownAt(host, said) !== undefined;
      return isShown ? `"${fact.message}" showed on ${host}.` : undefined;
    }
    case 'fetched': {
      const message = book.message(fact.message, userOfHost(room, host));
      const isThere = message !== undefined && isFetched(room.storeOf(host), message);
      return isThere ? undefined : `${host} does not have the file of "${fact.message}".`;
    }
    case 'state': {
      if (stateOf(room, fact, host, byInput) === fact.value) return undefined;
      const is = fact.value ? 'is not' : 'is';
      return `"${fact.subject}" ${is} ${fact.state} on ${host}.`;
    }
    case 'call':
      return wrongCall(room, fact, host);
    case 'verified': {
      const record = room.storeOf(host).get('verification', book.user(fact.account));
      const state = (record as VerificationRecord | undefined)?.state ?? 'unverified';
      if ((state === 'verified') === fact.value) return undefined;
      return `On ${host} the security code of ${fact.account} is ${state}.`;
    }
    case 'alarm':
      return room.watch.hasAlarm(host, book.user(fact.account))
        ? undefined
        : `${host} did not warn of ${fact.account}.`;
    case 'refused':
      return room.watch.isRefused(fact.entry)
        ? undefined
        : `${host} did not refuse "${fact.entry}".`;
  }
}

function userOfHost(room: ExpectationRoom, host: string): UserJid {
  return room.book.user(accountNameOf(host));
}

function stateOf(
  room: ExpectationRoom,
  fact: Extract<ExpectedFact, { kind: 'state' }>,
  host: string,
  byInput: Statuses,
): boolean {
  const store = room.storeOf(host);
  if (fact.state === 'starred' || fact.state === 'deleted') {
    const message = room.book.message(fact.subject, userOfHost(room, host));
    const status = byInput.get(fact.subject);
    if (message === undefined || status === undefined) return false;
    if (fact.state === 'starred') return isStarred(store, message);
    return isDeleted(store, message, room.ledger.shownAt(host, status.said) !== undefined);
  }
  const chat: ChatJid = room.book.chat(fact.subject);
  switch (fact.state) {
    case 'muted':
      return isMuted(store, chat, room.wallUs);
    case 'pinned':
      return isPinned(store, chat);
    case 'archived':
      return isArchived(store, chat);
    case 'read':
      return isRead(store, chat, probesOf(byInput));
  }
}

function probesOf(statuses: Statuses): ReadonlySet<string> {
  const said = [...statuses.values()].filter(({ isProbe }) => isProbe);
  return new Set(said.map((status) => status.said.messageId));
}

function wrongCall(
  room: ExpectationRoom,
  fact: Extract<ExpectedFact, { kind: 'call' }>,
  host: string,
): string | undefined {
  const record = room.storeOf(host).get('call', room.book.call(fact.call) as string);
  const call = record as CallRecord | undefined;
  if (call?.outcome === fact.outcome) return undefined;
  const was = call === undefined ? 'never rang' : `ended as "${call.outcome || call.state}"`;
  return `"${fact.call}" ${was} on ${host}, expected "${fact.outcome}".`;
}
