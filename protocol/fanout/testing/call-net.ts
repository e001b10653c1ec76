/** What tests of calls ask of a small net. */

import type { CallRecord } from '../../contract.ts';
import { SmallNet } from './small-net.ts';

/** Two accounts with two devices each. */
export function callNet(): SmallNet {
  return new SmallNet({ alice: ['laptop'], bob: ['web'] });
}

/** Three accounts in one group, `team`; bob has two devices. */
export function groupCallNet(): SmallNet {
  const team = ['alice', 'bob', 'carol'];
  return new SmallNet({ alice: [], bob: ['web'], carol: [] }, [], { team });
}

export function callsOn(net: SmallNet, name: string): CallRecord[] {
  return [...net.member(name).store.collection('call').values()] as CallRecord[];
}

export function lastCall(net: SmallNet, name: string): CallRecord {
  const record = callsOn(net, name).at(-1);
  if (record === undefined) throw new Error(`${name} knows no call`);
  return record;
}

/** How the last call ended, or its state while it goes on, by device that knows it. */
export function outcomes(net: SmallNet): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of [...net.members.keys()].sort()) {
    const record = callsOn(net, name).at(-1);
    if (record !== undefined) out[name] = record.outcome || record.state;
  }
  return out;
}

/** A device begins a call of sound with an account. */
export function call(net: SmallNet, from: string, account: string): void {
  net.command(from, { kind: 'call', to: net.user(account), isVideo: false });
}

/** One device calls, the other answers; both are connected afterwards. */
export function talk(net: SmallNet, from: string, to: string): void {
  call(net, from, to.slice(0, to.indexOf('.')));
  net.settle(2_000_000);
  net.command(to, { kind: 'answer-call' });
  net.settle(2_000_000);
}

/** Every secret the member holds for calls now. */
export function callSecrets(net: SmallNet, name: string): Uint8Array[] {
  const { store } = net.member(name);
  return ['call-side', 'call-peer'].flatMap((collection) =>
    [...store.collection(collection).values()]
      .map((record) => (record as unknown as { secret: Uint8Array }).secret)
      .filter((secret) => secret.length > 0),
  );
}
