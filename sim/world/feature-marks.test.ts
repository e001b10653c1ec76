/** Marks on hand-made commits and stanzas: each counts what it says, and nothing else. */

import { describe, expect, it } from 'vitest';
import type { StoredRecord } from '../../protocol/store.ts';
import { node } from '../../protocol/wire/node.ts';
import { FeatureMarks } from './feature-marks.ts';
import { LeverCounts, listLevers } from './levers.ts';

function marks() {
  const counts = new LeverCounts();
  const features = new FeatureMarks(counts, 'server');
  const change = (host: string, collection: string, before: object | undefined, after?: object) => {
    const [was, is] = [before, after] as (StoredRecord | undefined)[];
    features.changed(host, { collection, key: 'key', before: was, after: is });
  };
  const fired = () => counts.sorted().filter(([, count]) => count > 0);
  return { features, change, fired };
}

describe('marks', () => {
  it('of groups: made, grown, shrunk, and not when an admin changes', () => {
    const { change, fired } = marks();
    const members = ['ann', 'ben'];
    change('server', 'membership', undefined, { members, admins: ['ann'] });
    change('server', 'membership', { members }, { members, admins: members });
    change('server', 'membership', { members }, { members: ['ann', 'ben', 'cat'] });
    change('server', 'membership', { members }, { members: ['ann'] });
    expect(fired()).toEqual([
      ['group-created', 1],
      ['member-added', 1],
      ['member-removed', 1],
    ]);
  });

  it('of sender keys: the second one a device makes for a group is a rotation', () => {
    const { change, fired } = marks();
    change('ann.phone', 'own-sender-key', undefined, { chainId: 1 });
    change('ben.phone', 'own-sender-key', undefined, { chainId: 2 });
    change('ann.phone', 'own-sender-key', { chainId: 1 }, { chainId: 1 });
    expect(fired()).toEqual([]);
    change('ann.phone', 'own-sender-key', { chainId: 1 });
    change('ann.phone', 'own-sender-key', undefined, { chainId: 3 });
    expect(fired()).toEqual([['sender-key-rotation', 1]]);
  });

  it('of group messages: one, and each key that it hands over', () => {
    const { features, fired } = marks();
    const shared = node('enc', { type: 'skmsg', v: '2' }, new Uint8Array([0x33]));
    const to = ['a', 'b'].map((jid) => node('to', { jid }, [node('enc', { type: 'msg' })]));
    features.message(node('message', { to: 'g@g.us' }, [node('participants', {}, to), shared]));
    const empty = node('enc', { type: 'skmsg', v: '2' });
    features.message(node('message', { to: 'g@g.us' }, [empty]));
    expect(fired()).toEqual([
      ['group-message', 1],
      ['sender-key-distribution', 2],
    ]);
  });

  it('of calls: begun by a caller, and by how each device saw them end', () => {
    const { change, fired } = marks();
    change('ann.phone', 'call', undefined, { state: 'calling', outcome: '' });
    change('ben.phone', 'call', undefined, { state: 'ringing', outcome: '' });
    change('ben.phone', 'call', { state: 'ringing' }, { state: 'ended', outcome: 'missed' });
    change('ben.web', 'call', undefined, { state: 'ended', outcome: 'answered-elsewhere' });
    expect(fired()).toEqual([
      ['call', 1],
      ['call-answered-elsewhere', 1],
      ['call-missed', 1],
    ]);
  });

  it('of phones set up anew: another key under the address of an account', () => {
    const { change, fired } = marks();
    const linked = { user: 'ann', device: 'ann', transportKey: '01' };
    change('server', 'linked', linked, { ...linked, transportKey: '02' });
    const companion = { user: 'ann', device: 'ann:1', transportKey: '03' };
    change('server', 'linked', companion, { ...companion, transportKey: '04' });
    expect(fired()).toEqual([['re-registration', 1]]);
  });

  it('have names that are listed, in order and without a repeat', () => {
    const names = listLevers().map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
  });
});
