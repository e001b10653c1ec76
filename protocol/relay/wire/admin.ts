/**
 * What browser and server say to each other in readable text (specification 11.3 to 11.5): JSON
 * arrays from the browser; arrays and objects with a status from the server.
 */

import { fromBase64 } from '../../devices/base64.ts';
import { type Rejection, reject } from '../../errors.ts';
import { isDeviceJid } from '../../wire/jid.ts';
import { isClientId } from './pairing-keys.ts';

/** The version and the name a browser gives itself. Assumption: nothing depends on them. */
const VERSION = [2, 2049, 10];
const BROWSER_NAME = ['Lockstep', 'Browser'];
/** Longest token, reference or challenge believed. */
const WORD_CHARS_MAX = 256;

/** The three tokens of a pairing, given by the server. Opaque. */
export interface Tokens {
  readonly clientToken: string;
  readonly serverToken: string;
  readonly browserToken: string;
}

/** `takeover`: a person acts here; `reconnect`: the connection came back by itself. */
export type LoginMode = 'takeover' | 'reconnect';

/** What a browser says to the server. */
export type AdminWord =
  | { readonly kind: 'init'; readonly clientId: string }
  | { readonly kind: 'reref' }
  | {
      readonly kind: 'login';
      readonly clientToken: string;
      readonly serverToken: string;
      readonly clientId: string;
      readonly mode: LoginMode;
    }
  | {
      readonly kind: 'challenge';
      /** 32 bytes. */
      readonly answer: Uint8Array;
      readonly serverToken: string;
      readonly clientId: string;
    }
  | { readonly kind: 'test' }
  /** The browser logs itself out. */
  | { readonly kind: 'goodbye' };

export const ADMIN_WORDS = {
  init: (clientId: string) =>
    JSON.stringify(['admin', 'init', VERSION, BROWSER_NAME, clientId, true]),
  reref: JSON.stringify(['admin', 'Conn', 'reref']),
  login: ({ clientToken, serverToken }: Tokens, clientId: string, mode: LoginMode) =>
    JSON.stringify(['admin', 'login', clientToken, serverToken, clientId, mode]),
  challenge: (answer: string, { serverToken }: Tokens, clientId: string) =>
    JSON.stringify(['admin', 'challenge', answer, serverToken, clientId]),
  test: JSON.stringify(['admin', 'test']),
  /** Under the tag `goodbye`. */
  goodbye: `,${JSON.stringify(['admin', 'Conn', 'disconnect'])}`,
} as const;

/** The tag of the word with which a browser logs itself out. */
export const GOODBYE_TAG = 'goodbye';

/** What the server says to a browser. */
export type ServerWord =
  /** The answer to the word under the same tag. `ref`: a reference to show. */
  | { readonly kind: 'status'; readonly status: number; readonly ref: string | undefined }
  /** Logged in; with `secret`, paired just now. */
  | {
      readonly kind: 'conn';
      readonly device: string;
      readonly tokens: Tokens;
      readonly secret: Uint8Array | undefined;
    }
  | { readonly kind: 'challenge'; readonly challenge: Uint8Array }
  | { readonly kind: 'replaced' }
  /** The phone that scanned is in the beta: the page is to become the new client (11.8). */
  | { readonly kind: 'upgrade' }
  /** Whether the phone can be reached. */
  | { readonly kind: 'pong'; readonly isReachable: boolean };

/** Milliseconds a reference may be shown, as the server says it. */
const TTL_MS = 20_000;

export const SERVER_WORDS = {
  status: (status: number, ref?: string) =>
    JSON.stringify(ref === undefined ? { status } : { status, ref, ttl: TTL_MS }),
  conn: (device: string, tokens: Tokens, secret?: string) =>
    JSON.stringify([
      'Conn',
      { ...(secret === undefined ? {} : { secret }), ...tokens, wid: device },
    ]),
  challenge: (challenge: string) => JSON.stringify(['Cmd', { type: 'challenge', challenge }]),
  upgrade: JSON.stringify(['Cmd', { type: 'upgrade_md_prod' }]),
  replaced: JSON.stringify(['Cmd', { type: 'disconnect', kind: 'replaced' }]),
  pong: (isReachable: boolean) => JSON.stringify(['Pong', isReachable]),
} as const;

function malformed(): Rejection {
  return reject('malformed', 'A word between browser and server cannot be read.');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= WORD_CHARS_MAX;
}

function bytesOf(value: unknown, length: number): Uint8Array | undefined {
  const bytes = isWord(value) ? fromBase64(value) : undefined;
  return bytes?.length === length ? bytes : undefined;
}

/** Reads what a browser said. `malformed`. */
export function readAdminWord(text: string): AdminWord | Rejection {
  const isGoodbye = text.startsWith(',');
  const value = parse(isGoodbye ? text.slice(1) : text);
  if (!Array.isArray(value) || value[0] !== 'admin') return malformed();
  const [, verb, ...rest] = value as readonly unknown[];
  if (isGoodbye) {
    const isWhole = verb === 'Conn' && rest[0] === 'disconnect';
    return isWhole ? { kind: 'goodbye' } : malformed();
  }
  switch (verb) {
    case 'init':
      return isClientId(rest[2]) ? { kind: 'init', clientId: rest[2] } : malformed();
    case 'Conn':
      return rest[0] === 'reref' ? { kind: 'reref' } : malformed();
    case 'test':
      return { kind: 'test' };
    case 'login': {
      const [clientToken, serverToken, clientId, mode] = rest;
      const isWhole = isWord(clientToken) && isWord(serverToken) && isClientId(clientId);
      const isMode = mode === 'takeover' || mode === 'reconnect';
      if (!isWhole || !isMode) return malformed();
      return { kind: 'login', clientToken, serverToken, clientId, mode };
    }
    case 'challenge': {
      const answer = bytesOf(rest[0], 32);
      const [, serverToken, clientId] = rest;
      if (answer === undefined || !isWord(serverToken) || !isClientId(clientId)) return malformed();
      return { kind: 'challenge', answer, serverToken, clientId };
    }
    default:
      return malformed();
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Fields) : undefined;
}

/** Reads what the server said. `malformed`. */
export function readServerWord(text: string): ServerWord | Rejection {
  const value = parse(text);
  const fields = fieldsOf(value);
  if (fields !== undefined) return readStatus(fields);
  if (!Array.isArray(value)) return malformed();
  const [verb, about] = value as readonly unknown[];
  if (verb === 'Pong') {
    return typeof about === 'boolean' ? { kind: 'pong', isReachable: about } : malformed();
  }
  const named = fieldsOf(about);
  if (named === undefined) return malformed();
  if (verb === 'Conn') return readConn(named);
  if (verb !== 'Cmd') return malformed();
  const { type, kind, challenge: proof } = named;
  if (type === 'disconnect' && kind === 'replaced') return { kind: 'replaced' };
  if (type === 'upgrade_md_prod') return { kind: 'upgrade' };
  const challenge = type === 'challenge' ? bytesOf(proof, 32) : undefined;
  return challenge === undefined ? malformed() : { kind: 'challenge', challenge };
}

function readStatus({ status, ref }: Fields): ServerWord | Rejection {
  const isWhole = typeof status === 'number' && Number.isInteger(status) && status > 0;
  if (!isWhole || status > 999 || (ref !== undefined && !isWord(ref))) return malformed();
  if (isWord(ref) && ref.includes(',')) return malformed();
  return { kind: 'status', status, ref };
}

function readConn(named: Fields): ServerWord | Rejection {
  const { clientToken, serverToken, browserToken, wid: device, secret } = named;
  const areTokens = isWord(clientToken) && isWord(serverToken) && isWord(browserToken);
  if (!areTokens || !isWord(device) || !isDeviceJid(device)) return malformed();
  const bytes = secret === undefined ? undefined : bytesOf(secret, 144);
  if (secret !== undefined && bytes === undefined) return malformed();
  const tokens = { clientToken, serverToken, browserToken };
  return { kind: 'conn', device, tokens, secret: bytes };
}
