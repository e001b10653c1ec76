/** How the server speaks to browsers and, about them, to phones. */

import type { DeviceJid, UserJid } from '../../contract.ts';
import { type ServerConnection, volatileOf } from '../../fanout/server/connections.ts';
import { linkedDevice } from '../../fanout/server/records.ts';
import type { Step } from '../../fanout/step.ts';
import { node } from '../../wire/node.ts';
import { textFrame } from '../wire/frames.ts';
import type { WebConnection } from './records.ts';

/** The tag of what the server says unasked. */
const UNASKED = 's1';

/** The label of a text: its kind, and an id that names browser and tag. */
function labelOf(web: WebConnection, kind: string, tag: string) {
  return { kind: `web:${kind}`, id: `@${web.device}/${tag}` };
}

/** Says a text to a browser; under `s1` when it was not asked for. */
export function say(
  step: Step,
  web: WebConnection,
  kind: string,
  text: string,
  tag = UNASKED,
): void {
  step.sendBytes(web.connection, textFrame(tag, text), labelOf(web, kind, tag));
}

/** The connection of an account's phone, while it takes its queue. */
export function phoneOf(step: Step, user: UserJid): ServerConnection | undefined {
  const online = volatileOf(step.store).online.get(user);
  return online?.phase === 'active' ? online : undefined;
}

/** Says something about a browser to its phone, if that is there. */
export function tellPhone(
  step: Step,
  user: UserJid,
  type: string,
  browser: DeviceJid,
  tag: string,
  payload?: Uint8Array,
): void {
  const phone = phoneOf(step, user);
  if (phone === undefined) return;
  const id = `${browser}/${tag}`;
  step.send(phone.connection, node('relay', { type, id, browser, tag }, payload));
}

/** The phone is needed and is not there (specification 11.5). */
export function wakePhone(step: Step, user: UserJid): void {
  const linked = linkedDevice(step, user);
  if (linked !== undefined) step.push(linked.transportKey);
}
