/** Arbitrary stanzas for property tests: words of the tables, addresses, packed and free text. */

import fc from 'fast-check';
import type { WireContent, WireNode } from '../node.ts';
import { DOUBLE_TOKENS, SINGLE_TOKENS } from '../tokens.ts';

const TOKENS = [...SINGLE_TOKENS.slice(1), ...DOUBLE_TOKENS.flat()];

const digits = fc.stringMatching(/^[0-9]{1,15}$/);
const server = fc.constantFrom('s.whatsapp.net', 'lid', 'g.us', 'c.us', 'example', '9');
const address = fc
  .tuple(digits, fc.option(fc.nat({ max: 300 }), { nil: undefined }), server)
  .map(([user, device, at]) =>
    device === undefined ? `${user}@${at}` : `${user}:${device}@${at}`,
  );

/** Any string a stanza may hold, weighted towards those with a form of their own. */
export const wireString: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TOKENS),
  address,
  fc.stringMatching(/^[0-9.-]{0,130}$/),
  fc.stringMatching(/^[0-9A-F]{0,130}$/),
  fc.stringMatching(/^[0-9:@.]{0,12}$/),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);

const name = wireString.filter((text) => text.length > 0);

/** A stanza tree of small depth. Text content is restricted to what keeps its type on the wire. */
export const wireNode: fc.Arbitrary<WireNode> = fc.letrec<{ node: WireNode; content: WireContent }>(
  (tie) => ({
    node: fc.record({
      tag: name,
      attributes: fc.array(fc.tuple(name, wireString), { maxLength: 5 }),
      content: tie('content'),
    }),
    content: fc.oneof(
      { maxDepth: 4 },
      fc.constant(undefined),
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(...TOKENS),
      address,
      fc.array(tie('node'), { maxLength: 4 }),
    ),
  }),
).node;
