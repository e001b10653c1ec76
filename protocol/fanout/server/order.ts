/**
 * The order of a device's stanzas with ciphertext (contract 2): it numbers them, the server takes
 * them without a gap and echoes the highest at the next login, where it betrays an old Store.
 * Assumption: the attribute `sent` is ours; what the real server does after a gap is not public.
 */

import type { DeviceJid, LinkedRecord } from '../../contract.ts';
import { attribute, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { volatileOf } from './connections.ts';
import type { SeenRecord } from './records.ts';

/**
 * Whether the stanza is the sender's next. After a gap it is not: a stanza was lost on the way, so
 * the connection ends and the device sends everything again in order, as it would when a frame of
 * the encrypted transport is missing.
 */
export function isInOrder(step: Step, sender: LinkedRecord, stanza: WireNode): boolean {
  const { device } = sender;
  if (isNext(step, device, Number(attribute(stanza, 'sent') ?? '0'))) return true;
  const id = attribute(stanza, 'id') ?? '';
  step.emit('gap', `a stanza of ${device} before ${id} is missing`, { device });
  const online = volatileOf(step.store).online.get(device);
  if (online !== undefined) step.close(online.connection);
  return false;
}

/** Devices that do not count (0) are taken as they come. */
function isNext(step: Step, device: DeviceJid, sent: number): boolean {
  const seen = step.get<SeenRecord>('seen', device);
  const highest = seen?.sent ?? 0;
  if (!Number.isSafeInteger(sent) || sent <= highest) return true;
  if (sent > highest + 1) return false;
  const record: SeenRecord = { kind: 'seen', login: seen?.login ?? 0, last: seen?.last, sent };
  step.tx.put('seen', device, record);
  return true;
}
