/**
 * What becomes of a device that finds a record of its Store damaged: one outcome for every
 * collection. The storage layer has dropped the record and left its name (`damaged`); `damage.ts`
 * carries the outcome out at the boot. A test damages a record of every collection that occurs.
 */

/** How a device goes on without a record. */
export type DamageOutcome =
  /** It cannot: it says so, deletes its data and belongs to no account until it is linked anew. */
  | 'unusable'
  /** It is made again from what else is stored, at the boot. */
  | 'rebuilt'
  /** It is made or asked for anew once the server has answered a login. */
  | 'renewed'
  /** A message is concerned that nobody can tell any more: it is reported lost. */
  | 'reported'
  /** Retry receipts bring back what was encrypted with it. */
  | 'retried'
  /** Nothing but comfort or speed is lost; the notice of the damage is all. */
  | 'forgotten';

const OUTCOMES: ReadonlyMap<string, DamageOutcome> = new Map([
  // Without them nobody can be sure who this device is.
  ['account', 'unusable'],
  ['companion', 'unusable'],
  ['identity', 'unusable'],
  ['transport', 'unusable'],
  ['registering', 'unusable'],
  // Counters and lists: the server's echo and answers bring them back.
  ['device-list', 'renewed'],
  ['login', 'renewed'],
  ['prekey', 'renewed'],
  ['prekey-counter', 'renewed'],
  ['primary', 'rebuilt'],
  ['signed-prekey', 'rebuilt'],
  ['peer-identity', 'rebuilt'],
  // Work in hand.
  ['outbound', 'rebuilt'],
  ['timer', 'rebuilt'],
  ['wanting', 'rebuilt'],
  ['wanting-lost', 'rebuilt'],
  ['rotation', 'rebuilt'],
  ['prekey-reset', 'rebuilt'],
  ['stale-list', 'rebuilt'],
  ['pending-link', 'renewed'],
  // Groups: what the server says of them is asked for again.
  ['group', 'renewed'],
  ['group-creating', 'renewed'],
  ['group-query', 'renewed'],
  ['groups-known', 'renewed'],
  ['own-sender-key', 'renewed'],
  // App state: every collection is fetched from its beginning; a change not sent yet is lost.
  ['app-state-expired', 'renewed'],
  ['app-state-file', 'renewed'],
  ['app-state-fatal', 'renewed'],
  ['app-state-gap', 'renewed'],
  ['app-state-index', 'renewed'],
  ['app-state-key', 'renewed'],
  ['app-state-missing', 'renewed'],
  ['app-state-pending', 'renewed'],
  ['app-state-record', 'renewed'],
  ['app-state-reset', 'renewed'],
  ['app-state-sync', 'renewed'],
  ['app-state-upload', 'renewed'],
  ['app-state-version', 'renewed'],
  ['setting', 'renewed'],
  // The next message of that person says it again.
  ['push-name', 'renewed'],
  // Messages.
  ['outbox', 'reported'],
  ['placeholder', 'reported'],
  ['shown', 'reported'],
  // Key material that a peer can replace.
  ['session', 'retried'],
  ['archived-session', 'retried'],
  ['skipped', 'retried'],
  ['sender-key', 'retried'],
  ['sender-key-senders', 'retried'],
  ['skipped-sender-key', 'retried'],
  ['peer', 'retried'],
  ['peer-wait', 'retried'],
  ['resend', 'retried'],
  ['backfill', 'retried'],
  // The rest.
  ['adv-secret', 'forgotten'],
  ['alarm', 'forgotten'],
  ['blob-job', 'forgotten'],
  ['call', 'forgotten'],
  ['call-peer', 'forgotten'],
  ['call-side', 'forgotten'],
  ['code-basis', 'forgotten'],
  ['delivered', 'forgotten'],
  ['former-member', 'forgotten'],
  ['given-keys', 'forgotten'],
  ['group-key', 'forgotten'],
  ['group-message', 'forgotten'],
  ['history-chunk', 'forgotten'],
  ['history-job', 'forgotten'],
  ['history-state', 'forgotten'],
  ['history-taken', 'forgotten'],
  ['identity-change', 'forgotten'],
  ['identity-check', 'forgotten'],
  ['inconsistent', 'forgotten'],
  ['leaving', 'forgotten'],
  ['lost', 'forgotten'],
  ['media', 'forgotten'],
  ['media-answer', 'forgotten'],
  ['media-content', 'forgotten'],
  ['media-file', 'forgotten'],
  ['media-wait', 'forgotten'],
  ['old-contact', 'forgotten'],
  ['qr', 'forgotten'],
  ['recreated', 'forgotten'],
  ['security-setting', 'forgotten'],
  ['unread', 'forgotten'],
  ['verification', 'forgotten'],
]);

/**
 * The outcome for a collection, named whole or up to its first `/`; undefined where this table says
 * nothing, which a test forbids for collections that occur.
 */
export function damageOutcome(collection: string): DamageOutcome | undefined {
  const slash = collection.indexOf('/');
  return OUTCOMES.get(slash < 0 ? collection : collection.slice(0, slash));
}
