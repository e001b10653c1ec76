/**
 * What the language cannot say yet, by name. A word from this list is refused with its sentence
 * instead of "unknown key": whoever writes it has understood the project and only came early.
 */

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['parameters', 'parameters and sweeps come later; write the value itself'],
  ['adversary', 'attackers come later; the server is honest and the network only fails'],
  ['content', 'this kind of message comes later; a message is a text or a file'],
  ['deletion', 'deleting for everybody comes later; `delete-message` deletes on one’s own devices'],
  ['broadcast', 'status and broadcasts come later; a message goes to an account or a group'],
  ['number', 'changing the number comes later; `re-register` sets a phone up anew'],
  ['unicast', 'privacy settings of receipts come later'],
]);

const WORDS: readonly (readonly [word: string, topic: string])[] = [
  ...list('parameters', 'parameters parameter sweep vary'),
  ...list('adversary', 'adversary attacker attackers compromise mallory inject'),
  ...list('content', 'edit reaction react reply-to quote poll disappearing view-once sticker'),
  ...list('deletion', 'revoke delete'),
  ...list('broadcast', 'status broadcast newsletter'),
  ...list('number', 'change-number'),
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
