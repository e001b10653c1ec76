/**
 * The five collections of app state and what lives in which (specification 8.3). An action's name
 * is the first element of its index; versions are those public clients write.
 */

/** The collections, in the order in which a new device asks for them: what it cannot do without. */
export const COLLECTIONS = [
  'critical_block',
  'critical_unblock_low',
  'regular_high',
  'regular',
  'regular_low',
] as const;

export type CollectionName = (typeof COLLECTIONS)[number];

/** Tells a collection's name from any other text. */
export function isCollectionName(text: string): text is CollectionName {
  return COLLECTIONS.some((name) => name === text);
}

/** Where an action lives and how it is written. */
export interface ActionRule {
  readonly kind: KnownActionKind;
  /** First element of the index. */
  readonly name: string;
  /** `every`: the collection is named in the index. */
  readonly collection: CollectionName | 'every';
  /** `SyncActionData.version` as written; a higher one is an action we do not know. */
  readonly version: number;
}

/**
 * Every action we know. Versions of `setting_locale`, `setting_securityNotification` and
 * `setting_unarchiveChats` are Assumptions: any constant works where all clients are ours.
 */
const RULES = [
  { kind: 'star', name: 'star', collection: 'regular_high', version: 2 },
  { kind: 'mute', name: 'mute', collection: 'regular_high', version: 2 },
  { kind: 'delete-message', name: 'deleteMessageForMe', collection: 'regular_high', version: 3 },
  { kind: 'clear-chat', name: 'clearChat', collection: 'regular_high', version: 6 },
  { kind: 'delete-chat', name: 'deleteChat', collection: 'regular_high', version: 6 },
  { kind: 'pin', name: 'pin_v1', collection: 'regular_low', version: 5 },
  { kind: 'archive', name: 'archive', collection: 'regular_low', version: 3 },
  { kind: 'mark-read', name: 'markChatAsRead', collection: 'regular_low', version: 3 },
  {
    kind: 'unarchive-chats',
    name: 'setting_unarchiveChats',
    collection: 'regular_low',
    version: 4,
  },
  { kind: 'contact', name: 'contact', collection: 'critical_unblock_low', version: 2 },
  { kind: 'push-name', name: 'setting_pushName', collection: 'critical_block', version: 1 },
  { kind: 'locale', name: 'setting_locale', collection: 'critical_block', version: 3 },
  {
    kind: 'security-notification',
    name: 'setting_securityNotification',
    collection: 'critical_block',
    version: 1,
  },
  { kind: 'key-expiration', name: 'sentinel', collection: 'every', version: 3 },
] as const;

/** Kinds of actions we understand, as `AppStateAction` names them. */
export type KnownActionKind = (typeof RULES)[number]['kind'];

const BY_KIND: ReadonlyMap<KnownActionKind, ActionRule> = new Map(
  RULES.map((rule) => [rule.kind, rule]),
);
const BY_NAME: ReadonlyMap<string, ActionRule> = new Map(RULES.map((rule) => [rule.name, rule]));

/** The rule of an action we understand. */
export function ruleOf(kind: KnownActionKind): ActionRule {
  return BY_KIND.get(kind) as ActionRule;
}

/** The rule whose index begins with `name`, if we know it. */
export function ruleNamed(name: string): ActionRule | undefined {
  return BY_NAME.get(name);
}
