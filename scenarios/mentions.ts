/**
 * What an action names: devices, accounts, groups and other entries. For whoever takes things out
 * of a scenario (shrinking, generating) and must take out what names them, too.
 */

import { deviceOfMachine } from './machines.ts';
import type { Action, AppStateSetting } from './scenario.ts';

/** The names in one action. */
export interface Mentions {
  /** Devices that do it: they must be linked at that time. */
  readonly actors: readonly string[];
  /** Devices, accounts, groups and `server`, the actors included. */
  readonly names: readonly string[];
  /** Ids of messages and calls that must have happened before. */
  readonly entries: readonly string[];
}

function mentions(
  actors: readonly string[],
  others: readonly string[] = [],
  entries: readonly string[] = [],
): Mentions {
  return { actors, names: [...actors, ...others], entries };
}

function ofSetting(device: string, set: AppStateSetting): Mentions {
  if ('message' in set) return mentions([device], [], [set.message]);
  if ('chat' in set) return mentions([device], [set.chat]);
  return mentions([device], set.kind === 'contact' ? [set.contact] : []);
}

/** Everything that an action names. */
export function mentionsOf(action: Action): Mentions {
  switch (action.kind) {
    case 'send':
      return mentions([deviceOfMachine(action.from)], [action.to]);
    case 'send-media':
    case 'call':
      return mentions([action.from], [action.to]);
    case 'read':
    case 'fetch-history':
      return mentions([action.device], [action.chat]);
    case 'fetch-media':
      return mentions([action.device], [], [action.message]);
    case 'create-group':
      return mentions([action.by], [action.group]);
    case 'change-group':
      return mentions([action.by], [action.group, ...action.members]);
    case 'app-state':
      return ofSetting(action.device, action.set);
    case 'answer':
    case 'reject':
    case 'hang-up':
      return mentions([action.on], [], [action.call]);
    case 'verify':
      return mentions([action.by, action.with]);
    case 'drain-prekeys':
      return mentions([action.by], [action.of]);
    case 're-register':
      return mentions([], [action.phone]);
    case 'upgrade':
    case 'leave-beta':
      return mentions([], [action.account]);
    case 'link':
      return mentions([], [action.companion]);
    case 'unlink':
      return mentions([action.companion]);
    case 'steal':
      return mentions([action.device]);
    case 'partition':
      return mentions([], action.sides.flat());
    default:
      return mentions([], [action.device]);
  }
}
