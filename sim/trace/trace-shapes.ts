/** Decoders of the three kinds of lines; they mirror the types of `trace.ts` field by field. */

import {
  anything,
  count,
  type Decode,
  digest,
  either,
  type Field,
  hexText,
  integer,
  listOf,
  number,
  object,
  oneOf,
  text,
  truth,
  tuple,
} from './shapes.ts';
import { OTHER_COMMANDS } from './trace.ts';

const FACTS = listOf(tuple(text, either(text, number, truth)));
const LABEL = object([
  ['kind', text],
  ['id', text],
]);
const BASE: readonly Field[] = [
  ['sequence', count],
  ['timeUs', count],
  ['node', text],
  ['cause', integer],
];

const COMMAND = either(
  object([
    ['kind', oneOf('send')],
    ['chat', text],
    ['text', text],
  ]),
  object([
    ['kind', oneOf('read')],
    ['chat', text],
  ]),
  object([['kind', oneOf('link')]]),
  object([
    ['kind', oneOf('scan')],
    ['digest', digest],
  ]),
  object([
    ['kind', oneOf('unlink')],
    ['device', text],
  ]),
  object([
    ['kind', oneOf(...OTHER_COMMANDS)],
    ['facts', FACTS],
  ]),
);

const CHANGE = object([
  ['collection', text],
  ['key', text],
  ['record', either(text, oneOf(null))],
  ['isNew', truth],
  ['digest', either(digest, oneOf(''))],
  ['facts', FACTS],
  ['holds', listOf(digest), 'optional'],
  ['pairs', listOf(tuple(digest, digest)), 'optional'],
]);

const KEY_USE = object([
  ['operation', text],
  ['keysIn', listOf(text)],
  ['keysOut', listOf(text)],
  ['isGood', truth],
  ['ciphertext', digest, 'optional'],
  ['carried', listOf(digest), 'optional'],
  ['parts', listOf(digest), 'optional'],
]);

const BODIES: readonly (readonly [kind: string, fields: readonly Field[]])[] = [
  [
    'input',
    [
      ['input', oneOf('started', 'connected', 'frame', 'disconnected', 'timer', 'command', 'push')],
      ['id', text],
      ['connection', integer, 'optional'],
      ['endpoint', text, 'optional'],
      ['peerStaticKey', hexText, 'optional'],
      ['sizeBytes', count, 'optional'],
      ['reason', text, 'optional'],
      ['timer', text, 'optional'],
      ['command', COMMAND, 'optional'],
    ],
  ],
  [
    'commit',
    [
      ['inputId', text],
      ['isTimeZero', truth],
      ['changes', listOf(CHANGE)],
      ['keys', listOf(KEY_USE)],
      ['earlierKeys', listOf(KEY_USE), 'optional'],
    ],
  ],
  ['commit-refused', [['inputId', text]]],
  [
    'send',
    [
      ['packet', text],
      ['source', text],
      ['target', text],
      ['connection', integer],
      ['label', LABEL],
      ['attempt', count],
      ['bytes', hexText],
    ],
  ],
  [
    'deliver',
    [
      ['packet', text],
      ['source', text],
      ['target', text],
      ['label', LABEL],
      ['sentUs', count],
      ['bytes', hexText],
    ],
  ],
  [
    'lever',
    [
      ['lever', text],
      ['choice', text],
      ['sentence', text],
    ],
  ],
  [
    'connection',
    [
      ['state', oneOf('opening', 'open', 'closed', 'refused')],
      ['connection', integer],
      ['peer', text],
      ['reason', text],
    ],
  ],
  ['power', [['state', oneOf('on', 'off', 'doze', 'awake')]]],
  ['crash', [['choice', text]]],
  [
    'emit',
    [
      ['code', text],
      ['sentence', text],
      ['facts', FACTS],
    ],
  ],
  [
    'intent',
    [
      ['intent', text],
      ['state', oneOf('given', 'not-completed')],
      ['reason', text],
    ],
  ],
  ['phase', [['phase', oneOf('story', 'heal', 'probe', 'end')]]],
];

const EVENTS: ReadonlyMap<unknown, Decode> = new Map(
  BODIES.map(([kind, fields]) => [kind, object([...BASE, ['kind', oneOf(kind)], ...fields])]),
);

/** A line between header and footer. */
export function decodeEvent(value: unknown): unknown {
  const kind = (value as { readonly kind?: unknown } | null)?.kind;
  return (EVENTS.get(kind) ?? object([['kind', oneOf()]]))(value);
}

/** The first line, whatever its version says. */
export const decodeHeader: Decode = object([
  ['lockstep', oneOf('trace')],
  ['version', count],
  ['program', text],
  ['build', text],
  ['scenario', text],
  ['scenarioHash', text],
  ['seed', text],
  ['architecture', text],
  ['crypto', text],
  [
    'overrides',
    listOf(
      object([
        ['choice', text],
        ['value', integer],
      ]),
    ),
  ],
  ['epochUs', integer],
  ['hosts', listOf(text)],
  ['document', anything],
]);

const DIGESTS: readonly Field[] = [
  ['schedule', digest],
  ['skeleton', digest],
  ['bytes', digest],
  ['shown', digest],
];

/** The last line. */
export const decodeFooter: Decode = object([
  ['end', oneOf(true)],
  ['events', count],
  ['hashes', object(DIGESTS)],
  ['blocks', listOf(object([['events', count], ['sequence', count], ...DIGESTS]))],
  ['content', digest],
  ['earlierKeys', listOf(KEY_USE), 'optional'],
]);
