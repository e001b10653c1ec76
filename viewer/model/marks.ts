/**
 * How events are drawn: shape and tone say the same thing, so that nobody needs colours. Weight
 * decides what is left out first: 0 is never drawn by itself, 3 is always drawn.
 */

import { KIND_CODES } from '../reader/event-kinds.ts';

export type MarkShape =
  | 'none'
  | 'dot'
  | 'ring'
  | 'square'
  | 'cross'
  | 'triangle'
  | 'flag'
  | 'bar'
  | 'tick';
export type MarkTone = 'ink' | 'quiet' | 'good' | 'bad' | 'alarm' | 'act';

export interface Mark {
  readonly shape: MarkShape;
  readonly tone: MarkTone;
  readonly weight: 0 | 1 | 2 | 3;
}

/** Marks by name, with their words for the legend. */
export const LEGEND: readonly (readonly [mark: Mark, words: string])[] = [
  [{ shape: 'square', tone: 'act', weight: 2 }, 'a message is written'],
  [{ shape: 'dot', tone: 'good', weight: 2 }, 'a message is shown'],
  [{ shape: 'ring', tone: 'good', weight: 1 }, 'a message is marked as read'],
  [{ shape: 'cross', tone: 'bad', weight: 3 }, 'a crash, or a message is given up'],
  [{ shape: 'triangle', tone: 'alarm', weight: 3 }, 'a security notice'],
  [{ shape: 'flag', tone: 'act', weight: 3 }, 'devices are linked or unlinked, accounts change'],
  [{ shape: 'tick', tone: 'quiet', weight: 1 }, 'trouble of the network, or another note'],
];

const NONE: Mark = { shape: 'none', tone: 'quiet', weight: 0 };
const WRITTEN: Mark = { shape: 'square', tone: 'act', weight: 2 };
const SHOWN: Mark = { shape: 'dot', tone: 'good', weight: 2 };
const READ: Mark = { shape: 'ring', tone: 'good', weight: 1 };
const WORST: Mark = { shape: 'cross', tone: 'bad', weight: 3 };
const ALARM: Mark = { shape: 'triangle', tone: 'alarm', weight: 3 };
const CHANGE: Mark = { shape: 'flag', tone: 'act', weight: 3 };
const NOTE: Mark = { shape: 'tick', tone: 'quiet', weight: 1 };

const ALARMS = new Set([
  'alarm',
  'identity-alarm',
  'consistency-alarm',
  'rollback-noticed',
  'stolen',
]);
const CHANGES = new Set([
  ...['link', 'unlink', 're-registration', 'app-upgraded', 'app-left-beta', 'page-reloaded'],
  ...['link-failed', 'member-added', 'member-removed', 'group-created', 'store-cloned'],
  ...['snapshot-restored', 'last-commit-lost', 'record-damaged', 'disk-full'],
]);

/** How an event of a kind and detail is drawn. */
export function markOf(kind: number, detail: string): Mark {
  switch (kind) {
    case KIND_CODES.commit:
      return markOfCommit(detail);
    case KIND_CODES.crash:
    case KIND_CODES['commit-refused']:
      return WORST;
    case KIND_CODES.lever:
      if (detail === 'crash') return NONE;
      if (ALARMS.has(detail)) return ALARM;
      return CHANGES.has(detail) ? CHANGE : NOTE;
    case KIND_CODES.emit:
      return NOTE;
    case KIND_CODES.phase:
      return CHANGE;
    case KIND_CODES.intent:
      return detail === 'given' ? NONE : WORST;
    case 0:
      return NOTE;
    default:
      return NONE;
  }
}

function markOfCommit(detail: string): Mark {
  switch (detail) {
    case 'writes':
    case 'seals':
      return WRITTEN;
    case 'shows':
      return SHOWN;
    case 'reads':
      return READ;
    case 'gives up':
      return WORST;
    default:
      return NONE;
  }
}

/** What frames are for; people choose which to see. */
export const FRAME_CLASSES = ['message', 'receipt', 'call', 'sync', 'plumbing'] as const;
export type FrameClass = (typeof FRAME_CLASSES)[number];

/** The class of a stanza's kind. */
export function frameClassOf(label: string): FrameClass {
  const word = label.split(':')[0] ?? '';
  switch (word) {
    case 'message':
      return 'message';
    case 'receipt':
      return 'receipt';
    case 'call':
      return 'call';
    case 'notification':
    case 'query':
    case 'action':
    case 'media':
    case 'blob':
      return 'sync';
    default:
      return 'plumbing';
  }
}
