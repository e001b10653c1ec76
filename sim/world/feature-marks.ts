/**
 * Marks of what people do beside texts to one account: groups, files, history, app state, calls,
 * codes, new phones and apps. Read from stanzas and from commits of public and server records;
 * where nothing else shows it, from a notice. Counts only.
 */

import type {
  AlarmRecord,
  CallRecord,
  LinkedRecord,
  MediaRecord,
  MembershipRecord,
  PageRecord,
  ShownRecord,
  VerificationRecord,
} from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import {
  attribute,
  bytesContent,
  child,
  children,
  type WireNode,
} from '../../protocol/wire/node.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { LeverCounts } from './levers.ts';

/** Marks that only a notice shows, by its code. */
const NOTICES: ReadonlyMap<string, string> = new Map([
  ['app-state-conflict', 'app-state-conflict'],
  ['app-state-late', 'app-state-late'],
  ['app-state-keys-asked', 'app-state-key-request'],
  ['app-state-rotation', 'app-state-key-rotation'],
  ['group-refused', 'group-refused'],
  ['link-failed', 'link-failed'],
  ['list-expected', 'list-expected'],
  ['list-expired', 'list-expired'],
  ['list-refreshed', 'list-refreshed'],
  ['old-contact', 'old-contact-refused'],
  ['placeholder-asked', 'placeholder-request'],
  ['call-key-again', 'call-key-again'],
  ['call-rekey', 'call-rekey'],
  ['rolled-back', 'rollback-noticed'],
]);

/** Marks of how a call ended, by its outcome. */
const OUTCOMES: ReadonlyMap<string, string> = new Map([
  ['answered-elsewhere', 'call-answered-elsewhere'],
  ['missed', 'call-missed'],
  ['rejected', 'call-rejected'],
  ['rejected-elsewhere', 'call-rejected'],
  ['cancelled', 'call-cancelled'],
  ['failed', 'call-failed'],
]);

/** Marks of errands at the file store, by their purpose. */
const ERRANDS: ReadonlyMap<string, string> = new Map([
  ['media-upload', 'media-upload'],
  ['media-reupload', 'media-reupload'],
]);

/** What is read of an errand. */
interface Errand extends StoredRecord {
  readonly purpose?: { readonly kind?: string };
}

/** Counts for one run. */
export class FeatureMarks {
  readonly #counts: LeverCounts;
  readonly #server: string;
  /** `host|group` for which the host has had a sender key. */
  readonly #hadKey = new Set<string>();

  constructor(counts: LeverCounts, server: string) {
    this.#counts = counts;
    this.#server = server;
  }

  /** A notice of a node. */
  noticed(code: string): void {
    const mark = NOTICES.get(code);
    if (mark !== undefined) this.#counts.add(mark);
  }

  /** A frame that is no message left a node for the first time. */
  sent({ source, label }: Extract<RunEvent, { kind: 'send' }>): void {
    if (source === this.#server) return;
    if (label.kind === 'receipt:hist_sync') this.#counts.add('history-chunk');
    else if (label.kind === 'receipt:server-error') this.#counts.add('media-request');
  }

  /** A message left a device for the first time. */
  message(stanza: WireNode): void {
    if (attribute(stanza, 'category') === 'peer') this.#counts.add('peer-message');
    const isShared = children(stanza, 'enc').some(
      (enc) => attribute(enc, 'type') === 'skmsg' && (bytesContent(enc)?.length ?? 0) > 0,
    );
    if (!isShared) return;
    this.#counts.add('group-message');
    const participants = child(stanza, 'participants');
    const handed = participants === undefined ? 0 : children(participants, 'to').length;
    for (let count = 0; count < handed; count++) this.#counts.add('sender-key-distribution');
  }

  /** One change of a commit that a step asked for. */
  changed(host: string, { collection, key, before, after }: Change): void {
    if (host === this.#server) this.#atServer(collection, before, after);
    else this.#atDevice(host, { collection, key, before, after });
  }

  #atServer(
    collection: string,
    before: StoredRecord | undefined,
    after: StoredRecord | undefined,
  ): void {
    if (collection === 'membership') {
      this.#membership(
        before as MembershipRecord | undefined,
        after as MembershipRecord | undefined,
      );
    } else if (collection.startsWith('app-state-patch') && after !== undefined) {
      if (before === undefined) this.#counts.add('app-state-patch');
    } else if (collection === 'old-app') {
      this.#counts.add(after === undefined ? 'app-upgraded' : 'app-left-beta');
    } else if (collection === 'linked' && before !== undefined && after !== undefined) {
      const [old, next] = [before as LinkedRecord, after as LinkedRecord];
      const isSame = old.transportKey === next.transportKey;
      if (!isSame && next.device === next.user) this.#counts.add('re-registration');
    }
  }

  #membership(before: MembershipRecord | undefined, after: MembershipRecord | undefined): void {
    if (after === undefined) return;
    if (before === undefined) return this.#counts.add('group-created');
    if (before.members === after.members) return;
    const [past, present] = [new Set(before.members), new Set(after.members)];
    if (after.members.some((user) => !past.has(user))) this.#counts.add('member-added');
    if (before.members.some((user) => !present.has(user))) this.#counts.add('member-removed');
  }

  #atDevice(host: string, { collection, key, before, after }: Change): void {
    if (after === undefined) return;
    switch (collection) {
      case 'own-sender-key':
        if (before !== undefined) return;
        if (this.#hadKey.has(`${host}|${key}`)) this.#counts.add('sender-key-rotation');
        this.#hadKey.add(`${host}|${key}`);
        return;
      case 'shown':
        if (before === undefined && (after as ShownRecord).via === 'history') {
          this.#counts.add('history-copy');
        }
        return;
      case 'page': {
        const was = (before as PageRecord | undefined)?.generation ?? 'old';
        if (was !== (after as PageRecord).generation) this.#counts.add('page-reloaded');
        return;
      }
      case 'media':
        return this.#media(before as MediaRecord | undefined, after as MediaRecord);
      case 'blob-job': {
        const mark = before === undefined ? ERRANDS.get((after as Errand).purpose?.kind ?? '') : '';
        if (mark !== undefined && mark !== '') this.#counts.add(mark);
        return;
      }
      case 'call':
        return this.#call(before as CallRecord | undefined, after as CallRecord);
      case 'alarm':
        if (before === undefined) this.#alarm(after as AlarmRecord);
        return;
      case 'verification':
        return this.#verification(before as VerificationRecord | undefined, after);
    }
  }

  #media(before: MediaRecord | undefined, after: MediaRecord): void {
    if (before?.state === after.state) return;
    if (after.state === 'fetched') this.#counts.add('media-fetched');
    else if (after.state === 'missing') this.#counts.add('media-missing');
  }

  #call(before: CallRecord | undefined, after: CallRecord): void {
    if (before === undefined && after.state === 'calling') this.#counts.add('call');
    if (before?.state === after.state) return;
    if (after.state === 'connected') this.#counts.add('call-connected');
    const mark = after.state === 'ended' ? OUTCOMES.get(after.outcome) : undefined;
    if (mark !== undefined) this.#counts.add(mark);
  }

  #alarm({ reason }: AlarmRecord): void {
    this.#counts.add('alarm');
    if (reason === 'consistency') this.#counts.add('consistency-alarm');
    else if (reason === 'identity-changed') this.#counts.add('identity-alarm');
  }

  #verification(before: VerificationRecord | undefined, record: StoredRecord): void {
    const after = record as VerificationRecord;
    const isNew = after.state === 'verified' && before?.state !== 'verified';
    if (isNew) this.#counts.add('code-verified');
  }
}
