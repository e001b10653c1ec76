/**
 * Who uses a group: its members, once it is made. Whether somebody has the right to change it is no
 * matter of the language: what comes of it shows in the run.
 */

import { devicesOfPeople, type ReferenceContext } from './check-references.ts';
import { formatDuration } from './duration.ts';
import type { Action } from './scenario.ts';
import { accountOf } from './words.ts';

/** Chats that an action names, with the device that needs them and the keys of both. */
function chatIn(
  action: Action,
): { device: string; chat: string; keys: [string, string] } | undefined {
  switch (action.kind) {
    case 'send':
    case 'send-media':
    case 'call':
      return { device: action.from, chat: action.to, keys: ['from', 'to'] };
    case 'read':
    case 'fetch-history':
      return { device: action.device, chat: action.chat, keys: ['device', 'chat'] };
    case 'change-group':
      return { device: action.by, chat: action.group, keys: ['by', 'group'] };
    case 'app-state':
      return 'chat' in action.set
        ? { device: action.device, chat: action.set.chat, keys: ['on', 'chat'] }
        : undefined;
    default:
      return undefined;
  }
}

/** Checks that whoever uses a group is in it sometime, and that the group is made by then. */
export function checkGroupUse(context: ReferenceContext): void {
  const { words, folk, timeline } = context;
  const made = new Map([...folk].map(([name, members]) => [name, Math.min(...members.values())]));
  for (const placed of timeline.entries) {
    const { action, atUs } = placed.entry;
    const at = [...placed.path, placed.key];
    const used = chatIn(action);
    const members = used && folk.get(used.chat);
    if (used === undefined || members === undefined) continue;
    const { device, chat, keys } = used;
    const account = accountOf(device);
    if (!members.has(account)) {
      const sentence = `${account} is never a member of ${chat}`;
      words.complaints.word([...at, keys[0]], device, sentence, devicesOfPeople(words, members));
    }
    const madeUs = made.get(chat) ?? 0;
    if (atUs < madeUs) {
      const sentence = `${chat} is made only at ${formatDuration(madeUs)}`;
      words.complaints.at([...at, keys[1]], sentence);
    }
    if (action.kind !== 'change-group' || action.change === 'add') continue;
    for (const [index, member] of action.members.entries()) {
      if (members.has(member) || !words.accounts.has(member)) continue;
      const here = [...at, 'members', index];
      words.complaints.word(here, member, `${member} is never a member of ${chat}`, [
        ...members.keys(),
      ]);
    }
  }
}

/** Checks that each group that does not exist from the beginning is made once, and no other. */
export function checkGroupsMade(context: ReferenceContext): void {
  const { words, timeline } = context;
  const made = new Set<string>();
  for (const placed of timeline.entries) {
    const { action } = placed.entry;
    if (action.kind !== 'create-group') continue;
    const at = [...placed.path, placed.key, 'group'];
    const group = words.groups.get(action.group);
    if (group?.existsAtStart) {
      const sentence = `${action.group} exists from the beginning; say \`exists: false\``;
      words.complaints.at(at, sentence);
    } else if (made.has(action.group)) words.complaints.at(at, `${action.group} is made twice`);
    made.add(action.group);
  }
  for (const { name, existsAtStart } of words.groups.values()) {
    if (existsAtStart || made.has(name)) continue;
    const sentence = `${name} does not exist, and no \`create-group\` makes it`;
    words.complaints.key(['groups', name], sentence);
  }
}
