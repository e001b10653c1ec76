/**
 * Frames of arbitrary stanzas: they round-trip, and zapo-js 0.3.0's codec understands them.
 * Differences found and allowed for: zapo-js writes text content and addresses as raw bytes where
 * we have compact forms, reads an empty list as no content and an address in content as bytes, and
 * keeps attributes in an object. So its bytes are compared where a stanza has no such place, and
 * trees everywhere else.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BinaryNode, decodeBinaryNode, encodeBinaryNode } from 'zapo-js/transport';
import { decodeFrame } from './decode-node.ts';
import { encodeFrame } from './encode-node.ts';
import { node, type WireNode } from './node.ts';
import { wireNode } from './testing/arbitrary-nodes.ts';

function toForeign(element: WireNode): BinaryNode {
  const attrs: Record<string, string> = {};
  for (const [name, value] of element.attributes) attrs[name] = value;
  const { tag, content } = element;
  if (content === undefined) return { tag, attrs };
  if (typeof content === 'string' || content instanceof Uint8Array) return { tag, attrs, content };
  return { tag, attrs, content: (content as readonly WireNode[]).map(toForeign) };
}

/** A tree in one shape for both sides: sorted attributes, text and bytes as hex. */
function comparable(element: BinaryNode): unknown {
  const { tag, attrs, content } = element;
  const attributes = Object.entries(attrs).sort(([left], [right]) => (left < right ? -1 : 1));
  const isEmpty = Array.isArray(content) && content.length === 0;
  if (content === undefined || content === null || isEmpty) return { tag, attributes };
  if (typeof content === 'string' || content instanceof Uint8Array) {
    return { tag, attributes, bytes: Buffer.from(content).toString('hex') };
  }
  return { tag, attributes, items: content.map(comparable) };
}

describe('frames', () => {
  test('every stanza comes back as it was', () => {
    fc.assert(
      fc.property(wireNode, (element) => {
        expect(decodeFrame(encodeFrame(element))).toEqual(element);
      }),
      { seed: 4, numRuns: 1_000 },
    );
  });

  test('zapo-js reads what we write', () => {
    fc.assert(
      fc.property(wireNode, (element) => {
        const foreign = decodeBinaryNode(encodeFrame(element).subarray(1));
        expect(comparable(foreign)).toEqual(comparable(toForeign(element)));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  test('zapo-js writes the same bytes where neither addresses nor text content occur', () => {
    const stanzas = [
      node('ack', {
        class: 'message',
        id: '3EB0A1B2C3',
        t: '1626220800000000',
        phash: '2:WbWKyPIQ',
      }),
      node('iq', { xmlns: 'encrypt', type: 'get', id: '7' }, [node('count')]),
      node('enc', { v: '2', type: 'pkmsg', count: '2' }, new Uint8Array(700).fill(3)),
      node('receipt', { type: 'retry', id: 'AB' }, [
        node('retry', { v: '1', count: '1', id: 'AB', t: '5', error: '7' }),
        node('registration', {}, new Uint8Array([0, 0, 1, 2])),
      ]),
    ];
    for (const stanza of stanzas) {
      expect(Buffer.from(encodeFrame(stanza).subarray(1)).toString('hex')).toBe(
        Buffer.from(encodeBinaryNode(toForeign(stanza))).toString('hex'),
      );
    }
  });

  test('we read what zapo-js writes for a fan-out', () => {
    const copies = [0, 1, 2].map((id) =>
      node('to', { jid: id === 0 ? '1555@s.whatsapp.net' : `1555:${id}@s.whatsapp.net` }, [
        node('enc', { v: '2', type: 'msg' }, new Uint8Array(90).fill(id)),
      ]),
    );
    const stanza = node('message', { id: '3EB0AA', to: '1555@s.whatsapp.net', type: 'text' }, [
      node('participants', {}, copies),
      node('device-identity', {}, new Uint8Array(180).fill(9)),
    ]);
    const theirs = encodeBinaryNode(toForeign(stanza));
    expect(decodeFrame(Uint8Array.from([0, ...theirs]))).toEqual(stanza);
  });
});
