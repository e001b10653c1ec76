/**
 * Arbitrary stanzas that are well formed and mean harm: the words both nodes understand, in any
 * combination, with values nobody honest writes and with pieces of a real run in wrong places.
 * Random bytes stop at the first decoder; these reach the code behind it.
 */

import fc from 'fast-check';
import { isRejected } from '../../errors.ts';
import { encodeKeyIndexList, encodeSignedKeyIndexList } from '../../wire/adv.ts';
import { encodeClientPayload } from '../../wire/client-payload.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { children, type WireNode } from '../../wire/node.ts';
import { SHAPES, shape, words } from './hostile-shapes.ts';

/** Stanzas that a device takes, and those that a server takes; rare ones end the connection. */
export const DEVICE_ROOTS = [
  'message',
  'receipt',
  'ack',
  'notification',
  'iq',
  'call',
  'success',
  'ib',
];
export const SERVER_ROOTS = ['message', 'receipt', 'ack', 'iq', 'iq', 'call', 'login'];
const RARE_ROOTS = ['stream:error', 'failure', 'login', 'success', 'ib'];

const NUMBERS = words(
  `0 1 2 4 5 255 256 65535 65536 70000 4294967295 4294967296 1626220800000001 9007199254740991
   9007199254740992 -0 -1 -1000 -70000 1e3 1e400 -1e400 NaN Infinity -Infinity 0x10 1.5 01`,
);

/** Attributes that are numbers, and those that are addresses; `id` of a device is a number too. */
const NUMERIC = new Set(
  words(
    't ts count value counter sent key-index error code v device-id generation version v_id prev_v_id',
  ),
);
const ADDRESSES = new Set(words('from to jid recipient participant call-creator'));

const NAMES = ['', ' ', '|', 'a|b', 'x/y', '__proto__', 'constructor', 'toString', 'self', 'login'];
const LONG = ['9'.repeat(400), 'A'.repeat(5_000), 'é'.repeat(200)];

const TYPES = words(
  `text read read-self sender retry delivered inactive devices account_sync encrypt result
   error set get msg pkmsg usync md passive message receipt notification iq 2 false true 401
   515 409 skmsg w:g2 w:gp2 admin server-error mediaretry hist_sync peer_msg peer w:m server_sync
   w:sync:app:state regular_low regular_high critical_block`,
);

/** Addresses near those of `users`, and some of nobody. */
function addresses(users: readonly string[]): string[] {
  const forms = users.flatMap((user) => {
    const number = user.slice(0, user.indexOf('@'));
    const at = '@s.whatsapp.net';
    const ids = ['1', '2', '9', '0', '01', '70000', '-1', '1e400', 'x', '', '1:2', '247', '300'];
    return [user, number, `${number}@lid`, ...ids.map((id) => `${number}:${id}${at}`)];
  });
  const groups = ['120363000000000010@g.us', '1@g.us', 'g.us', '@g.us', '9@g.us'];
  const others = [
    ...groups,
    's.whatsapp.net',
    '@s.whatsapp.net',
    '__proto__@s.whatsapp.net',
    'a@b@c',
    ':',
  ];
  return [...forms, ...others, '7@s.whatsapp.net', 'a|b@s.whatsapp.net', '@', 'status@broadcast'];
}

/** Words that the one who fires the stanza replaces by what the node under attack waits for. */
export const LIVE = ['$query0', '$query0', '$query1', '$message0', '$message1'] as const;
/** The same for the call that is under way, or was last. */
export const LIVE_CALL = '$call';
/** The same for the text of `<ref>`. */
export const LIVE_REF = '$ref0';

/** What a real run holds: whole stanzas, elements by tag, byte strings, values by attribute. */
export interface Loot {
  readonly stanzas: readonly WireNode[];
  readonly elements: ReadonlyMap<string, readonly WireNode[]>;
  readonly bytes: readonly Uint8Array[];
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Takes the frames of a real run apart. */
export function lootOf(frames: readonly Uint8Array[]): Loot {
  const stanzas: WireNode[] = [];
  const elements = new Map<string, WireNode[]>();
  const values = new Map<string, Set<string>>();
  const bytes: Uint8Array[] = [];
  const visit = (element: WireNode): void => {
    elements.set(element.tag, [...(elements.get(element.tag) ?? []), element]);
    for (const [name, value] of element.attributes) {
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
    if (element.content instanceof Uint8Array) bytes.push(element.content);
    for (const inner of children(element)) visit(inner);
  };
  for (const frame of frames) {
    const stanza = decodeFrame(frame);
    if (isRejected(stanza)) throw new Error('a real run holds only whole frames');
    stanzas.push(stanza);
    visit(stanza);
  }
  const texts = new Map([...values].map(([name, set]) => [name, [...set]]));
  return { stanzas, elements, bytes, values: texts };
}

const INDEXES = [[], [0], [0, 1, 2, 3], [0xffff_ffff], Array.from({ length: 150_000 }, () => 1)];

/** What logs in, with numbers nobody has. */
const payloads = fc
  .record({
    username: fc.constantFrom(0, 15_550_001, 2 ** 53 - 1),
    device: fc.constantFrom(0, 1, 99, 70_000, 0xffff_ffff),
  })
  .map(encodeClientPayload);

/** What registers a phone: somebody's number, with keys that may be none. */
const registrations = fc
  .record({
    // Of alice's account, which the test gives up then; bob writes to it when the attack is over.
    username: fc.constantFrom(0, 15_550_001, 2 ** 53 - 1),
    keyLength: fc.constantFrom(32, 32, 32, 0, 33),
  })
  .map(({ username, keyLength }) =>
    encodeClientPayload({
      username,
      passive: true,
      devicePairingData: {
        eRegid: new Uint8Array([0, 0, 1, 7]),
        eKeytype: new Uint8Array([5]),
        eIdent: new Uint8Array(keyLength).fill(9),
        eSkeyId: new Uint8Array([0, 0, 1]),
        eSkeyVal: new Uint8Array(keyLength).fill(7),
        eSkeySig: new Uint8Array(64).fill(3),
      },
    }),
  );

/** A server cannot check who signed a list, so every number in it reaches its sums. */
const lists = fc
  .record({
    rawId: fc.constantFrom(0, 1),
    timestampS: fc.constantFrom(0, 1e12, 2 ** 53 - 1),
    currentIndex: fc.constantFrom(0, 0xffff_ffff),
    validIndexes: fc.constantFrom(...INDEXES),
  })
  .map((list) => {
    const accountSignature = new Uint8Array(64);
    return encodeSignedKeyIndexList({ details: encodeKeyIndexList(list), accountSignature });
  });

/** Byte strings: real ones whole, cut or flipped, forged ones, and any other. */
function byteStrings(loot: Loot): fc.Arbitrary<Uint8Array> {
  const real = fc.constantFrom(...loot.bytes);
  return fc.oneof(
    { weight: 4, arbitrary: real },
    fc.tuple(real, fc.nat({ max: 200 })).map(([all, end]) => all.slice(0, end)),
    fc.tuple(real, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([all, at, change]) => {
      const copy = all.slice();
      if (copy.length > 0) copy[at % copy.length]! ^= change;
      return copy;
    }),
    fc.constantFrom(0, 1, 3, 4, 32, 33, 64, 65).map((length) => new Uint8Array(length).fill(5)),
    fc.uint8Array({ maxLength: 80 }),
    payloads,
    lists,
  );
}

type TextFor = (tag: string, name: string) => fc.Arbitrary<string>;

function attributeValues(loot: Loot, users: readonly string[]): TextFor {
  const number = fc.constantFrom(...NUMBERS);
  const address = fc.constantFrom(...addresses(users));
  const other = fc.constantFrom(...NAMES, ...TYPES, ...LONG);
  const any = fc.oneof(number, address, other);
  const known = new Map(
    [...loot.values].map(([name, values]) => [name, fc.constantFrom(...values)] as const),
  );
  return (tag, name) => {
    const role = tag === 'device' && name === 'id' ? 'device-id' : name;
    const real = known.get(name) ?? any;
    const isNaming = name === 'id' && tag !== 'device';
    const near = isNaming
      ? fc.constantFrom<string>(...LIVE)
      : name === 'call-id'
        ? fc.constant<string>(LIVE_CALL)
        : NUMERIC.has(role)
          ? number
          : ADDRESSES.has(role)
            ? address
            : real;
    return fc.oneof(
      { weight: 4, arbitrary: real },
      { weight: 4, arbitrary: near },
      { weight: 1, arbitrary: any },
    );
  };
}

/** Any stanza of the vocabulary; `users` are accounts of the world. */
export function hostileStanzas(
  loot: Loot,
  users: readonly string[],
  roots: readonly string[],
): fc.Arbitrary<WireNode> {
  const bytes = byteStrings(loot);
  const textFor = attributeValues(loot, users);
  const attributesOf = (tag: string, names: readonly string[]): fc.Arbitrary<[string, string][]> =>
    fc
      .tuple(
        ...names.map((name) =>
          fc
            .option(textFor(tag, name), { freq: 5, nil: undefined })
            .map((value) => [name, value] as const),
        ),
      )
      .map((pairs) => pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
  const made = new Map<string, fc.Arbitrary<WireNode>>();
  const element = (tag: string, depth: number): fc.Arbitrary<WireNode> => {
    const key = `${tag} ${depth}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const form = SHAPES.get(tag) ?? shape('', '', true);
    const tags = depth === 0 ? [] : form.children;
    const inner =
      tags.length === 0
        ? undefined
        : fc.array(
            fc.constantFrom(...tags).chain((name) => anyOf(name, depth - 1)),
            { maxLength: 5 },
          );
    const content = fc.oneof(
      { weight: tag === 'login' ? 20 : 0, arbitrary: fc.oneof(payloads, registrations) },
      { weight: tag === 'key-index-list' ? 2 : 0, arbitrary: lists },
      { weight: tag === 'ref' ? 9 : 0, arbitrary: fc.constant(LIVE_REF) },
      { weight: 6, arbitrary: form.isBytes === true ? bytes : (inner ?? fc.constant(undefined)) },
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: bytes },
    );
    const result = fc
      .tuple(attributesOf(tag, form.attributes), content)
      .map(([attributes, within]): WireNode => ({ tag, attributes, content: within }));
    made.set(key, result);
    return result;
  };
  const anyOf = (tag: string, depth: number): fc.Arbitrary<WireNode> => {
    const real = loot.elements.get(tag);
    const fresh = element(tag, depth);
    if (real === undefined) return fresh;
    return fc.oneof(fresh, altered(fc.constantFrom(...real), textFor));
  };
  const fitting = loot.stanzas.filter(({ tag }) => roots.includes(tag));
  const crowd = fc
    .tuple(
      fc.constantFrom(...roots).chain((tag) => element(tag, 4)),
      fc.constantFrom(300, 2_100),
    )
    .map(([stanza, count]) => crowded(stanza, count));
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...roots).chain((tag) => anyOf(tag, 4)) },
    { weight: 12, arbitrary: altered(fc.constantFrom(...fitting), textFor) },
    { weight: 2, arbitrary: altered(fc.constantFrom(...loot.stanzas), textFor) },
    { weight: 1, arbitrary: fc.constantFrom(...RARE_ROOTS).chain((tag) => anyOf(tag, 2)) },
    { weight: 1, arbitrary: crowd },
  );
}

/** A real element with up to three attributes changed, anywhere in it. */
function altered(real: fc.Arbitrary<WireNode>, textFor: TextFor): fc.Arbitrary<WireNode> {
  const once = (element: WireNode): fc.Arbitrary<WireNode> => {
    const sites = sitesOf(element);
    if (sites.length === 0) return fc.constant(element);
    return fc
      .constantFrom(...sites)
      .chain(([path, tag, name]) =>
        textFor(tag, name).map((value) => changedAt(element, path, name, value)),
      );
  };
  return fc.oneof(
    real,
    real.chain(once),
    real.chain(once).chain(once),
    real.chain(once).chain(once).chain(once),
  );
}

type Site = readonly [path: readonly number[], tag: string, name: string];

function sitesOf(element: WireNode, path: readonly number[] = []): Site[] {
  const own = element.attributes.map(([name]): Site => [path, element.tag, name]);
  return [...own, ...children(element).flatMap((inner, at) => sitesOf(inner, [...path, at]))];
}

function changedAt(
  element: WireNode,
  path: readonly number[],
  name: string,
  value: string,
): WireNode {
  const [first, ...rest] = path;
  if (first === undefined) {
    const attributes = element.attributes.map(
      ([key, old]) => [key, key === name ? value : old] as const,
    );
    return { ...element, attributes };
  }
  const content = children(element).map((inner, at) =>
    at === first ? changedAt(inner, rest, name, value) : inner,
  );
  return { ...element, content };
}

/** The stanza with its innermost first child `count` times, each with ids of its own. */
function crowded(stanza: WireNode, count: number): WireNode {
  const [first, ...others] = children(stanza);
  if (first === undefined) return stanza;
  if (children(first).length > 0) {
    return { ...stanza, content: [crowded(first, count), ...others] };
  }
  const many = Array.from(
    { length: count },
    (_, at): WireNode => ({
      ...first,
      attributes: first.attributes.map(
        ([name, value]) => [name, name === 'id' ? `C${at}` : value] as const,
      ),
    }),
  );
  return { ...stanza, content: [...many, ...others] };
}
