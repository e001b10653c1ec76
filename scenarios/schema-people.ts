/**
 * The written form of what people do beside writing texts: files, groups, settings that all devices
 * of an account share, calls, security codes, new phones and new apps.
 */

import { z } from 'zod';
import {
  DRAIN_TIMES,
  DRAIN_TIMES_MAX,
  GROUP_MEMBERS_MAX,
  NAME_CHARACTERS_MAX,
  TEXT_CHARACTERS_MAX,
} from './limits.ts';
import { MEDIA_KINDS } from './scenario.ts';
import {
  deviceSchema,
  durationSchema,
  idSchema,
  listSchema,
  mapping,
  nameSchema,
  notA,
  oneOf,
  partySchema,
  sizeSchema,
  textSchema,
  wholeSchema,
} from './schema-words.ts';

const ofMessage = idSchema.describe('Id of an earlier entry that sends.');
const ofChat = partySchema.describe('The account the chat is with, or the group.');
const onDevice = deviceSchema.describe('The device it is done on.');
const ofGroup = nameSchema.describe('The group.');
const byAdmin = deviceSchema.describe('The device it is done on; an admin’s, or it is refused.');

const media = {
  'send-media': mapping(
    {
      id: idSchema.optional().describe('Name of the message; also the id of the entry.'),
      from: deviceSchema.describe('The device the file is sent from.'),
      to: partySchema.describe('The account or group it is sent to.'),
      media: oneOf(MEDIA_KINDS).describe('What kind of file it is.'),
      size: sizeSchema.default('200kB').describe('Its size; the bytes are drawn.'),
      caption: z
        .string({ error: notA('a text') })
        .max(TEXT_CHARACTERS_MAX, { error: 'this caption is too long' })
        .default('')
        .describe('What is said with it.'),
    },
    'a message with a file',
  ).describe('Somebody sends a file: encrypted, uploaded once, its key sent as a message.'),
  'fetch-media': mapping(
    {
      device: deviceSchema.describe('The device that shows the message.'),
      message: idSchema.describe('Id of an earlier `send-media`.'),
    },
    'a download',
  ).describe('Somebody opens a file that was not fetched yet.'),
  'fetch-history': mapping(
    { device: deviceSchema.describe('The companion that asks.'), chat: ofChat },
    'a request for history',
  ).describe('A companion asks its phone for older messages of a chat.'),
};

const changeShape = {
  group: ofGroup,
  members: listSchema(nameSchema, 'accounts')
    .max(GROUP_MEMBERS_MAX, { error: `a group has at most ${GROUP_MEMBERS_MAX} members` })
    .describe('Who is meant.'),
  by: byAdmin,
};

const groups = {
  'create-group': mapping(
    { group: ofGroup, by: deviceSchema.describe('A device of the group’s first member.') },
    'the making of a group',
  ).describe('A group described under `groups` with `exists: false` is made.'),
  'add-member': mapping(changeShape, 'an addition').describe('Accounts come into a group.'),
  'remove-member': mapping(changeShape, 'a removal').describe('Accounts are put out of a group.'),
  'leave-group': mapping(
    { group: ofGroup, by: deviceSchema.describe('A device of the account that goes.') },
    'a leave',
  ).describe('An account leaves a group.'),
  promote: mapping(changeShape, 'a promotion').describe('Members become admins.'),
  demote: mapping(changeShape, 'a demotion').describe('Admins become plain members.'),
};

const onMessage = { on: onDevice, message: ofMessage };
const onChat = { on: onDevice, chat: ofChat };
const named = textSchema(NAME_CHARACTERS_MAX).describe('The name.');

const appState = {
  star: mapping(onMessage, 'a star').describe('A message gets a star.'),
  unstar: mapping(onMessage, 'a star').describe('A message loses its star.'),
  'delete-message': mapping(onMessage, 'a deletion').describe(
    'A message is deleted on all devices of the account, on nobody else’s.',
  ),
  mute: mapping(
    { ...onChat, for: durationSchema.optional().describe('How long; for ever when left out.') },
    'a muting',
  ).describe('A chat is muted.'),
  unmute: mapping(onChat, 'a muting').describe('A chat is heard again.'),
  pin: mapping(onChat, 'a pin').describe('A chat is pinned to the top.'),
  unpin: mapping(onChat, 'a pin').describe('A chat is pinned no longer.'),
  archive: mapping(onChat, 'an archiving').describe('A chat is put into the archive.'),
  unarchive: mapping(onChat, 'an archiving').describe('A chat is taken out of the archive.'),
  'mark-read': mapping(onChat, 'a mark').describe('A chat is marked read, without receipts.'),
  'mark-unread': mapping(onChat, 'a mark').describe('A chat is marked unread.'),
  'clear-chat': mapping(onChat, 'a clearing').describe('The messages of a chat are deleted.'),
  'delete-chat': mapping(onChat, 'a deletion').describe('A chat is deleted with its messages.'),
  'name-contact': mapping(
    { on: onDevice, contact: nameSchema.describe('The account.'), name: named },
    'the name of a contact',
  ).describe('A contact is given a name in the address book.'),
  'push-name': mapping({ on: onDevice, name: named }, 'a name').describe(
    'Somebody gives themselves another name.',
  ),
};

const onCall = { call: idSchema.describe('Id of an earlier `call`.'), on: onDevice };

const calls = {
  call: mapping(
    {
      id: idSchema.optional().describe('Name of the call; also the id of the entry.'),
      from: deviceSchema.describe('The device that calls.'),
      to: partySchema.describe('The account or group that is called.'),
      video: z
        .boolean({ error: notA('true or false') })
        .default(false)
        .describe('Whether it is a video call.'),
    },
    'a call',
  ).describe('Somebody calls: every device of the callee rings.'),
  answer: mapping(onCall, 'an answer').describe('Somebody takes a call; the first one gets it.'),
  reject: mapping(onCall, 'a rejection').describe('Somebody refuses a call.'),
  'hang-up': mapping(onCall, 'a hanging up').describe('Somebody ends a call.'),
};

const trust = {
  verify: mapping(
    {
      by: deviceSchema.describe('The device that scans.'),
      with: deviceSchema.describe('The device of somebody else that shows its code.'),
    },
    'a comparison',
  ).describe('Two people compare their security codes.'),
  'drain-prekeys': mapping(
    {
      by: deviceSchema.describe('The device whose app does it.'),
      of: nameSchema.describe('The account whose prekeys are asked for, of each device.'),
      times: wholeSchema(1, DRAIN_TIMES_MAX)
        .default(DRAIN_TIMES)
        .describe('How often each device is asked for, one question after the other at once.'),
    },
    'an attack on prekeys',
  ).describe('An app with other intentions fetches prekeys of somebody, and writes to nobody.'),
  're-register': deviceSchema.describe('The phone is set up anew: new keys, companions unlinked.'),
  upgrade: nameSchema.describe('The app of an account (`app: old`) learns of several devices.'),
  'leave-beta': nameSchema.describe(
    'The account gives several devices up again: companions are unlinked, its app is an old one.',
  ),
};

/** What people do, by the key that names it. */
export const PEOPLE_ACTIONS = { ...media, ...groups, ...appState, ...calls, ...trust };
