/**
 * Binary nodes with `@whiskeysockets/baileys`: it writes the bytes we write, and reads what we
 * write. Left out because it has no form for them: addresses no account has, and words that its
 * object of tokens inherits.
 */

import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { decodeFrame } from '../wire/decode-node.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { node, type WireNode } from '../wire/node.ts';
import { wireNode } from '../wire/testing/arbitrary-nodes.ts';
import { describeWithBaileys, loadBaileys } from './testing/baileys.ts';

interface ForeignNode {
  readonly tag: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly content?: readonly ForeignNode[] | Uint8Array | string;
}

/** What of the package is used here. */
interface NodePart {
  encodeBinaryNode(node: ForeignNode): Uint8Array;
  decodeBinaryNode(bytes: Uint8Array): Promise<ForeignNode>;
}

const ADDRESS =
  /^\d{1,15}(:([1-9]\d?|1\d\d|2[0-4]\d|25[0-5]))?@(s\.whatsapp\.net|lid)$|^\d{1,15}@(g|c)\.us$/;

/** The string, or one like it that is written in the same way by both. */
function plain(text: string): string {
  if (ADDRESS.test(text)) return text;
  return text in Object.prototype ? 'message' : text.replaceAll('@', '#');
}

/** Text content that has a form of its own, so that it does not come back as bytes. */
function compact(text: string): string {
  return plain(text) === text ? text : 'message';
}

/** The tree with every name once, and strings that both can write. */
function usual(element: WireNode): WireNode {
  const attributes = new Map<string, string>();
  for (const [name, value] of element.attributes) attributes.set(`a${plain(name)}`, plain(value));
  const { content } = element;
  const isPlain = content === undefined || content instanceof Uint8Array;
  const inner =
    typeof content === 'string'
      ? compact(content)
      : isPlain
        ? content
        : (content as readonly WireNode[]).map(usual);
  return { tag: plain(element.tag), attributes: [...attributes], content: inner };
}

function toForeign({ tag, attributes, content }: WireNode): ForeignNode {
  const attrs = Object.fromEntries(attributes);
  if (content === undefined) return { tag, attrs };
  if (typeof content === 'string') return { tag, attrs, content };
  if (content instanceof Uint8Array) return { tag, attrs, content };
  return { tag, attrs, content: (content as readonly WireNode[]).map(toForeign) };
}

/** Their tree as ours; text and bytes are told apart as on the wire. */
function fromForeign({ tag, attrs, content }: ForeignNode): WireNode {
  const attributes = Object.entries(attrs);
  if (content === undefined || typeof content === 'string') return { tag, attributes, content };
  if (content instanceof Uint8Array) {
    return { tag, attributes, content: Uint8Array.from(content) };
  }
  return { tag, attributes, content: content.map(fromForeign) };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describeWithBaileys('binary nodes with baileys', () => {
  let part: NodePart;

  beforeAll(async () => {
    part = await loadBaileys<NodePart>('lib/WABinary/index.js');
  });

  it('both write the same bytes for any usual stanza', () => {
    fc.assert(
      fc.property(wireNode.map(usual), (element) => {
        expect(hex(part.encodeBinaryNode(toForeign(element)))).toBe(hex(encodeFrame(element)));
      }),
      { seed: 6, numRuns: 400 },
    );
  });

  it('each reads what the other writes', async () => {
    await fc.assert(
      fc.asyncProperty(wireNode.map(usual), async (element) => {
        const theirs = await part.decodeBinaryNode(Buffer.from(encodeFrame(element)));
        expect(fromForeign(theirs)).toEqual(element);
        const read = decodeFrame(Uint8Array.from(part.encodeBinaryNode(toForeign(element))));
        expect(read).toEqual(element);
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  it('a group message for 600 devices is written the same', async () => {
    const copies = Array.from({ length: 600 }, (_, index) =>
      node('to', { jid: `1555123${1_000 + index}:${1 + (index % 4)}@s.whatsapp.net` }, [
        node('enc', { v: '2', type: 'msg' }, new Uint8Array(90).fill(index & 0xff)),
      ]),
    );
    const stanza = node('message', { id: '3EB0AA', to: '15551230001-1626220800@g.us' }, [
      node('participants', {}, copies),
      node('enc', { v: '2', type: 'skmsg' }, new Uint8Array(300).fill(1)),
    ]);
    const bytes = encodeFrame(stanza);
    expect(hex(part.encodeBinaryNode(toForeign(stanza)))).toBe(hex(bytes));
    expect(fromForeign(await part.decodeBinaryNode(Buffer.from(bytes)))).toEqual(stanza);
  });
});
