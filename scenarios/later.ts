/**
 * What the language cannot say yet, by name. A word from this list is refused with its sentence
 * instead of "unknown key": whoever writes it has understood the project and only came early.
 */

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['group', 'groups come later; messages go from one account to one other account'],
  ['media', 'media come later; a message is a text'],
  ['call', 'calls come later'],
  ['history', 'history sync comes later; a new companion begins with an empty chat'],
  ['app-state', 'app state sync comes later'],
  [
    'registration',
    'registering again comes later; a phone keeps its registration for the whole run',
  ],
  ['parameters', 'parameters and sweeps come later; write the value itself'],
  ['adversary', 'attackers come later; the server is honest and the network only fails'],
  ['content', 'this kind of message comes later; a message is a text'],
  ['expiry', 'expiring device lists come later'],
  ['unicast', 'privacy settings of receipts come later'],
]);

const WORDS: readonly (readonly [word: string, topic: string])[] = [
  ...list('group', 'groups group members add-member remove-member leave create-group sender-keys'),
  ...list('media', 'media image video audio document sticker attachment blob blob-store'),
  ...list('call', 'call calls ring hang-up'),
  ...list('history', 'history history-sync sync-history'),
  ...list('app-state', 'app-state state-sync syncd mute archive pin star'),
  ...list(
    'registration',
    're-register register reregister re-registration reinstall change-number',
  ),
  ...list('parameters', 'parameters parameter sweep vary'),
  ...list('adversary', 'adversary attacker attackers compromise mallory inject'),
  ...list(
    'content',
    'edit revoke delete reaction react reply-to quote poll disappearing view-once',
  ),
  ...list('content', 'status broadcast newsletter'),
  ...list('expiry', 'list-expiry icdc expire-list'),
  ...list('unicast', 'read-receipts'),
];

function list(topic: string, words: string): readonly (readonly [string, string])[] {
  return words.split(' ').map((word) => [word, topic] as const);
}

const TOPIC_OF: ReadonlyMap<string, string> = new Map(WORDS);

/** The sentence for a word that comes later; undefined for any other word. */
export function comesLater(word: string): string | undefined {
  const topic = TOPIC_OF.get(word);
  return topic === undefined ? undefined : SENTENCES.get(topic);
}

/** Every word that is refused by name, for the documentation's test. */
export function laterWords(): readonly string[] {
  return WORDS.map(([word]) => word);
}
