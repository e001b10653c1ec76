/**
 * A short invented run with every kind of event, for tests of traces and reports: Alice writes from
 * her phone, Bob's phone is off and gets the message later, one frame is lost, one scan happens.
 */

import type { OutboxRecord, ShownRecord } from '../../../protocol/contract.ts';
import type { StoredRecord } from '../../../protocol/store.ts';
import type { RunEvent, RunEventBody } from '../events.ts';

/** 32 secret bytes that must never be seen in a trace. */
export const SECRET_KEY = Uint8Array.from({ length: 32 }, (_, index) => 0xc0 ^ (index * 7));
/** The text of a linking code: it carries a secret. */
export const LINKING_CODE = '2@ref,bm9pc2U=,aWRlbnRpdHk=,c2VjcmV0LW9mLXRoZS1jb2Rl';

const ALICE = '15550000001@s.whatsapp.net';
const BOB = '15550000002@s.whatsapp.net';
const MESSAGE = '3EB0AAAABBBBCCCC';
const LATER = '3EB0DDDDEEEEFFFF';
const DIGEST = '00112233445566778899aabbccddeeff';

function outbox(state: OutboxRecord['state'], messageId: string, inputId: string): OutboxRecord {
  return {
    kind: 'outbox',
    state,
    chat: BOB,
    messageId,
    author: ALICE,
    text: 'lunch?',
    textDigest: DIGEST,
    inputId,
    targets: state === 'wanting' ? [] : [BOB],
    leftOut: [],
    positionUs: state === 'acknowledged' ? 1_626_220_800_300_000 : 0,
  };
}

function shown(isRead: boolean): ShownRecord {
  return {
    kind: 'shown',
    account: BOB,
    device: BOB,
    chat: ALICE,
    messageId: MESSAGE,
    author: ALICE,
    via: 'live',
    text: 'lunch?',
    textDigest: DIGEST,
    positionUs: 1_626_220_800_300_000,
    isRead,
  };
}

interface SessionRecord extends StoredRecord {
  readonly rootKey: Uint8Array;
  readonly counter: number;
}

function session(counter: number): SessionRecord {
  return { kind: 'session', rootKey: SECRET_KEY, counter };
}

const FRAME = Uint8Array.of(0, 248, 5, 17, 3, 255);
const PACKET = 'lunch/alice.phone>server/message/0';
const RELAYED = 'lunch/server>bob.phone/message/0';
const LABEL = { kind: 'message', id: MESSAGE } as const;

type Step = readonly [timeUs: number, node: string, cause: number, body: RunEventBody];

const STEPS: readonly Step[] = [
  [
    0,
    'alice.phone',
    -1,
    {
      kind: 'commit',
      inputId: 'time-zero',
      isTimeZero: true,
      changes: [{ collection: 'session', key: BOB, before: undefined, after: session(0) }],
    },
  ],
  [0, 'world', -1, { kind: 'phase', phase: 'story' }],
  [1_000, 'bob.phone', -1, { kind: 'power', state: 'off' }],
  [2_000, 'alice.phone', -1, { kind: 'input', input: { kind: 'started', id: 'boot/1' } }],
  [
    3_000,
    'alice.phone',
    3,
    { kind: 'connection', state: 'open', connection: 1, peer: 'server', reason: '' },
  ],
  [
    3_000,
    'alice.phone',
    4,
    {
      kind: 'input',
      input: {
        kind: 'connected',
        id: 'connected/1',
        connection: 1,
        endpoint: 'server',
        peerStaticKey: Uint8Array.of(1, 2, 3),
      },
    },
  ],
  [5_000, 'world', -1, { kind: 'intent', intent: 'lunch', state: 'given', reason: '' }],
  [
    5_000,
    'alice.phone',
    6,
    {
      kind: 'input',
      input: {
        kind: 'command',
        id: 'lunch',
        command: { kind: 'send', chat: BOB, text: 'lunch?' },
      },
    },
  ],
  [
    5_000,
    'alice.phone',
    7,
    {
      kind: 'stepped',
      input: { kind: 'timer', id: 'lunch', name: 'unused' },
      effects: [],
      crypto: [
        {
          operation: 'cbcEncrypt',
          keysIn: ['aa'.repeat(16)],
          keysOut: [],
          isGood: true,
          plaintextDigest: 'bb'.repeat(16),
        },
      ],
    },
  ],
  [
    5_000,
    'alice.phone',
    7,
    {
      kind: 'commit',
      inputId: 'lunch',
      isTimeZero: false,
      changes: [
        {
          collection: 'outbox',
          key: MESSAGE,
          before: undefined,
          after: outbox('sealed', MESSAGE, 'lunch'),
        },
        { collection: 'session', key: BOB, before: session(0), after: session(1) },
      ],
    },
  ],
  [
    5_000,
    'alice.phone',
    7,
    {
      kind: 'send',
      packet: PACKET,
      source: 'alice.phone',
      target: 'server',
      connection: 1,
      label: LABEL,
      bytes: FRAME,
      attempt: 0,
    },
  ],
  [
    5_010,
    'alice.phone',
    10,
    {
      kind: 'lever',
      lever: 'packet-loss',
      choice: `loss/${PACKET}/0`,
      sentence: 'lost once on the way to the server',
    },
  ],
  [
    5_300,
    'server',
    10,
    {
      kind: 'deliver',
      packet: PACKET,
      source: 'alice.phone',
      target: 'server',
      label: LABEL,
      bytes: FRAME,
      sentUs: 5_000,
    },
  ],
  [
    5_300,
    'server',
    12,
    { kind: 'input', input: { kind: 'frame', id: PACKET, connection: 1, bytes: FRAME } },
  ],
  [
    5_400,
    'alice.phone',
    13,
    {
      kind: 'commit',
      inputId: 'ack',
      isTimeZero: false,
      changes: [
        {
          collection: 'outbox',
          key: MESSAGE,
          before: outbox('sealed', MESSAGE, 'lunch'),
          after: outbox('acknowledged', MESSAGE, 'lunch'),
        },
      ],
    },
  ],
  [9_000_000, 'bob.phone', -1, { kind: 'power', state: 'on' }],
  [
    9_000_100,
    'server',
    15,
    {
      kind: 'send',
      packet: RELAYED,
      source: 'server',
      target: 'bob.phone',
      connection: 2,
      label: LABEL,
      bytes: FRAME,
      attempt: 0,
    },
  ],
  [
    9_000_400,
    'bob.phone',
    16,
    {
      kind: 'deliver',
      packet: RELAYED,
      source: 'server',
      target: 'bob.phone',
      label: LABEL,
      bytes: FRAME,
      sentUs: 9_000_100,
    },
  ],
  [
    9_000_400,
    'bob.phone',
    17,
    { kind: 'input', input: { kind: 'frame', id: RELAYED, connection: 2, bytes: FRAME } },
  ],
  [
    9_000_400,
    'bob.phone',
    18,
    {
      kind: 'commit',
      inputId: RELAYED,
      isTimeZero: false,
      changes: [
        {
          collection: 'shown',
          key: `${ALICE}|${ALICE}|${MESSAGE}`,
          before: undefined,
          after: shown(false),
        },
      ],
    },
  ],
  [
    9_000_400,
    'bob.phone',
    18,
    {
      kind: 'emit',
      notice: { code: 'linked', sentence: 'A companion was linked.', facts: { b: 2, a: 'one' } },
    },
  ],
  [
    9_100_000,
    'bob.phone',
    -1,
    {
      kind: 'input',
      input: { kind: 'command', id: 'scan-1', command: { kind: 'scan', qr: LINKING_CODE } },
    },
  ],
  [9_200_000, 'bob.phone', -1, { kind: 'crash', choice: 'crash/scan-1/0' }],
  [9_300_000, 'bob.phone', 22, { kind: 'commit-refused', inputId: 'scan-1' }],
  [
    9_400_000,
    'alice.phone',
    -1,
    {
      kind: 'commit',
      inputId: 'later',
      isTimeZero: false,
      changes: [
        {
          collection: 'outbox',
          key: LATER,
          before: undefined,
          after: outbox('wanting', LATER, 'later'),
        },
        { collection: 'session', key: BOB, before: session(1), after: undefined },
      ],
    },
  ],
  [9_500_000, 'world', -1, { kind: 'phase', phase: 'end' }],
];

/** The run's events; a fresh list of the same immutable events each time. */
export function sampleRun(): RunEvent[] {
  return STEPS.map(([timeUs, node, cause, body], sequence) => ({
    ...body,
    sequence,
    timeUs,
    node,
    cause,
  }));
}

/** What a header says of it. */
export const SAMPLE_FACTS = {
  program: '0.1.0',
  build: 'unit',
  scenario: 'sample',
  scenarioHash: 'f'.repeat(32),
  seed: '7',
  architecture: 'fanout',
  crypto: 'noble',
  overrides: [{ choice: 'timeline/off', value: 0 }],
  epochUs: 1_626_220_800_000_000,
  hosts: ['alice.phone', 'bob.phone', 'server'],
  document: null,
} as const;
