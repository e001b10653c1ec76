/**
 * The written form of expectations: one fact, whose key names its kind, and the devices it is
 * expected of.
 */

import { z } from 'zod';
import { CALL_OUTCOMES } from './scenario.ts';
import {
  durationSchema,
  idSchema,
  listSchema,
  mapping,
  nameSchema,
  notA,
  oneOf,
  partySchema,
  textSchema,
} from './schema-words.ts';

const facts = {
  shown: idSchema.describe('Id of a message: it is shown.'),
  'not-shown': idSchema.describe('Id of a message: it is never shown.'),
  fetched: idSchema.describe('Id of a `send-media`: its file is there.'),
  starred: idSchema.describe('Id of a message: it has a star at the end.'),
  deleted: idSchema.describe('Id of a message: it is deleted at the end.'),
  muted: nameSchema.describe('A chat: it is muted at the end.'),
  pinned: nameSchema.describe('A chat: it is pinned at the end.'),
  archived: nameSchema.describe('A chat: it is in the archive at the end.'),
  read: nameSchema.describe('A chat: everything in it is read at the end.'),
  call: idSchema.describe('Id of a `call`: how it ended, with `outcome`.'),
  verified: nameSchema.describe('An account: its security code was compared and is the same.'),
  alarm: nameSchema.describe('An account: the device warned of its keys.'),
  refused: idSchema.describe('Id of an entry: the device did not take it.'),
};

/** The keys that name a fact, in the order the documentation tells them. */
export const FACT_KEYS = Object.keys(facts) as readonly (keyof typeof facts)[];

const optionalFacts = Object.fromEntries(
  Object.entries(facts).map(([key, schema]) => [key, schema.optional()]),
) as { [Key in keyof typeof facts]: z.ZodOptional<(typeof facts)[Key]> };

/** One expectation as written. */
export const expectationSchema = mapping(
  {
    ...optionalFacts,
    outcome: oneOf(CALL_OUTCOMES).optional().describe('Of `call`: what the call log says.'),
    value: z
      .boolean({ error: notA('true or false') })
      .optional()
      .describe('Of a state or `verified`: false expects that it is not so.'),
    on: listSchema(partySchema, 'devices').describe('Devices, or accounts for all their devices.'),
    within: durationSchema.optional().describe('Of `shown`: latest time after the send.'),
    after: durationSchema.optional().describe('Of `shown`: not before this time.'),
    except: mapping(
      {
        relay: textSchema(400).optional().describe('Why the relay architecture need not.'),
        fanout: textSchema(400).optional().describe('Why the fanout architecture need not.'),
      },
      'reasons by architecture',
    )
      .default({})
      .describe('Architectures in which it is not expected, with the reason.'),
  },
  'an expectation',
).meta({
  id: 'Expectation',
  description: 'What must be true of one thing; the key of the fact names it.',
  oneOf: FACT_KEYS.map((key) => ({ required: [key] })),
});

/** An expectation as written and checked for shape. */
export type WrittenExpectation = z.output<typeof expectationSchema>;
