/**
 * The kinds of stanza that devices and server send each other, as traces name them: tag, then type.
 * The protocol's own labels are the truth; this folder may not import them, and a test holds this
 * list to the runs of the library.
 */

/** What may stand behind each tag; a tag that stands alone as well has an empty one. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  ack: ['call', 'message', 'notification', 'receipt'],
  call: ['accept', 'enc_rekey', 'group_update', 'offer', 'packet', 'reject', 'terminate'],
  failure: [''],
  ib: [''],
  iq: [
    ...['encrypt', 'error', 'md', 'passive', 'result', 'usync'],
    ...['w:g2', 'w:m', 'w:sync:app:state', 'web'],
  ],
  login: [''],
  message: ['text'],
  nack: ['call', 'message', 'notification', 'receipt'],
  notification: [
    ...['account_sync', 'devices', 'encrypt', 'mediaretry', 'server_sync', 'w:gp2', 'web'],
  ],
  receipt: ['', 'hist_sync', 'peer_msg', 'read', 'retry', 'sender', 'server-error'],
  relay: ['browser', 'gone', 'live', 'phone', 'test'],
  stream: ['error'],
  success: [''],
  web: [
    ...['call', 'challenge', 'chat', 'conn', 'goodbye', 'group', 'init', 'login', 'message'],
    ...['pong', 'queryChat', 'queryContact', 'queryMedia', 'queryMessages', 'read'],
    ...['received', 'replaced', 'reref', 'sealed', 'status', 'test', 'upgrade'],
  ],
};

/** Every kind in full, in order of the tags. */
export const STANZA_KINDS: readonly string[] = Object.entries(TYPES).flatMap(([tag, types]) =>
  types.map((type) => (type === '' ? tag : `${tag}:${type}`)),
);

/** The tags alone: each means all kinds that begin with it. */
export const STANZA_TAGS: readonly string[] = Object.keys(TYPES);

/** Whether a word names a kind, or the whole beginning of one up to a colon. */
export function isStanzaWord(word: string): boolean {
  return STANZA_KINDS.some((kind) => kind === word || kind.startsWith(`${word}:`));
}

/** The kinds with the tag of a word; the tags when there is none of it. */
export function stanzaWordsNear(word: string): readonly string[] {
  const tag = word.split(':')[0] ?? '';
  if (!STANZA_TAGS.includes(tag)) return STANZA_TAGS;
  return [tag, ...STANZA_KINDS.filter((kind) => kind.startsWith(`${tag}:`))];
}
