/**
 * What people mean to do in a run, known before it begins: the workload and the timeline's entries
 * that ask something of a device. Every architecture faces the same list, which is what
 * `fingerprint.ts` proves. Whatever becomes of an act, it stands in the list: what was not
 * completed is counted, never dropped (contract 7).
 */

import type { Action, TimelineEntry } from '../../../scenarios/scenario.ts';
import type { Intent } from '../../world/intents.ts';

/** Kinds of acts, by what proves that one is complete (`acts.ts`). */
export type ActKind =
  | 'message'
  | 'read'
  | 'setting'
  | 'call'
  | 'answer'
  | 'group'
  | 'link'
  | 'unlink'
  | 'fetch-media'
  | 'fetch-history';

/** One thing a person means to do. */
export interface PlannedAct {
  /** Id of the intent or the timeline entry; of the input as well. */
  readonly id: string;
  readonly kind: ActKind;
  /** Device that the person acts on. */
  readonly device: string;
  /** Account or group it is about, another device, a message or a call; empty for none. */
  readonly about: string;
  /** Virtual time; -1 when what it answers triggers it. */
  readonly atUs: number;
  /** Absent in the workload. */
  readonly action?: Action;
}

/** Acts of the workload first, then those of the timeline. */
export function plannedActs(
  intents: readonly Intent[],
  entries: readonly TimelineEntry[],
  phoneOf: (account: string) => string,
): readonly PlannedAct[] {
  const acts = intents.map(({ id, device, to, atUs }): PlannedAct => {
    return { id, kind: 'message', device, about: to, atUs };
  });
  for (const { id, atUs, action } of entries) {
    const asked = askedOf(action, phoneOf);
    if (asked !== undefined) acts.push({ id, atUs, action, ...asked });
  }
  return acts;
}

type Asked = Pick<PlannedAct, 'kind' | 'device' | 'about'>;

/**
 * Undefined for what no person asks of a device, and for acts whose end no public record tells:
 * hanging up, rejecting, comparing codes, setting a phone up anew, updating an app.
 */
function askedOf(action: Action, phoneOf: (account: string) => string): Asked | undefined {
  switch (action.kind) {
    case 'send':
    case 'send-media':
      return { kind: 'message', device: action.from, about: action.to };
    case 'read':
      return { kind: 'read', device: action.device, about: action.chat };
    case 'app-state':
      return { kind: 'setting', device: action.device, about: action.set.kind };
    case 'call':
      return { kind: 'call', device: action.from, about: action.to };
    case 'answer':
      return { kind: 'answer', device: action.on, about: action.call };
    case 'create-group':
    case 'change-group':
      return { kind: 'group', device: action.by, about: action.group };
    case 'link':
      return { kind: 'link', device: action.companion, about: action.companion };
    case 'unlink': {
      const { companion, by } = action;
      const account = companion.slice(0, companion.indexOf('.'));
      const device = by === 'companion' ? companion : phoneOf(account);
      return { kind: 'unlink', device, about: companion };
    }
    case 'fetch-media':
      return { kind: 'fetch-media', device: action.device, about: action.message };
    case 'fetch-history':
      return { kind: 'fetch-history', device: action.device, about: action.chat };
    default:
      return undefined;
  }
}
