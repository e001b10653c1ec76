/**
 * One action of the timeline back in its written form: the key that names its kind, and the value
 * under it, written out in full.
 */

import { formatDuration } from './duration.ts';
import { formatRatio } from './ratio.ts';
import type { Action, AppStateSetting, Ratio } from './scenario.ts';
import { formatSize } from './sizes.ts';

/** What a line of YAML is made of, keys in the order in which they are written. */
export type Line = Readonly<Record<string, unknown>>;

/** A ratio as a number where its decimals are exact, else as text. */
export function writeRatio(ratio: Ratio): number | string {
  const text = formatRatio(ratio);
  return text.includes('/') ? text : Number(text);
}

/** The key of an action and its value, as one property of an entry. */
export function writeAction(action: Action): Line {
  switch (action.kind) {
    case 'change-group':
      return writeGroupChange(action);
    case 'app-state':
      return writeAppState(action.device, action.set);
    default:
      return { [action.kind]: writeValue(action) };
  }
}

function writeGroupChange(action: Extract<Action, { kind: 'change-group' }>): Line {
  const { group, members, by } = action;
  switch (action.change) {
    case 'leave':
      return { 'leave-group': { group, by } };
    case 'add':
    case 'remove':
      return { [`${action.change}-member`]: { group, members, by } };
    default:
      return { [action.change]: { group, members, by } };
  }
}

function writeAppState(on: string, set: AppStateSetting): Line {
  switch (set.kind) {
    case 'star':
      return { [set.value ? 'star' : 'unstar']: { on, message: set.message } };
    case 'delete-message':
      return { 'delete-message': { on, message: set.message } };
    case 'mute': {
      const lasts = set.forUs === 0 ? {} : { for: formatDuration(set.forUs) };
      return { [set.value ? 'mute' : 'unmute']: { on, chat: set.chat, ...lasts } };
    }
    case 'pin':
    case 'archive':
      return { [set.value ? set.kind : `un${set.kind}`]: { on, chat: set.chat } };
    case 'mark-read':
      return { [set.value ? 'mark-read' : 'mark-unread']: { on, chat: set.chat } };
    case 'contact':
      return { 'name-contact': { on, contact: set.contact, name: set.name } };
    case 'push-name':
      return { 'push-name': { on, name: set.name } };
    default:
      return { [set.kind]: { on, chat: set.chat } };
  }
}

type Plain = Exclude<Action, { kind: 'change-group' | 'app-state' }>;

/** The value of an action whose key is its kind. */
function writeValue(action: Plain): unknown {
  switch (action.kind) {
    case 'send':
      return { from: action.from, to: action.to, text: action.text };
    case 'send-media':
      return writeMedia(action);
    case 'fetch-media':
      return { device: action.device, message: action.message };
    case 'read':
    case 'fetch-history':
      return { device: action.device, chat: action.chat };
    case 'create-group':
      return { group: action.group, by: action.by };
    case 'call':
      return { from: action.from, to: action.to, video: action.isVideo };
    case 'answer':
    case 'reject':
    case 'hang-up':
      return { call: action.call, on: action.on };
    case 'verify':
      return { by: action.by, with: action.with };
    case 'drain-prekeys':
      return { by: action.by, of: action.of, times: action.times };
    case 're-register':
      return action.phone;
    case 'upgrade':
    case 'leave-beta':
      return action.account;
    case 'link':
      return action.companion;
    case 'unlink':
      return { companion: action.companion, by: action.by };
    default:
      return writeTrouble(action);
  }
}

function writeMedia(action: Extract<Action, { kind: 'send-media' }>): Line {
  const { from, to, media, sizeBytes, caption } = action;
  const base = { from, to, media, size: formatSize(sizeBytes) };
  return caption === '' ? base : { ...base, caption };
}

type Trouble = Extract<
  Plain,
  {
    kind:
      | 'power-off'
      | 'power-on'
      | 'doze'
      | 'wake'
      | 'offline'
      | 'online'
      | 'crash'
      | 'lose-last-commit'
      | 'disk-full'
      | 'restore-snapshot'
      | 'clone'
      | 'steal'
      | 'damage-record'
      | 'partition'
      | 'flap'
      | 'network'
      | 'clock'
      | 'stanza-fault';
  }
>;

function writeTrouble(action: Trouble): unknown {
  switch (action.kind) {
    case 'crash':
    case 'lose-last-commit':
      return { device: action.device, 'restart-after': formatDuration(action.restartAfterUs) };
    case 'disk-full':
      return { device: action.device, for: formatDuration(action.forUs) };
    case 'restore-snapshot':
    case 'clone':
    case 'steal':
    case 'damage-record':
      return writeStorageFault(action);
    case 'partition':
      return {
        sides: action.sides,
        direction: action.direction,
        for: formatDuration(action.forUs),
      };
    case 'flap':
      return {
        device: action.device,
        for: formatDuration(action.forUs),
        down: formatDuration(action.downUs),
        up: formatDuration(action.upUs),
      };
    case 'network':
      return { device: action.device, use: action.network };
    case 'clock':
      return { device: action.device, skew: formatDuration(action.skewUs) };
    case 'stanza-fault':
      return writeStanzaFault(action);
    default:
      return action.device;
  }
}

function writeStorageFault(
  action: Extract<Action, { kind: 'restore-snapshot' | 'clone' | 'steal' | 'damage-record' }>,
): Line {
  const { device } = action;
  switch (action.kind) {
    case 'restore-snapshot': {
      const from = formatDuration(action.fromUs);
      return { device, from, 'restart-after': formatDuration(action.restartAfterUs) };
    }
    case 'clone': {
      const from = action.fromUs === undefined ? {} : { from: formatDuration(action.fromUs) };
      return { device, for: formatDuration(action.forUs), ...from };
    }
    case 'steal':
      return { device, scope: action.scope };
    case 'damage-record': {
      const of = action.collection === undefined ? {} : { collection: action.collection };
      return { device, ...of, 'restart-after': formatDuration(action.restartAfterUs) };
    }
  }
}

function writeStanzaFault(action: Extract<Action, { kind: 'stanza-fault' }>): Line {
  return {
    fault: action.fault,
    device: action.device,
    direction: action.direction,
    ...(action.stanza === '' ? {} : { stanza: action.stanza }),
    for: formatDuration(action.forUs),
    chance: writeRatio(action.chance),
    ...(action.delayUs === 0 ? {} : { delay: formatDuration(action.delayUs) }),
  };
}
