/**
 * Shows each event to the observers that want it, and to no other. Who wants a commit follows from
 * the collections it changes: the answer for a set of collections is worked out once in a run and
 * found again by walking from change to change, without building a name for the set.
 */

import type { Change, RunEvent } from './events.ts';
import type { Observer, Wish } from './observer.ts';

/**
 * Observers by what they want to be shown, each list in order of joining.
 *
 * Measured on the phone-offline day (18,000 events, 30 observers): showing every event to everybody
 * costs a fifth of the run before the compiler has warmed up. Measured on two days of ten accounts
 * (382,000 events, 60 observers): of 64,000 commits 44,000 change queues, stamps and deliveries
 * alone, which one judge asks for.
 */
export class Audience {
  readonly #all: Observer[] = [];
  readonly #byWish = new Map<Wish, readonly Observer[]>();
  #ofCommits: Guests | undefined = undefined;

  constructor(observers: readonly Observer[] = []) {
    for (const observer of observers) this.add(observer);
  }

  /** Joins behind those who joined before; not while an event is shown. */
  add(observer: Observer): void {
    this.#all.push(observer);
    this.#byWish.clear();
    this.#ofCommits = undefined;
  }

  /** Shows an event to all who want it. */
  show(event: RunEvent): void {
    const wanting = event.kind === 'commit' ? this.#guests().of(event.changes) : this.#list(event);
    for (let at = 0; at < wanting.length; at++) (wanting[at] as Observer).observe(event);
  }

  #guests(): Guests {
    this.#ofCommits ??= new Guests(this.#all.filter(({ kinds }) => wants(kinds, 'commit')));
    return this.#ofCommits;
  }

  #list(event: RunEvent): readonly Observer[] {
    const part = partOf(event);
    let wanting = this.#byWish.get(part);
    if (wanting === undefined) {
      wanting = this.#all.filter(({ kinds }) => wants(kinds, event.kind) || wants(kinds, part));
      this.#byWish.set(part, wanting);
    }
    return wanting;
  }
}

function wants(kinds: readonly Wish[] | undefined, wish: Wish): boolean {
  return kinds === undefined || kinds.includes(wish);
}

/** The narrowest wish that an event answers. */
function partOf(event: RunEvent): Wish {
  if (event.kind === 'send') return event.source === 'server' ? 'server-send' : 'device-send';
  if (event.kind !== 'stepped') return event.kind;
  return event.effects[0]?.kind === 'commit' ? 'stepped' : 'writeless-step';
}

/** Those who want one collection; compared by identity. */
type Wanting = readonly Observer[];

/** Everybody who wants any of the collections met so far, in order of joining. */
interface Circle {
  readonly observers: readonly Observer[];
  /** The circle with those added who want one more collection. */
  readonly wider: Map<Wanting, Circle>;
}

const NOBODY: Wanting = [];

/** The observers of the commits of one audience. */
class Guests {
  readonly #all: readonly Observer[];
  /** By declared name, so that all collections below `skipped/` share one list. */
  readonly #byName = new Map<string, Wanting>();
  readonly #byCollection = new Map<string, Wanting>();
  readonly #circles: Circle[] = [];
  readonly #always: Circle;

  /** `all`: whoever wants commits, in order of joining. */
  constructor(all: readonly Observer[]) {
    this.#all = all;
    for (const { collections = [] } of all) {
      for (const name of collections) {
        const wanting = all.filter((observer) => observer.collections?.includes(name));
        this.#byName.set(name, wanting);
      }
    }
    this.#always = this.#circle(all.filter(({ collections }) => collections === undefined));
  }

  /** Whoever wants one of these changes, in order of joining, each once. */
  of(changes: readonly Change[]): readonly Observer[] {
    let circle = this.#always;
    for (let at = 0; at < changes.length; at++) {
      const { collection } = changes[at] as Change;
      const wanting = this.#byCollection.get(collection) ?? this.#wanting(collection);
      if (wanting !== NOBODY) circle = circle.wider.get(wanting) ?? this.#widen(circle, wanting);
    }
    return circle.observers;
  }

  #wanting(collection: string): Wanting {
    const slash = collection.indexOf('/');
    const name = slash < 0 ? collection : collection.slice(0, slash + 1);
    const wanting = this.#byName.get(name) ?? NOBODY;
    this.#byCollection.set(collection, wanting);
    return wanting;
  }

  #widen(from: Circle, wanting: Wanting): Circle {
    const both = new Set([...from.observers, ...wanting]);
    const circle = this.#circle(this.#all.filter((observer) => both.has(observer)));
    from.wider.set(wanting, circle);
    return circle;
  }

  /** Equal lists share one circle, so that there are few of them. */
  #circle(observers: readonly Observer[]): Circle {
    const known = this.#circles.find((circle) => isSameList(circle.observers, observers));
    if (known !== undefined) return known;
    const circle = { observers, wider: new Map<Wanting, Circle>() };
    this.#circles.push(circle);
    return circle;
  }
}

function isSameList(one: readonly Observer[], other: readonly Observer[]): boolean {
  return one.length === other.length && one.every((observer, at) => observer === other[at]);
}
