/** Signals of calls, built and taken apart (specification 9.6, 9.7). */

import { describe, expect, test } from 'vitest';
import { isRejected } from '../errors.ts';
import { attribute, child, children, node, type WireNode, withAttribute } from '../wire/node.ts';
import {
  acceptStanza,
  groupUpdateNode,
  type OfferToSend,
  offerReceipt,
  offerStanza,
  packetStanza,
  readCall,
  readRekeyRetry,
  rejectStanza,
  rekeyRetryStanza,
  rekeyStanza,
  terminateStanza,
} from './call-stanza.ts';

const ALICE = '15550001:1@s.whatsapp.net';
const BOB = '15550002@s.whatsapp.net';
const WEB = '15550002:1@s.whatsapp.net';
const TEAM = '120363000000000010@g.us';
const name = { callId: '0123456789abcdef0123456789abcdef', creator: ALICE };
const enc = {
  kind: 'enc' as const,
  type: 'pkmsg' as const,
  bytes: new Uint8Array([7, 8, 9]),
  retryCount: 0,
};
const identity = new Uint8Array([1, 2]);

function offerTo(devices: readonly string[], more: Partial<OfferToSend> = {}): WireNode {
  return offerStanza({
    id: 'A1',
    name,
    to: BOB,
    group: undefined,
    isVideo: false,
    copies: devices.map((device) => ({ device, enc })),
    signedIdentity: identity,
    sentCount: 3,
    ...more,
  });
}

/** As the server hands it on. */
function delivered(stanza: WireNode, from = ALICE): WireNode {
  return withAttribute(stanza, 'from', from);
}

/** The stanza with one attribute of its signal set, or taken out. */
function changed(stanza: WireNode, attributeName: string, value: string | undefined): WireNode {
  const [signal] = children(stanza) as [WireNode];
  return { ...stanza, content: [withAttribute(signal, attributeName, value)] };
}

describe('an offer', () => {
  test('names each device in its destination', () => {
    const stanza = offerTo([BOB, WEB], { isVideo: true });
    expect(attribute(stanza, 'to')).toBe(BOB);
    expect(attribute(stanza, 'sent')).toBe('3');
    const offer = child(stanza, 'offer') as WireNode;
    const tags = children(offer).map(({ tag }) => tag);
    expect(tags).toEqual([
      'audio',
      'video',
      'net',
      'capability',
      'destination',
      'encopt',
      'device-identity',
    ]);
    const devices = children(child(offer, 'destination') as WireNode, 'to');
    expect(devices.map((to) => attribute(to, 'jid'))).toEqual([BOB, WEB]);
    expect(attribute(child(offer, 'encopt') as WireNode, 'keygen')).toBe('2');
  });

  test('to a single device goes to it, with the key in the offer itself', () => {
    const stanza = offerTo([WEB]);
    expect(attribute(stanza, 'to')).toBe(WEB);
    expect(readCall(delivered(stanza))).toEqual({
      kind: 'incoming-call',
      id: 'A1',
      from: ALICE,
      name,
      signal: {
        kind: 'offer',
        group: undefined,
        isVideo: false,
        enc,
        deviceIdentity: identity,
        isLate: false,
      },
    });
    const late = readCall(withAttribute(delivered(stanza), 'offline', '1'));
    expect(late).toMatchObject({ signal: { isLate: true } });
  });

  test('of a group names it, and has a destination for one device too', () => {
    const stanza = offerTo([WEB], { to: TEAM, group: TEAM });
    expect(attribute(stanza, 'to')).toBe(TEAM);
    const offer = child(stanza, 'offer') as WireNode;
    expect(attribute(offer, 'group-jid')).toBe(TEAM);
    expect(child(offer, 'enc')).toBeUndefined();
  });
});

describe('signals', () => {
  const copy = { device: WEB, enc: { ...enc, retryCount: 2 } };
  const key = { id: 'K1', name, copy, signedIdentity: undefined, sentCount: 4 };
  const why = { reason: 'enc', count: 2, registrationId: 77 } as const;
  const update = node('call', { id: 'U1', to: BOB }, [groupUpdateNode(name, 5, [ALICE, WEB])]);

  test.each([
    ['accept', acceptStanza('B1', ALICE, name), { kind: 'accept' }],
    ['reject', rejectStanza('B2', ALICE, name, why), { kind: 'reject', ...why }],
    [
      'terminate',
      terminateStanza('B3', BOB, name, 'accepted_elsewhere'),
      { kind: 'terminate', reason: 'accepted_elsewhere' },
    ],
    ['packet', packetStanza('B4', BOB, name, identity), { kind: 'packet', bytes: identity }],
    [
      'enc_rekey',
      rekeyStanza(key, 6),
      { kind: 'enc_rekey', generation: 6, enc: copy.enc, deviceIdentity: undefined },
    ],
    ['group_update', update, { kind: 'group_update', version: 5, participants: [ALICE, WEB] }],
  ])('%s is read as it was written', (_tag, stanza, signal) => {
    expect(readCall(delivered(stanza, WEB))).toMatchObject({ from: WEB, name, signal });
  });

  test('a reason nobody knows is an ordinary end', () => {
    const ended = delivered(changed(terminateStanza('B3', BOB, name, 'timeout'), 'reason', 'x'));
    expect(readCall(ended)).toMatchObject({ signal: { kind: 'terminate', reason: 'hang-up' } });
  });

  test('a receipt says that a device rings, or that a secret did not open', () => {
    const rings = offerReceipt('A1', ALICE, name);
    expect(attribute(child(rings, 'offer') as WireNode, 'call-id')).toBe(name.callId);
    const retry = { device: ALICE, name, count: 3, registrationId: 78 };
    const stanza = withAttribute(rekeyRetryStanza('K1', retry), 'from', WEB);
    expect(readRekeyRetry(stanza)).toEqual({ kind: 'rekey-retry', ...retry, device: WEB });
    expect(isRejected(readRekeyRetry(withAttribute(stanza, 'from', TEAM)))).toBe(true);
    expect(isRejected(readRekeyRetry({ ...stanza, content: [] }))).toBe(true);
  });
});

describe('refused as malformed', () => {
  const accept = delivered(acceptStanza('B1', BOB, name));
  const [signal] = children(accept) as [WireNode];
  const offer = delivered(offerTo([WEB]));
  const reject = rejectStanza('B2', BOB, name, { reason: 'enc', count: 1, registrationId: 1 });
  const rekey = rekeyStanza(
    { id: 'K1', name, copy: { device: WEB, enc }, signedIdentity: undefined, sentCount: 1 },
    1,
  );
  const update = node('call', { id: 'U1', to: BOB }, [groupUpdateNode(name, 5, [ALICE])]);

  test.each([
    ['another stanza', { ...accept, tag: 'message' }],
    ['no sender', withAttribute(accept, 'from', undefined)],
    ['a sender that is no address', withAttribute(accept, 'from', 'nobody')],
    ['no id', withAttribute(accept, 'id', undefined)],
    ['no signal', { ...accept, content: [] }],
    ['two signals', { ...accept, content: [signal, signal] }],
    ['an unknown signal', { ...accept, content: [{ ...signal, tag: 'preaccept' }] }],
    ['a short call id', changed(accept, 'call-id', '0123')],
    ['a call id in capitals', changed(accept, 'call-id', name.callId.toUpperCase())],
    ['no creator', changed(accept, 'call-creator', undefined)],
    ['a group as creator', changed(accept, 'call-creator', TEAM)],
    ['an offer to a group that is none', changed(offer, 'group-jid', BOB)],
    ['an offer without a key', { ...offer, content: [{ ...children(offer)[0], content: [] }] }],
    ['a count of nothing', changed(delivered(reject), 'count', '0')],
    ['a generation that is none', changed(delivered(rekey), 'generation', '-1')],
    ['a generation beyond four bytes', changed(delivered(rekey), 'generation', '4294967296')],
    ['an update without a version', changed(delivered(update, TEAM), 'version', undefined)],
    ['a packet larger than any', delivered(packetStanza('B4', BOB, name, new Uint8Array(1_501)))],
  ] as const)('%s', (_what, stanza) => {
    expect(readCall(stanza as WireNode)).toMatchObject({ kind: 'rejected', code: 'malformed' });
  });

  test('a list with somebody who is no device', () => {
    const content = [groupUpdateNode(name, 5, [ALICE, TEAM])];
    const stanza = node('call', { id: 'U1', from: TEAM, to: BOB }, content);
    expect(readCall(stanza)).toMatchObject({ kind: 'rejected', code: 'malformed' });
  });
});
