/**
 * What broken twins are made of: a wrapper around a node that alters the effects or the records of
 * one host, and nothing inside the protocol. A twin is a fault of an implementation; a `Weather` is
 * what the world does to it, in force with and without the twin.
 */

import type { Effect, Input, ProtocolNode, StepContext } from '../../protocol/contract.ts';
import { isRejected } from '../../protocol/errors.ts';
import type { RecordWrite, Store } from '../../protocol/store.ts';
import { decodeFrame } from '../../protocol/wire/decode-node.ts';
import { encodeFrame } from '../../protocol/wire/encode-node.ts';
import { attribute, type WireNode } from '../../protocol/wire/node.ts';

/** As the option of a run: called once per boot of a host. */
export type WrapNode = (host: string, node: ProtocolNode, store: Store) => ProtocolNode;

/** A deliberately broken implementation. */
export interface Twin {
  readonly id: string;
  /** The property that must catch it. */
  readonly catches: string;
  /** One sentence. */
  readonly does: string;
  /** Where it is planted; on fanout unless said. */
  readonly architecture?: 'relay';
  /** The published bug of a messaging client it re-creates. */
  readonly thread?: string;
  /** A fresh wrapper: what it remembers lasts one run. */
  make(): WrapNode;
}

/** One step of a wrapped node. */
export interface TwinStep {
  readonly host: string;
  readonly input: Input;
  readonly context: StepContext;
  readonly store: Store;
  /** The frame handled, decoded; undefined for other inputs. */
  readonly stanza: WireNode | undefined;
  /** What the real node answers; asked at most once. */
  inner(input?: Input, context?: StepContext): readonly Effect[];
}

/** Wraps one host (`server` included); the others stay as they are. */
export function onHost(name: string, alter: (step: TwinStep) => readonly Effect[]): WrapNode {
  return (host, node, store) => {
    if (host !== name) return node;
    return {
      step: (input, context) => {
        const stanza = input.kind === 'frame' ? readFrame(input.bytes) : undefined;
        const inner = (other = input, otherContext = context) => node.step(other, otherContext);
        return alter({ host, input, context, store, stanza, inner });
      },
    };
  };
}

/** Both wrappers, the first one nearer to the node. */
export function both(first: WrapNode, second: WrapNode): WrapNode {
  return (host, node, store) => second(host, first(host, node, store), store);
}

/** The frame's stanza, if it decodes. */
export function readFrame(bytes: Uint8Array): WireNode | undefined {
  const stanza = decodeFrame(bytes);
  return isRejected(stanza) ? undefined : (stanza as WireNode);
}

/** The commit's writes; none when the step wrote nothing. */
export function writesOf(effects: readonly Effect[]): readonly RecordWrite[] {
  const first = effects[0];
  return first?.kind === 'commit' ? first.writes : [];
}

/** The same effects with other writes. */
export function withWrites(
  effects: readonly Effect[],
  writes: readonly RecordWrite[],
): readonly Effect[] {
  const rest = effects.filter(({ kind }) => kind !== 'commit');
  return writes.length === 0 ? rest : [{ kind: 'commit', writes }, ...rest];
}

/** Alters each write; `undefined` leaves it out. */
export function mapWrites(
  effects: readonly Effect[],
  map: (write: RecordWrite) => RecordWrite | undefined,
): readonly Effect[] {
  const writes = writesOf(effects).map(map);
  return withWrites(
    effects,
    writes.filter((write) => write !== undefined),
  );
}

/** Alters each stanza of this tag that is sent; `undefined` drops it. */
export function mapSent(
  effects: readonly Effect[],
  tag: string,
  map: (stanza: WireNode, connection: number) => WireNode | undefined,
): readonly Effect[] {
  const out: Effect[] = [];
  for (const effect of effects) {
    const stanza = effect.kind === 'send' ? readFrame(effect.bytes) : undefined;
    if (effect.kind !== 'send' || stanza?.tag !== tag) {
      out.push(effect);
      continue;
    }
    const altered = map(stanza, effect.connection);
    if (altered === undefined) continue;
    const bytes = altered === stanza ? effect.bytes : encodeFrame(altered);
    out.push({ ...effect, bytes });
  }
  return out;
}

/** A stanza to send on the connection that a frame came on. */
export function reply(input: Input, stanza: WireNode, kind: string): Effect {
  const connection = input.kind === 'frame' ? input.connection : -1;
  const id = attribute(stanza, 'id') ?? stanza.tag;
  return { kind: 'send', connection, bytes: encodeFrame(stanza), label: { kind, id } };
}

/** The element with one more child. */
export function withChild(element: WireNode, added: WireNode): WireNode {
  const content = Array.isArray(element.content) ? (element.content as readonly WireNode[]) : [];
  return { ...element, content: [...content, added] };
}
