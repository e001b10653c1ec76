/** What kinds of ciphertexts are, in words. */
export const CIPHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['pkmsg', 'starts a session'],
  ['msg', 'goes on with a session'],
  ['skmsg', 'under a sender key'],
  ['paired', 'between a phone and its browser'],
  ['file', 'in a file of history'],
]);
