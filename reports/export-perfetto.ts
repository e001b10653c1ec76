/**
 * A recorded run as Chrome trace-event JSON, which Perfetto opens: a track for each host with its
 * steps and the times it was off or asleep, flights of frames as async slices, causes as flows.
 *
 * A step takes no virtual time. It is drawn as a part of its microsecond, as long as all steps of
 * its host in that microsecond need to stand side by side; so slices nest, and flows have something
 * to hold on to.
 */

import { visible } from '../scenarios/visible.ts';
import type { Trace, TraceEvent } from '../sim/trace/trace.ts';
import { eventText } from './event-text.ts';
import { type SentAgain, sentAgain } from './sent-again.ts';

/** One process holds all; hosts are its threads, from 1 on. */
const PROCESS = 1;

/** Where an event stands on its track, in microseconds. */
interface Place {
  readonly track: number;
  readonly ts: number;
  readonly dur: number;
}

interface Layout {
  readonly tracks: ReadonlyMap<string, number>;
  readonly places: ReadonlyMap<number, Place>;
}

/** Lines of one JSON document, an event a line. */
export function exportPerfetto(trace: Trace): string[] {
  const { header } = trace;
  const layout = layoutOf(trace);
  const again = sentAgain(trace);
  const sends = new Map<number, TraceEvent>();
  const items: object[] = [...trackNames(trace, layout)];
  items.push(...pauses(trace, layout));
  for (const event of trace.events) {
    if (event.kind === 'send') sends.set(event.sequence, event);
    items.push(...itemsOf(event, layout, sends, again));
  }
  const about = {
    scenario: header.scenario,
    seed: header.seed,
    architecture: header.architecture,
    program: header.program,
    build: header.build,
    epochUs: header.epochUs,
    problem: trace.problem,
  };
  const lines = items.map((item, index) => {
    return `${JSON.stringify(item)}${index === items.length - 1 ? '' : ','}`;
  });
  const head = `{"displayTimeUnit":"ms","otherData":${JSON.stringify(about)},"traceEvents":[`;
  return [head, ...lines, ']}'];
}

/** Hosts in the order of the header, then whoever else something happens to. */
function layoutOf({ header, events }: Trace): Layout {
  const tracks = new Map<string, number>();
  const crowds = new Map<string, TraceEvent[]>();
  for (const node of [...header.hosts, ...events.map((event) => event.node)]) {
    if (!tracks.has(node)) tracks.set(node, tracks.size + 1);
  }
  for (const event of events) {
    const moment = `${event.timeUs} ${event.node}`;
    const crowd = crowds.get(moment);
    if (crowd === undefined) crowds.set(moment, [event]);
    else crowd.push(event);
  }
  const places = new Map<number, Place>();
  for (const crowd of crowds.values()) {
    // Halved until all fit: such parts of a microsecond are exact.
    let dur = 1 / 2;
    while (crowd.length * dur >= 1) dur /= 2;
    crowd.forEach(({ sequence, node, timeUs }, index) => {
      places.set(sequence, { track: tracks.get(node) ?? 0, ts: timeUs + index * dur, dur });
    });
  }
  return { tracks, places };
}

function trackNames({ header }: Trace, { tracks }: Layout): object[] {
  const name = `${header.scenario}, seed ${header.seed}, ${header.architecture}`;
  const about = (what: string, tid: number, args: object) => {
    return { name: what, ph: 'M', pid: PROCESS, tid, args };
  };
  return [
    about('process_name', 0, { name: visible(name) }),
    ...[...tracks].flatMap(([node, track]) => [
      about('thread_name', track, { name: node }),
      about('thread_sort_index', track, { sort_index: track }),
    ]),
  ];
}

/** The times a host was off or asleep: from the event that began it to the next of its kind. */
function pauses({ events }: Trace, { places }: Layout): object[] {
  const open = new Map<string, { readonly name: string; readonly from: Place }>();
  const out: object[] = [];
  const close = (node: string, endTs: number): void => {
    const pause = open.get(node);
    open.delete(node);
    if (pause === undefined) return;
    const { track, ts, dur } = pause.from;
    const begin = ts + dur;
    out.push(slice(pause.name, 'pause', { track, ts: begin, dur: Math.max(0, endTs - begin) }, {}));
  };
  let lastTs = 0;
  for (const event of events) {
    const place = places.get(event.sequence);
    if (place === undefined) continue;
    lastTs = Math.max(lastTs, place.ts + place.dur);
    if (event.kind !== 'power') continue;
    close(event.node, place.ts);
    if (event.state === 'off') open.set(event.node, { name: 'off', from: place });
    if (event.state === 'doze') open.set(event.node, { name: 'asleep', from: place });
  }
  for (const node of [...open.keys()]) close(node, lastTs);
  return out;
}

function slice(name: string, cat: string, { track, ts, dur }: Place, args: object): object {
  return { name, cat, ph: 'X', pid: PROCESS, tid: track, ts, dur, args };
}

/** The event itself, the flight that ends with it, and the arrow from its cause. */
function itemsOf(
  event: TraceEvent,
  { places }: Layout,
  sends: ReadonlyMap<number, TraceEvent>,
  again: SentAgain,
): object[] {
  const place = places.get(event.sequence);
  if (place === undefined) return [];
  const { sequence, cause, kind } = event;
  const what = visible(eventText(event, again));
  const out = [slice(nameOf(event), kind, place, { sequence, cause, what })];
  const from = places.get(cause);
  if (from === undefined) return out;
  const point = (ph: string, { track, ts, dur }: Place, more: object): object => {
    return { ph, pid: PROCESS, tid: track, ts: ts + dur / 2, id: sequence, ...more };
  };
  const sent = sends.get(cause);
  if (kind === 'deliver' && sent !== undefined) {
    const flight = { name: nameOf(event), cat: 'flight' };
    const { packet, source, target } = event;
    out.push(
      point('b', from, { ...flight, args: { packet, source, target } }),
      point('e', place, flight),
    );
  }
  const flow = { name: 'cause', cat: 'cause' };
  out.push(point('s', from, flow), point('f', place, { ...flow, bp: 'e' }));
  return out;
}

/** A few words: what fits on a slice. */
function nameOf(event: TraceEvent): string {
  switch (event.kind) {
    case 'send':
    case 'deliver':
      return visible(`${event.kind} ${event.label.kind}`);
    case 'input':
      return event.input === 'command' ? (event.command?.kind ?? 'command') : event.input;
    case 'power':
      return `power ${event.state}`;
    case 'connection':
      return `connection ${event.state}`;
    case 'lever':
      return visible(event.lever);
    case 'emit':
      return visible(event.code);
    case 'phase':
      return `phase ${event.phase}`;
    default:
      return event.kind;
  }
}
