/**
 * A stanza as a tree, and the few ways to build and read one (appendix E). Attributes are pairs,
 * not an object, because their order is part of the bytes.
 */

import { utf8Text } from './utf8.ts';

/**
 * Text content without a compact form comes back from the wire as bytes; read it with
 * `textContent`.
 */
export type WireContent = undefined | string | Uint8Array | readonly WireNode[];

/** One element. Tags and attribute names are not empty. */
export interface WireNode {
  readonly tag: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly content: WireContent;
}

/**
 * Attributes for `node`: names are words of the protocol (never digits), so their order is the
 * written one.
 */
export type AttributeValues = Readonly<Record<string, string | undefined>>;

/** Builds an element; attributes that are `undefined` are left out. */
export function node(
  tag: string,
  attributes: AttributeValues = {},
  content: WireContent = undefined,
): WireNode {
  const pairs: (readonly [string, string])[] = [];
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value !== undefined) pairs.push([name, value]);
  }
  return { tag, attributes: pairs, content };
}

/** The value of the first attribute of that name. */
export function attribute(element: WireNode, name: string): string | undefined {
  for (const pair of element.attributes) {
    if (pair[0] === name) return pair[1];
  }
  return undefined;
}

/**
 * The same element with the attribute set: in place when it is there, else at the end; `undefined`
 * removes it.
 */
export function withAttribute(
  element: WireNode,
  name: string,
  value: string | undefined,
): WireNode {
  const others = element.attributes.filter((pair) => pair[0] !== name);
  if (value === undefined) return { ...element, attributes: others };
  if (others.length === element.attributes.length) {
    return { ...element, attributes: [...others, [name, value]] };
  }
  const attributes = element.attributes.map((pair) => (pair[0] === name ? [name, value] : pair));
  return { ...element, attributes: attributes as WireNode['attributes'] };
}

const NO_NODES: readonly WireNode[] = [];

/** The child elements, all or those of one tag; none when the content is text or bytes. */
export function children(element: WireNode, tag?: string): readonly WireNode[] {
  const content = element.content;
  if (!Array.isArray(content)) return NO_NODES;
  const nodes = content as readonly WireNode[];
  return tag === undefined ? nodes : nodes.filter((item) => item.tag === tag);
}

/** The first child of that tag. */
export function child(element: WireNode, tag: string): WireNode | undefined {
  for (const item of children(element)) {
    if (item.tag === tag) return item;
  }
  return undefined;
}

/** The content when it is a byte string. */
export function bytesContent(element: WireNode | undefined): Uint8Array | undefined {
  return element?.content instanceof Uint8Array ? element.content : undefined;
}

/**
 * The content as text: text forms as they are, byte strings as UTF-8 (`undefined` when they are
 * not).
 */
export function textContent(element: WireNode | undefined): string | undefined {
  const content = element?.content;
  if (typeof content === 'string') return content;
  return content instanceof Uint8Array ? utf8Text(content) : undefined;
}
