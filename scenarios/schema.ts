/**
 * The scenario language, version 1: its written form, key by key. It says what may be written, not
 * what is meant: times stay text, and whether a device exists is the business of `resolve.ts`. The
 * JSON Schema for editors is made from it. What it cannot say yet is in `later.ts`.
 */

import { z } from 'zod';
import { EPOCH_DEFAULT } from './epoch.ts';
import { GROUP_MEMBERS_MAX, PREKEYS_MAX, TRACE_ROWS_MAX, WORKLOAD_MESSAGES_MAX } from './limits.ts';
import { TRANSPORTS } from './scenario.ts';
import { expectationSchema } from './schema-expectations.ts';
import { entrySchema } from './schema-timeline.ts';
import {
  deviceSchema,
  durationSchema,
  epochSchema,
  idSchema,
  listSchema,
  mapping,
  nameSchema,
  notA,
  oneOf,
  partySchema,
  ratioSchema,
  scenarioNameSchema,
  signedDurationSchema,
  textSchema,
  wholeSchema,
} from './schema-words.ts';

const networkOfDevice = z
  .union(
    [
      nameSchema,
      listSchema(
        mapping(
          {
            from: durationSchema.default('0s').describe('In force from this time on.'),
            use: nameSchema.describe('Name of the network.'),
          },
          'a network with its time',
        ),
        'networks',
      ),
    ],
    { error: notA('a network or a list of networks with times') },
  )
  .default('wifi')
  .describe('A network, or a list of `{ from, use }` in order of time.');

const deviceShape = {
  network: networkOfDevice,
  power: oneOf(['on', 'off', 'doze']).default('on').describe('Power at time zero.'),
  'clock-skew': signedDurationSchema.default('0s').describe('Its clock minus true time.'),
};

const phoneSchema = mapping(deviceShape, 'a phone').describe('The account’s phone.');

const companionSchema = mapping(
  {
    ...deviceShape,
    linked: z
      .boolean({ error: notA('true or false') })
      .default(true)
      .describe('False: it exists, and a `link` entry links it.'),
  },
  'a companion',
);

const appSchema = oneOf(['current', 'old']);

const accountSchema = mapping(
  {
    phone: phoneSchema.default({ network: 'wifi', power: 'on', 'clock-skew': '0s' }),
    companions: z
      .record(nameSchema, companionSchema, { error: notA('companions by name (a mapping)') })
      .default({})
      .describe('Companions by name; at most four are linked at a time.'),
    app: z
      .union(
        [
          appSchema,
          listSchema(
            mapping(
              {
                from: durationSchema.default('0s').describe('From this time on.'),
                use: appSchema.describe('Which app.'),
              },
              'an app with its time',
            ),
            'apps',
          ),
        ],
        { error: notA('old, current, or a list of these with times') },
      )
      .default('current')
      .describe('`old`: an app that knows of phones only; or a list of `{ from, use }`.'),
  },
  'an account',
).meta({ id: 'Account', description: 'A person: a phone and up to four companions.' });

const groupSchema = mapping(
  {
    members: listSchema(nameSchema, 'accounts')
      .max(GROUP_MEMBERS_MAX, { error: `a group has at most ${GROUP_MEMBERS_MAX} members` })
      .describe('Its members; the first one makes it and is its admin.'),
    admins: listSchema(nameSchema, 'accounts', 0)
      .default([])
      .describe('Members who are admins, too.'),
    exists: z
      .boolean({ error: notA('true or false') })
      .default(true)
      .describe('False: a `create-group` entry makes it.'),
  },
  'a group',
).meta({ id: 'Group', description: 'A group of accounts.' });

const networkSchema = mapping(
  {
    'based-on': nameSchema.default('wifi').describe('Built-in network it starts from.'),
    latency: z
      .array(durationSchema, { error: notA('a list of six durations') })
      .length(6, {
        error: 'latency takes six durations: the 0, 25, 50, 75, 95 and 100 % quantiles',
      })
      .optional()
      .describe('One-way latency: 0, 25, 50, 75, 95 and 100 % quantiles, ascending.'),
    loss: ratioSchema.optional().describe('Chance that a packet is lost.'),
    duplication: ratioSchema.optional().describe('Chance that a packet arrives twice.'),
    reordering: ratioSchema.optional().describe('Chance that a packet is overtaken.'),
    corruption: ratioSchema.optional().describe('Chance that a packet arrives damaged.'),
    'bandwidth-bytes-per-second': wholeSchema(1, 1_000_000_000).optional().describe('Bandwidth.'),
    trace: z
      .union(
        [
          textSchema(512),
          listSchema(
            mapping(
              {
                time: durationSchema.describe('From this time of the trace on.'),
                latency: durationSchema.describe('One-way latency.'),
                loss: ratioSchema.default(0).describe('Chance that a packet is lost.'),
              },
              'a row of a trace',
            ),
            'rows',
          ).max(TRACE_ROWS_MAX, { error: `a trace has at most ${TRACE_ROWS_MAX} rows` }),
        ],
        { error: notA('the name of a CSV file or a list of rows') },
      )
      .optional()
      .describe('A measured trace: a CSV file `time_ms,latency_ms,loss`, or its rows.'),
  },
  'a network',
).meta({ id: 'Network', description: 'A network described here, by its difference to another.' });

const workloadTimes = {
  from: durationSchema.default('0s').describe('Begins at this time.'),
  until: durationSchema.optional().describe('Ends at this time; the story’s end when left out.'),
};
const senders = {
  senders: listSchema(deviceSchema, 'devices').describe('Devices that write on their own.'),
  to: listSchema(partySchema, 'accounts').describe(
    'Accounts and groups they write to, drawn per message.',
  ),
  ...workloadTimes,
  'per-hour': ratioSchema.describe('Mean number of messages per sender and hour.'),
};

const workloadSchema = z
  .discriminatedUnion(
    'kind',
    [
      mapping(
        {
          id: idSchema.optional().describe('Name of the workload.'),
          kind: z.literal('conversation').describe('People take turns.'),
          between: listSchema(partySchema, 'sides', 2).describe(
            'Who talks; the first begins and may be a device, the others are accounts.',
          ),
          ...workloadTimes,
          messages: wholeSchema(1, WORKLOAD_MESSAGES_MAX).describe('How many messages in all.'),
          reply: ratioSchema.default('1/2').describe('Chance that a shown message is answered.'),
        },
        'a conversation',
      ),
      mapping(
        {
          id: idSchema.optional().describe('Name of the workload.'),
          kind: z.literal('poisson').describe('Independent senders at a constant mean rate.'),
          ...senders,
        },
        'a workload',
      ),
      mapping(
        {
          id: idSchema.optional().describe('Name of the workload.'),
          kind: z.literal('diurnal').describe('As poisson, following the hour of day.'),
          ...senders,
          'hour-weights': z
            .array(wholeSchema(0, 1_000_000), { error: notA('a list of 24 whole numbers') })
            .length(24, { error: 'hour-weights takes 24 whole numbers, one for each hour of day' })
            .optional()
            .describe('24 weights; a quiet night and two peaks when left out.'),
        },
        'a workload',
      ),
    ],
    { error: notA('a workload of a known kind') },
  )
  .meta({ id: 'Workload', description: 'Messages written by a generator instead of one by one.' });

const settingsSchema = mapping(
  {
    'placeholder-deadline': durationSchema
      .default('5m')
      .describe('A placeholder that nobody heals is reported lost after this.'),
    'doze-lateness': durationSchema
      .default('1m')
      .describe('How late the timers of a dozing device may be.'),
    'expected-list-grace': durationSchema
      .default('48h')
      .describe('How long a list may stay older than what a contact’s message said of it.'),
    'mirror-old-contacts': z
      .boolean({ error: notA('true or false') })
      .default(false)
      .describe('Whether phones pass what old contacts write on to their companions.'),
  },
  'settings',
).describe('Settings of all devices.');

const rolloutSchema = mapping(
  {
    stages: listSchema(
      mapping(
        {
          at: durationSchema.describe('When the stage begins.'),
          share: ratioSchema.describe('How many of all who can join have joined from then on.'),
        },
        'a stage such as { at: 7d, share: 10% }',
      ),
      'stages',
    ).describe('In order of time; every stage reaches more people.'),
    'relink-within': durationSchema
      .default('2h')
      .describe('Whoever joins links their companions again within this time.'),
  },
  'a rollout; write rollout: { stages: [{ at: 7d, share: 10% }] }',
);

/** The whole written form. */
export const writtenScenarioSchema = mapping(
  {
    $schema: z
      .string({ error: notA('a text') })
      .optional()
      .describe('For editors; ignored.'),
    lockstep: z
      .literal(1, { error: (issue) => `this is language version 1, not ${String(issue.input)}` })
      .describe('Version of the language.'),
    name: scenarioNameSchema.describe('Name of the scenario.'),
    summary: textSchema(400).describe('The story in one sentence.'),
    epoch: epochSchema.default(EPOCH_DEFAULT).describe('The instant of time 0, in UTC.'),
    length: durationSchema
      .optional()
      .describe('Length of the story; one minute after the last time named when left out.'),
    accounts: z
      .record(nameSchema, accountSchema, { error: notA('accounts by name (a mapping)') })
      .describe('Who takes part, by name.'),
    groups: z
      .record(nameSchema, groupSchema, { error: notA('groups by name (a mapping)') })
      .default({})
      .describe('Groups of accounts, by name.'),
    networks: z
      .record(nameSchema, networkSchema, { error: notA('networks by name (a mapping)') })
      .default({})
      .describe('Networks of this scenario, beside the built-in ones.'),
    prekeys: wholeSchema(1, PREKEYS_MAX).default(30).describe('One-time prekeys per upload.'),
    transport: oneOf(TRANSPORTS)
      .default('modelled')
      .describe('Connections by formula, or with real handshakes and sealed frames (`noise`).'),
    settings: settingsSchema.prefault({}),
    strangers: z
      .array(
        z.tuple([nameSchema, nameSchema], {
          error: 'strangers come in pairs; write strangers: [[alice, bob]]',
        }),
        { error: notA('a list of pairs of accounts') },
      )
      .default([])
      .describe('Pairs of accounts that do not hold each other’s device lists at time zero.'),
    workload: listSchema(workloadSchema, 'workloads', 0)
      .default([])
      .describe('Generated messages.'),
    timeline: listSchema(entrySchema, 'timeline entries', 0)
      .default([])
      .describe('What happens, and when.'),
    rollout: rolloutSchema
      .optional()
      .describe(
        'Accounts with an old app join the multi-device beta in stages, drawn by the seed.',
      ),
    heal: mapping(
      { for: durationSchema.default('10m').describe('Its length.') },
      'the heal phase; write heal: { for: 10m }',
    )
      .default({ for: '10m' })
      .describe('After the story: faults off, everyone on, then nothing may be outstanding.'),
    'must-fire': listSchema(z.string({ error: notA('a lever') }), 'levers', 0)
      .default([])
      .describe('Levers and marks without which this story was not told.'),
    'must-check': listSchema(z.string({ error: notA('a property id') }), 'property ids', 0)
      .default([])
      .describe('Properties that must be checked at least once.'),
    excused: listSchema(
      mapping(
        {
          words: listSchema(z.string({ error: notA('a word') }), 'words').describe(
            'Of those in `must-fire` and `must-check`.',
          ),
          architecture: oneOf(['fanout', 'relay']).describe('Where they are not demanded.'),
          why: textSchema(400).describe('The reason, for people.'),
        },
        'an excuse',
      ),
      'excuses',
      0,
    )
      .default([])
      .describe('What `must-fire` and `must-check` do not demand of one architecture.'),
    expect: listSchema(expectationSchema, 'expectations', 0)
      .default([])
      .describe('What must be true of single things.'),
    exceptions: listSchema(
      mapping(
        {
          property: z.string({ error: notA('a property id') }).describe('Id of the property.'),
          architecture: oneOf(['fanout', 'relay', 'both']).default('both').describe('Where.'),
          why: textSchema(400).describe('The reason, for people.'),
        },
        'an exception',
      ),
      'exceptions',
      0,
    )
      .default([])
      .describe('Properties that need not hold here, each with its reason.'),
    seed: textSchema(200).optional().describe('Of a counterexample: the seed it was found with.'),
    architecture: oneOf(['fanout', 'relay'])
      .optional()
      .describe('Of a counterexample, or of a story that only one architecture can tell.'),
    overrides: listSchema(
      mapping(
        {
          choice: textSchema(400).describe('Id of the choice, as the decision log prints it.'),
          value: wholeSchema(-1_000_000_000_000_000, 1_000_000_000_000_000).describe('The answer.'),
        },
        'an override',
      ),
      'overrides',
      0,
    )
      .default([])
      .describe('Of a counterexample: decisions taken away from the seed.'),
  },
  'a scenario',
);

/** What people may write (defaults left out). */
export type WrittenInput = z.input<typeof writtenScenarioSchema>;
/** The written form with its defaults. */
export type WrittenScenario = z.output<typeof writtenScenarioSchema>;
