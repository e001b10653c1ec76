/**
 * Media of a call, sampled: one real packet per beat and participant, protected under the sender's
 * keys (specification 9.6) and passed on by the server, which keeps none. That a packet opens
 * proves that both ends hold the same keys; how many came, and how evenly, is the statistics of the
 * call. Sequence numbers are volatile: no call outlives a boot, so none is used twice under a
 * secret. Assumption: media runs through a relay of its own in reality.
 */

import type { DeviceJid } from '../../contract.ts';
import { isRejected, reject } from '../../errors.ts';
import { masterKeysOf, streamNumberOf } from '../../messages/call-keys.ts';
import { type CallName, packetStanza } from '../../messages/call-stanza.ts';
import {
  type PacketIndex,
  protectRtp,
  rolloverOf,
  type SrtpKeys,
  srtpKeys,
  unprotectRtp,
} from '../../messages/srtp.ts';
import type { Store } from '../../store.ts';
import { decodeRtpHeader, encodeRtp } from '../../wire/rtp.ts';
import type { Step } from '../step.ts';
import { type LiveCall, peersOf } from './call-records.ts';
import { sendIfConnected } from './receipts.ts';
import { accountOf } from './records.ts';

/** The number under which encoded sound travels. Assumption: what other clients use is dynamic. */
const SOUND_PAYLOAD = 120;
/** Opus at 24 kbit/s: 60 bytes in each of 50 packets a second. */
const SOUND_BYTES = 60;
const SOUND_BYTES_PER_S = 3_000;
/** Assumption: a picture of medium quality, 500 kbit/s. */
const VIDEO_BYTES_PER_S = 62_500;
const SEQUENCE_END = 65_536;
const TICK_END = 2 ** 32;
/** Packets further back than this are not taken (RFC 3711, 3.3.2). */
const REPLAY_WINDOW = 64;

/** One stream as it is protected. */
interface Stream {
  readonly generation: number;
  readonly keys: SrtpKeys;
  readonly streamNumber: number;
}

/** What was heard of one participant. */
interface Heard {
  stream: Stream;
  highest: PacketIndex | undefined;
  /** Indexes taken lately, for repeats. */
  readonly recent: Set<number>;
  /** Since the start: packets it must have sent, and those that came. */
  firstIndex: number;
  lastIndex: number;
  received: number;
  /** Of the last packet: arrival minus time stamp, in ticks; undefined before two came. */
  transit: number | undefined;
  /** Interarrival jitter in sixteenths of a tick (RFC 3550, A.8). */
  jitter: number;
}

/** The volatile side of the live call. */
interface MediaState {
  readonly callId: string;
  own: Stream | undefined;
  /** Packets protected so far: sequence and rollover of the next. */
  next: number;
  sent: number;
  /** Beats since the connecting began. */
  beats: number;
  connectedUs: number;
  readonly heard: Map<DeviceJid, Heard>;
  /** Beats since a participant was heard, or came in. */
  readonly silent: Map<DeviceJid, number>;
}

function mediaOf(store: Store, callId: string): MediaState {
  let state = store.volatile.get('call-media') as MediaState | undefined;
  if (state?.callId !== callId) {
    const none = { own: undefined, next: 0, sent: 0, beats: 0, connectedUs: 0 };
    state = { callId, ...none, heard: new Map(), silent: new Map() };
    store.volatile.set('call-media', state);
  }
  return state;
}

function streamOf(
  step: Step,
  callId: string,
  device: DeviceJid,
  secret: Uint8Array,
  generation: number,
): Stream {
  const { crypto } = step.context;
  return {
    generation,
    keys: srtpKeys(masterKeysOf(secret, device, crypto), crypto),
    streamNumber: streamNumberOf(callId, generation, device, crypto),
  };
}

/** The clock of sound ticks 16,000 times a second, twice in 125 µs. */
function ticks(timeUs: number): number {
  return Math.floor((timeUs * 2) / 125) % TICK_END;
}

/** Sends one packet to each of the devices, which hold this device's current secret. */
export function sendPacket(step: Step, live: LiveCall, targets: readonly DeviceJid[]): void {
  const account = accountOf(step);
  const { call, side } = live;
  if (account === undefined || targets.length === 0 || side.secret.length === 0) return;
  const { number, bytes } = nextPacket(step, live, account.device);
  const name: CallName = { callId: call.callId, creator: call.creator };
  for (const target of targets) {
    const id = `${call.callId}${String(number).padStart(6, '0')}`;
    sendIfConnected(step, packetStanza(id, target, name, bytes));
  }
}

/** The next packet of the own stream, protected as what `device` sends. */
export function nextPacket(
  step: Step,
  { call, side }: LiveCall,
  device: DeviceJid,
): { readonly number: number; readonly bytes: Uint8Array } {
  const media = mediaOf(step.store, call.callId);
  if (media.own?.generation !== side.generation) {
    media.own = streamOf(step, call.callId, device, side.secret, side.generation);
  }
  const { keys, streamNumber } = media.own;
  const header = {
    isMarked: media.next === 0,
    payloadType: SOUND_PAYLOAD,
    sequence: media.next % SEQUENCE_END,
    timestamp: ticks(step.nowUs),
    streamNumber,
  };
  const packet = encodeRtp(header, step.context.numbers.bytes('sound', SOUND_BYTES));
  const rollover = Math.floor(media.next / SEQUENCE_END);
  const sealed = protectRtp(keys, packet, rollover, step.context.crypto);
  const number = media.next;
  media.next += 1;
  media.sent += 1;
  return { number, bytes: sealed };
}

/** Opens a packet. True when it is the first of this participant under its current secret. */
export function hearPacket(
  step: Step,
  live: LiveCall,
  from: { readonly device: DeviceJid; readonly secret: Uint8Array; readonly generation: number },
  bytes: Uint8Array,
): 'refused' | 'first' | 'heard' {
  const { callId } = live.call;
  const media = mediaOf(step.store, callId);
  const before = media.heard.get(from.device);
  const isSame = before?.stream.generation === from.generation;
  const stream = isSame
    ? before.stream
    : streamOf(step, callId, from.device, from.secret, from.generation);
  const header = decodeRtpHeader(bytes);
  if (isRejected(header)) return refused(step, header);
  if (header.streamNumber !== stream.streamNumber) {
    return refused(step, reject('unexpected', 'a media packet is of another stream.'));
  }
  const rollover = rolloverOf(before?.highest, header.sequence);
  if (rollover === undefined) {
    return refused(step, reject('unexpected', 'a media packet lies before the first.'));
  }
  const index = rollover * SEQUENCE_END + header.sequence;
  const isOld = before !== undefined && index <= before.lastIndex - REPLAY_WINDOW;
  if (isOld || before?.recent.has(index) === true) {
    return refused(step, reject('duplicate-message', 'a media packet came a second time.'));
  }
  const opened = unprotectRtp(stream.keys, bytes, rollover, step.context.crypto);
  if (isRejected(opened)) return refused(step, opened);
  note(step, media, from.device, { stream, rollover, index, header });
  return isSame ? 'heard' : 'first';
}

function refused(step: Step, rejection: ReturnType<typeof reject>): 'refused' {
  step.refuse(rejection);
  return 'refused';
}

function note(
  step: Step,
  media: MediaState,
  device: DeviceJid,
  packet: {
    readonly stream: Stream;
    readonly rollover: number;
    readonly index: number;
    readonly header: { readonly sequence: number; readonly timestamp: number };
  },
): void {
  const { stream, rollover, index, header } = packet;
  const heard: Heard = media.heard.get(device) ?? {
    stream,
    highest: undefined,
    recent: new Set(),
    firstIndex: index,
    lastIndex: index,
    received: 0,
    transit: undefined,
    jitter: 0,
  };
  heard.stream = stream;
  if (heard.highest === undefined || index >= heard.lastIndex) {
    heard.highest = { rollover, sequence: header.sequence };
    heard.lastIndex = index;
  }
  heard.recent.add(index);
  for (const one of heard.recent) {
    if (one > heard.lastIndex - REPLAY_WINDOW) break;
    heard.recent.delete(one);
  }
  heard.received += 1;
  media.silent.set(device, 0);
  const transit = (ticks(step.nowUs) - header.timestamp + TICK_END) % TICK_END;
  if (heard.transit !== undefined) {
    const apart = Math.abs(transit - heard.transit);
    const change = Math.min(apart, TICK_END - apart);
    heard.jitter += change - Math.floor((heard.jitter + 8) / 16);
  }
  heard.transit = transit;
  media.heard.set(device, heard);
}

/** The first packet has opened: the talk begins. */
export function beginMedia(step: Step, callId: string): void {
  const media = mediaOf(step.store, callId);
  media.beats = 0;
  media.silent.clear();
  media.connectedUs = step.nowUs;
}

/** One more beat has passed. Beats so far in this phase; devices that are silent for too long. */
export function countBeat(
  step: Step,
  callId: string,
  silentBeatsMax: number,
): { readonly beats: number; readonly silent: readonly DeviceJid[] } {
  const media = mediaOf(step.store, callId);
  media.beats += 1;
  const silent: DeviceJid[] = [];
  for (const { device, state } of peersOf(step, callId)) {
    if (state !== 'in') continue;
    const beats = (media.silent.get(device) ?? 0) + 1;
    media.silent.set(device, beats);
    if (beats > silentBeatsMax) silent.push(device);
  }
  return { beats: media.beats, silent };
}

/** Of a call that is over: how long it lasted and how the media fared. Forgets it. */
export function closeMedia(step: Step, callId: string, isVideo: boolean): Record<string, number> {
  const media = mediaOf(step.store, callId);
  step.store.volatile.delete('call-media');
  const lastedUs = media.connectedUs === 0 ? 0 : Math.max(0, step.nowUs - media.connectedUs);
  let [received, expected, jitter] = [0, 0, 0];
  for (const heard of media.heard.values()) {
    received += heard.received;
    expected += heard.lastIndex - heard.firstIndex + 1;
    jitter = Math.max(jitter, heard.jitter);
  }
  const rate = SOUND_BYTES_PER_S + (isVideo ? VIDEO_BYTES_PER_S : 0);
  return {
    lastedUs,
    packetsSent: media.sent,
    packetsReceived: received,
    packetsLost: Math.max(0, expected - received),
    jitterUs: Math.floor((jitter * 125) / 32),
    streamBytes: Math.floor((lastedUs * rate) / 1_000_000),
  };
}
