/**
 * The written form of the timeline: when, and one action whose key names its kind.
 */

import { z } from 'zod';
import { TEXT_CHARACTERS_MAX, TIMELINE_MAX } from './limits.ts';
import { STANZA_FAULTS, STEAL_SCOPES } from './scenario.ts';
import { PEOPLE_ACTIONS } from './schema-people.ts';
import {
  deviceSchema,
  durationSchema,
  idSchema,
  listSchema,
  machineSchema,
  mapping,
  nameSchema,
  notA,
  oneOf,
  partySchema,
  ratioSchema,
  showRead,
  signedDurationSchema,
  textSchema,
  wholeSchema,
} from './schema-words.ts';

const forSchema = durationSchema.describe('How long it lasts.');
const restartSchema = durationSchema
  .default('5s')
  .describe('How long after the crash the device starts again.');

/** A device alone, or a mapping with more to say. */
function deviceOr<Shape extends z.core.$ZodLooseShape>(shape: Shape, what: string) {
  return z.union([deviceSchema, mapping(shape, what)], { error: notA(`a device or ${what}`) });
}

const crashShape = {
  device: deviceSchema.describe(
    'The device that dies; `server`, or `blobs` for the store of files.',
  ),
  'restart-after': restartSchema,
};

const actions = {
  send: mapping(
    {
      id: idSchema.optional().describe('Name of the message; also the id of the entry.'),
      from: machineSchema.describe('The device the message is written on, or its clone.'),
      to: partySchema.describe('The account (all its devices) or group it is written to.'),
      text: textSchema(TEXT_CHARACTERS_MAX).describe('What is said.'),
    },
    'a message',
  ).describe('Somebody writes a message.'),
  read: mapping(
    {
      device: deviceSchema.describe('The device the chat is read on.'),
      chat: partySchema.describe('The account the chat is with, or the group.'),
    },
    'a reading',
  ).describe('Somebody reads all of a chat: read receipts leave.'),
  ...PEOPLE_ACTIONS,
  link: deviceSchema.describe('A companion (`linked: false` until now) is linked by QR code.'),
  unlink: deviceOr(
    {
      companion: deviceSchema.describe('The companion that goes.'),
      by: oneOf(['phone', 'companion']).default('phone').describe('Which side ends it.'),
    },
    'an unlinking',
  ).describe('A companion is unlinked, by its phone unless `by: companion` is said.'),
  'power-off': deviceSchema.describe('The device is switched off; nothing if it is off already.'),
  'power-on': deviceSchema.describe('The device is switched on; nothing if it is on already.'),
  doze: deviceSchema.describe('The device sleeps: no connection, late timers, a push wakes it.'),
  wake: deviceSchema.describe('The device stops dozing.'),
  offline: deviceSchema.describe('Airplane mode: the device runs without a link.'),
  online: deviceSchema.describe('The link is up again.'),
  crash: deviceOr(crashShape, 'a crash').describe(
    'The device, `server` or `blobs` dies and restarts.',
  ),
  'lose-last-commit': deviceOr(crashShape, 'a crash').describe(
    'A crash that also loses the last commit.',
  ),
  'disk-full': mapping(
    { device: deviceSchema.describe('The device whose disk is full.'), for: forSchema },
    'a full disk',
  ).describe('Commits of the device are refused for a while.'),
  'restore-snapshot': mapping(
    {
      device: deviceSchema.describe('The device that comes back with an old Store.'),
      from: durationSchema.describe('When the backup was made, since the epoch.'),
      'restart-after': restartSchema,
    },
    'a restored backup',
  ).describe('The device dies and comes back as it was at an earlier time.'),
  clone: mapping(
    {
      device: deviceSchema.describe('The device whose Store is copied to a second machine.'),
      for: forSchema,
      from: durationSchema.optional().describe('A copy as of this time; of the present without.'),
    },
    'a clone',
  ).describe('A second machine, DEVICE~clone, runs beside the device and is then switched off.'),
  steal: deviceOr(
    {
      device: deviceSchema.describe('The device whose Store is copied.'),
      scope: listSchema(oneOf(STEAL_SCOPES), 'parts of a Store')
        .optional()
        .describe('`keys`, `messages` (the database of what was written), or both, as without it.'),
    },
    'a theft',
  ).describe('An adversary who records the whole wire copies the Store; its owner sees nothing.'),
  'damage-record': deviceOr(
    {
      device: deviceSchema.describe('The device whose disk is damaged.'),
      collection: z
        .string({ error: notA('the name of a collection such as session') })
        .regex(/^[a-z0-9@:._|/-]{1,96}$/, { error: notA('a collection such as session') })
        .optional()
        .describe('Of which collection, or its name up to a `/`; any when left out.'),
      'restart-after': restartSchema,
    },
    'a damaged record',
  ).describe('A crash after which one record of the Store is damaged and gone.'),
  partition: mapping(
    {
      sides: z
        .tuple([listSchema(partySchema, 'devices'), listSchema(partySchema, 'devices')], {
          error: 'a partition has two sides; write sides: [[bob.phone], [server]]',
        })
        .describe(
          'Two lists of devices, accounts, `server` or `blobs` that cannot reach each other; ' +
            '`server` is the files as well where `blobs` is not named.',
        ),
      direction: oneOf(['both', 'one-way'])
        .default('both')
        .describe('`one-way` cuts only what flows from the first side to the second.'),
      for: forSchema,
    },
    'a partition',
  ).describe('The network falls in two for a while.'),
  flap: mapping(
    {
      device: deviceSchema.describe('The device whose link flaps.'),
      for: forSchema,
      down: durationSchema.describe('How long the link is down each time.'),
      up: durationSchema.describe('How long it is up in between.'),
    },
    'a flapping link',
  ).describe('A link goes down and up in turn, down first.'),
  network: mapping(
    {
      device: deviceSchema.describe('The device that changes its network.'),
      use: nameSchema.describe('The network in force from now on.'),
    },
    'a change of network',
  ).describe('A device moves to another network.'),
  clock: mapping(
    {
      device: deviceSchema.describe('The device whose clock is set.'),
      skew: signedDurationSchema.describe('Its clock minus true time from now on.'),
    },
    'a clock step',
  ).describe('A clock is set wrong, or right again with `0s`.'),
  'stanza-fault': mapping(
    {
      fault: oneOf(STANZA_FAULTS).describe('What happens to each stanza that is hit.'),
      device: deviceSchema.describe('The device between which and the server it happens.'),
      direction: oneOf(['to-device', 'to-server']).describe('Which way the stanzas travel.'),
      stanza: z
        .string({ error: notA('a kind of stanza such as message or receipt:retry') })
        .regex(/^[A-Za-z0-9:_-]{0,64}$/, { error: notA('a kind such as message or receipt:retry') })
        .default('')
        .describe(
          'The kind as traces name it (`receipt:retry`), or its beginning up to a colon ' +
            '(`receipt`); all when left out.',
        ),
      for: forSchema,
      chance: ratioSchema.default(1).describe('How often a stanza is hit.'),
      delay: durationSchema
        .default('0s')
        .describe('`withhold`: how long it is kept; `replay`: how much later the copy comes.'),
    },
    'a stanza fault',
  ).describe('Whole stanzas are dropped, doubled, swapped, withheld or replayed.'),
};

/** The keys that name an action, in the order the documentation tells them. */
export const ACTION_KEYS = Object.keys(actions) as readonly (keyof typeof actions)[];

const when = {
  id: idSchema.optional().describe('Name of the entry; derived from its place when left out.'),
  at: durationSchema.optional().describe('Time since the epoch.'),
  after: idSchema.optional().describe('Id of an earlier entry this one follows.'),
  by: durationSchema.optional().describe('How long after `after`; at once when left out.'),
  every: durationSchema.optional().describe('Repeats at this distance; with `until` or `times`.'),
  until: durationSchema.optional().describe('The last time at which it may repeat.'),
  times: wholeSchema(1, TIMELINE_MAX).optional().describe('How often in all.'),
};

const optionalActions = Object.fromEntries(
  Object.entries(actions).map(([key, schema]) => [key, schema.optional()]),
) as { [Key in keyof typeof actions]: z.ZodOptional<(typeof actions)[Key]> };

/** One entry of the timeline: when, and one action; or `wait` alone. */
export const entrySchema = z
  .strictObject(
    {
      ...when,
      wait: durationSchema
        .optional()
        .describe('Stands alone: moves the time of the entries behind it that name none.'),
      ...optionalActions,
    },
    { error: (issue) => `${showRead(issue.input)} is not a timeline entry (a mapping)` },
  )
  .meta({
    id: 'TimelineEntry',
    description: 'One thing that happens; the key of the action names its kind.',
    oneOf: ['wait', ...ACTION_KEYS].map((key) => ({ required: [key] })),
  });

/** A timeline entry as written and checked for shape, defaults filled in. */
export type WrittenEntry = z.output<typeof entrySchema>;
