/** How a browser speaks to the server, and through it, sealed, to its phone. */

import type { Step } from '../../fanout/step.ts';
import type { WireNode } from '../../wire/node.ts';
import { binaryFrame, textFrame } from '../wire/frames.ts';
import { metricName } from '../wire/metrics.ts';
import { CHANNEL_IV_BYTES, seal } from '../wire/sealed.ts';
import { type ChannelRecord, nextTag, SELF, stateOf } from './records.ts';

/** Says a text to the server. */
export function say(step: Step, kind: string, text: string, tag = nextTag(step)): void {
  const { connection } = stateOf(step.store);
  if (connection === undefined) return;
  step.sendBytes(connection, textFrame(tag, text), { kind: `web:${kind}`, id: `@${tag}` });
}

/** Says something to the phone; answers the tag. Draws secret `relay-iv` (16). */
export function sayToPhone(
  step: Step,
  metric: number,
  flag: number,
  word: WireNode,
): string | undefined {
  const { connection } = stateOf(step.store);
  const keys = step.get<ChannelRecord>('channel', SELF);
  if (connection === undefined || keys === undefined) return undefined;
  const tag = nextTag(step);
  const iv = step.context.secrets.bytes('relay-iv', CHANNEL_IV_BYTES);
  const payload = seal(keys, iv, word, step.context.crypto);
  const label = { kind: `web:${metricName(metric)}`, id: `@${tag}` };
  step.sendBytes(connection, binaryFrame(tag, metric, flag, payload), label);
  return tag;
}
