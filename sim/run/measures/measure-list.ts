/**
 * Every measure of a run: id, words, unit, and which way is better. `measure-taker.ts` fills them;
 * a test holds the two together.
 */

/** One measure, as people read it. */
export interface MeasureWords {
  readonly id: string;
  readonly group: string;
  readonly name: string;
  readonly explanation: string;
  readonly unit: 'share' | 'microseconds' | 'bytes' | 'count' | 'joules' | 'seconds';
  readonly better: 'more' | 'less' | 'neither';
}

const ACTORS = [
  ['', '', 'every device'],
  ['phone.', ', from phones', 'phones'],
  ['companion.', ', from companions', 'companions'],
] as const;

const SPANS = [
  ['first-minute', 'within a minute', 'within a minute of the act'],
  ['ten-minutes', 'within ten minutes', 'within ten minutes of the act'],
  ['story', 'at all', 'before the story ends'],
] as const;

const UNDONE = 'What never completes counts as undone.';

/** Messages, then everything else that people do. */
function availability(): readonly MeasureWords[] {
  const kinds = [
    [
      '',
      'Messages delivered',
      'Share of the messages people meant to write that the server took and at least one device of ' +
        'each recipient showed',
    ],
    [
      'actions.',
      'Other actions done',
      'Share of reads, settings, calls, answers, group changes, linkings, unlinkings and fetches ' +
        'that took effect where others see it',
    ],
  ] as const;
  return kinds.flatMap(([kind, name, explanation]) =>
    ACTORS.flatMap(([actor, from, on]) =>
      SPANS.map(([span, within, by]): MeasureWords => {
        return {
          id: `availability.${kind}${actor}${span}`,
          group: 'Availability',
          name: `${name} ${within}${from}`,
          explanation: `${explanation}, ${by}; acts on ${on}. ${UNDONE}`,
          unit: 'share',
          better: 'more',
        };
      }),
    ),
  );
}

const WAYS = [
  ['companion-to-companion', 'companion to companion'],
  ['phone-to-phone', 'phone to phone'],
  ['phone-to-companion', 'phone to companion'],
  ['companion-to-phone', 'companion to phone'],
  ['own-devices', 'to the author’s own devices'],
  ['all', 'all ways'],
] as const;

/** How a wait counts that was not over when its story was. */
const OPEN =
  'What did not happen within the story counts as longer than all that did; where a figure falls ' +
  'among it, it is the length of the story, and marked “at least”.';

function latency(): readonly MeasureWords[] {
  return WAYS.flatMap(([way, words]) =>
    [50, 95, 99].map((percent): MeasureWords => {
      return {
        id: `latency.${way}.p${percent}`,
        group: 'Latency',
        name: `${percent === 50 ? 'Half' : `${percent} %`} of deliveries, ${words}, within`,
        explanation:
          'From the act of the author until the phone of a recipient, or the first of their ' +
          `companions, shows the message; of all messages people meant to write. ${OPEN}`,
        unit: 'microseconds',
        better: 'less',
      };
    }),
  );
}

type Row = readonly [
  id: string,
  name: string,
  explanation: string,
  unit: MeasureWords['unit'],
  better: MeasureWords['better'],
];

function rows(group: string, list: readonly Row[]): readonly MeasureWords[] {
  return list.map(([id, name, explanation, unit, better]) => {
    return { id, group, name, explanation, unit, better };
  });
}

const READS = rows('Latency', [
  [
    'reads.convergence.p50',
    'A read shows on all own devices, median',
    `From the read on one device until every device of the account shows the same read. ${OPEN}`,
    'microseconds',
    'less',
  ],
  [
    'reads.convergence.max',
    'A read shows on all own devices, slowest',
    'As above, the slowest read of the story.',
    'microseconds',
    'less',
  ],
  [
    'hops.companion-to-companion',
    'Links crossed, companion to companion',
    'Frames on the chain of causes from the act to the display, the middle of all such copies; ' +
      'copies that came with a reconnection have no such chain.',
    'count',
    'less',
  ],
]);

const COPIES = rows('Copies', [
  [
    'copies.devices-per-message',
    'Devices that can read a message',
    'Devices that show a message by the end of the story, the one it was written on included; ' +
      'the mean over messages written.',
    'count',
    'neither',
  ],
  [
    'copies.not-shown-in-story',
    'Copies owed and not shown in the story',
    'Share of the copies the ledger says are owed that did not show before the heal phase.',
    'share',
    'less',
  ],
  [
    'copies.never-shown',
    'Copies owed and never shown',
    'Copies that are owed and did not show even after the heal phase, reported lost or not.',
    'count',
    'less',
  ],
  [
    'messages.reported-lost',
    'Copies reported lost',
    'Copies of which their device says that it will not show them.',
    'count',
    'less',
  ],
  [
    'messages.not-completed',
    'Acts that came to nothing',
    'Intents and entries whose device was off, unlinked, or did not take them.',
    'count',
    'less',
  ],
  [
    'files.fetched',
    'Shown files that were fetched',
    'Share of the displayed copies of messages with a file whose device also has the file.',
    'share',
    'more',
  ],
]);

/** Bytes by kind of host, up being what the host sends. */
function bytesOf(kind: string, name: string, of: string, verbEnd = ''): readonly Row[] {
  const [send, receive] = [`send${verbEnd}`, `receive${verbEnd}`];
  return [
    [`bytes.${kind}.up`, `${name} ${send}`, `Bytes ${of} sent, ${BYTES}`, 'bytes', 'less'],
    [`bytes.${kind}.down`, `${name} ${receive}`, `Bytes ${of} received, ${BYTES}`, 'bytes', 'less'],
  ];
}

const BYTES = 'transport, repeats and keep-alives included.';

const TRAFFIC = rows('Traffic', [
  ...bytesOf('phone', 'Phones', 'a phone'),
  ...bytesOf('companion', 'Companions', 'a companion'),
  ...bytesOf('server', 'The server', 'the server', 's'),
  ['stanzas', 'Stanzas', 'Frames between devices and endpoints, both ways.', 'count', 'less'],
  [
    'stanzas.per-message',
    'Stanzas per message',
    'All frames of the story over the messages written in it.',
    'count',
    'less',
  ],
  [
    'retries',
    'Retry requests',
    'Retry receipts sent by devices that could not decrypt.',
    'count',
    'less',
  ],
]);

const WORK = rows('Work', [
  [
    'ciphertexts.per-message',
    'Ciphertexts per message',
    'Ciphertexts in the first stanza of each message, the mean over messages sealed.',
    'count',
    'less',
  ],
  [
    'ciphertexts.formula',
    'Ciphertexts per message, by the formula',
    'What the closed formula says of the devices in use: own devices less one and the recipient’s; ' +
      'to a group one and the keys missing; on relay phones alone.',
    'count',
    'neither',
  ],
  ...(['phone', 'companion'] as const).flatMap((role): readonly Row[] => [
    [
      `operations.${role}.asymmetric`,
      `Asymmetric operations, ${role}s`,
      `Key pairs, agreements, signatures made and checked on all ${role}s.`,
      'count',
      'less',
    ],
    [
      `operations.${role}.symmetric`,
      `Symmetric operations, ${role}s`,
      `Derivations, MACs, ciphers and hashes on all ${role}s.`,
      'count',
      'less',
    ],
    [
      `cpu.${role}`,
      `Processor time of cryptography, ${role}s`,
      'Counted operations times the cost table; not measured in the run.',
      'microseconds',
      'less',
    ],
  ]),
]);

const BATTERY = rows('Battery', [
  [
    'radio.wake-ups',
    'Radio wake-ups of a phone',
    'Times a phone’s radio left rest, by the tail-energy model; the mean over phones.',
    'count',
    'less',
  ],
  [
    'radio.active',
    'Active radio time of a phone',
    'Time a phone’s radio spent at high power, promotion and tail included; the mean over phones.',
    'seconds',
    'less',
  ],
  [
    'radio.energy',
    'Radio energy of a phone',
    'Promotion, tail and bytes by the battery model; the mean over phones.',
    'joules',
    'less',
  ],
]);

const SERVER_STATE = rows('Server', [
  [
    'queue.most',
    'Most stanzas waiting at the server',
    'For all devices together, at the moment when most of them wait.',
    'count',
    'less',
  ],
  [
    'queue.mean',
    'Stanzas waiting at the server, mean',
    'For all devices together, over time.',
    'count',
    'less',
  ],
  [
    'queue.age.p95',
    'Age in the queue, 95 %',
    'How long a stanza waited at the server until it was acknowledged, or the story ended.',
    'microseconds',
    'less',
  ],
  ['queue.age.max', 'Age in the queue, oldest', 'As above, the oldest.', 'microseconds', 'less'],
  [
    'prekeys.consumed',
    'One-time prekeys consumed',
    'One-time prekeys that the server handed out.',
    'count',
    'less',
  ],
]);

const COMPANIONS = rows('Companions', [
  [
    'linking.scan-to-send',
    'New companion: from scan to first send',
    'From the scan of its code until the companion has an account and can write; the mean.',
    'microseconds',
    'less',
  ],
  [
    'linking.scan-to-shown',
    'New companion: from scan to first message',
    'From the scan of its code until the companion shows its first message; the mean.',
    'microseconds',
    'less',
  ],
  [
    'log-out.learned',
    'Messages learned after log-out',
    'Messages written after a companion was logged out that it showed all the same.',
    'count',
    'less',
  ],
  [
    'log-out.held',
    'Messages held after log-out',
    'Messages that logged-out companions still hold when the story ends.',
    'count',
    'less',
  ],
]);

/** In the order every table has them. */
export const MEASURES: readonly MeasureWords[] = [
  ...availability(),
  ...latency(),
  ...READS,
  ...COPIES,
  ...TRAFFIC,
  ...WORK,
  ...BATTERY,
  ...SERVER_STATE,
  ...COMPANIONS,
];
