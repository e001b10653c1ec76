/**
 * Accounts, devices and networks: from the written form to plain data, names checked.
 */

import type { Complaints, Path } from './complaint.ts';
import { COMPANIONS_MAX } from './limits.ts';
import { parseTraceCsv } from './network-trace.ts';
import type { Account, CustomNetwork, Device, TraceRow } from './scenario.ts';
import type { WrittenScenario } from './schema.ts';
import { readChance, readDuration } from './words.ts';

type WrittenAccount = WrittenScenario['accounts'][string];
type WrittenPhone = WrittenAccount['phone'];
type WrittenNetwork = WrittenScenario['networks'][string];

/** Names with a meaning of their own: neither accounts nor groups are called so. */
export const RESERVED = ['server', 'blobs', 'world', 'phone'];

/**
 * The entries of a mapping by name, in order of writing: names begin with a letter, so that no
 * engine moves integer-like keys to the front.
 */
export function entriesOf<Value>(written: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(written);
}

function resolveNetworkList(complaints: Complaints, written: WrittenPhone, path: Path) {
  if (typeof written.network === 'string') return [{ fromUs: 0, name: written.network }];
  let lastUs = -1;
  return written.network.map(({ from, use }, index) => {
    const fromUs = readDuration(complaints, from, [...path, 'network', index, 'from']);
    const at = [...path, 'network', index];
    if (index === 0 && fromUs !== 0) complaints.at(at, 'the first network is in force from 0s on');
    if (fromUs <= lastUs) complaints.at(at, 'networks of a device are written in order of time');
    lastUs = fromUs;
    return { fromUs, name: use };
  });
}

function resolveDevice(
  complaints: Complaints,
  name: string,
  written: WrittenPhone & { readonly linked?: boolean },
  path: Path,
): Device {
  return {
    name,
    role: name.endsWith('.phone') ? 'primary' : 'companion',
    network: resolveNetworkList(complaints, written, path),
    isLinked: written.linked ?? true,
    power: written.power,
    clockSkewUs: readDuration(complaints, written['clock-skew'], [...path, 'clock-skew']),
  };
}

/** From which time on the app knows of several devices; the first entry is that of time zero. */
function resolveApp(complaints: Complaints, written: WrittenAccount, path: Path) {
  const at = [...path, 'app'];
  if (typeof written.app === 'string') {
    return [{ fromUs: 0, isCapable: written.app === 'current' }];
  }
  let last = { fromUs: -1, isCapable: false };
  return written.app.map(({ from, use }, index) => {
    const fromUs = readDuration(complaints, from, [...at, index, 'from']);
    const isCapable = use === 'current';
    const here = [...at, index];
    if (index === 0 && fromUs !== 0) complaints.at(here, 'the first app is in use from 0s on');
    if (fromUs <= last.fromUs) complaints.at(here, 'apps are written in order of time');
    if (last.isCapable && !isCapable) complaints.at(here, 'an app grows newer, never older');
    last = { fromUs, isCapable };
    return last;
  });
}

function resolveAccount(
  complaints: Complaints,
  name: string,
  written: WrittenAccount,
  hasBrowsers: boolean,
): Account {
  const path = ['accounts', name];
  if (RESERVED.includes(name)) {
    complaints.key(path, `"${name}" cannot be the name of an account; it has a meaning already`);
  }
  const phone = resolveDevice(complaints, `${name}.phone`, written.phone, [...path, 'phone']);
  const companions = entriesOf(written.companions).map(([short, companion]) => {
    const at = [...path, 'companions', short];
    if (short === 'phone') complaints.key(at, 'a companion cannot be called phone');
    return resolveDevice(complaints, `${name}.${short}`, companion, at);
  });
  const linked = companions.filter(({ isLinked }) => isLinked).length;
  if (linked > COMPANIONS_MAX) {
    const sentence = `${name} has ${linked} companions; at most four can be linked`;
    complaints.key([...path, 'companions'], sentence);
  }
  const multiDevice = resolveApp(complaints, written, path);
  if (multiDevice[0]?.isCapable === false && linked > 0 && !hasBrowsers) {
    const only = `${name}’s app is old and knows of a phone only`;
    const sentence = `${only}; say \`linked: false\` and link them after its upgrade`;
    complaints.key([...path, 'companions'], sentence);
  }
  return {
    name,
    multiDevice,
    devices: [phone, ...companions],
  };
}

/** Resolves all accounts, in order of writing. */
export function resolveAccounts(complaints: Complaints, written: WrittenScenario): Account[] {
  const entries = entriesOf(written.accounts);
  if (entries.length === 0) complaints.at(['accounts'], 'a scenario needs at least one account');
  // In a story of the relay the companions of an old app are browsers, which it does know of.
  const hasBrowsers = written.architecture === 'relay';
  return entries.map(([name, account]) => resolveAccount(complaints, name, account, hasBrowsers));
}

function resolveTrace(
  complaints: Complaints,
  written: NonNullable<WrittenNetwork['trace']>,
  path: Path,
  readText: ((path: string) => string | undefined) | undefined,
): readonly TraceRow[] {
  if (typeof written === 'string') {
    const text = readText?.(written);
    if (text !== undefined) return parseTraceCsv(complaints, text, path, written);
    const why =
      readText === undefined ? 'files cannot be read here; write its rows' : 'no such file';
    complaints.at(path, `the trace "${written}" cannot be read: ${why}`);
    return [];
  }
  let lastUs = -1;
  return written.map((row, index) => {
    const at = [...path, index];
    const timeUs = readDuration(complaints, row.time, [...at, 'time']);
    if (index === 0 && timeUs !== 0) complaints.at(at, 'a trace begins at 0s');
    if (timeUs <= lastUs) complaints.at(at, 'rows of a trace are written in order of time');
    lastUs = timeUs;
    return {
      timeUs,
      latencyUs: readDuration(complaints, row.latency, [...at, 'latency']),
      loss: readChance(complaints, row.loss, [...at, 'loss']),
    };
  });
}

function resolveLatency(complaints: Complaints, written: readonly string[], path: Path) {
  let lastUs = 0;
  return written.map((text, index) => {
    const latencyUs = readDuration(complaints, text, [...path, index]);
    if (latencyUs < lastUs) complaints.at([...path, index], 'latency quantiles ascend');
    lastUs = latencyUs;
    return latencyUs;
  });
}

function resolveNetwork(
  complaints: Complaints,
  name: string,
  written: WrittenNetwork,
  options: NetworkOptions,
): CustomNetwork {
  const path = ['networks', name];
  const basedOn = written['based-on'];
  if (options.builtIn.includes(name)) complaints.key(path, `"${name}" is a built-in network`);
  if (!options.builtIn.includes(basedOn)) {
    const sentence = `"${basedOn}" is not a built-in network`;
    complaints.word([...path, 'based-on'], basedOn, sentence, options.builtIn);
  }
  const { latency, trace } = written;
  const bandwidth = written['bandwidth-bytes-per-second'];
  const chance = (key: 'loss' | 'duplication' | 'reordering' | 'corruption') => {
    const read = written[key];
    return read === undefined ? {} : { [key]: readChance(complaints, read, [...path, key]) };
  };
  return {
    name,
    basedOn,
    ...(latency && { latencyUs: resolveLatency(complaints, latency, [...path, 'latency']) }),
    ...chance('loss'),
    ...chance('duplication'),
    ...chance('reordering'),
    ...chance('corruption'),
    ...(bandwidth !== undefined && { bandwidthBytesPerSecond: bandwidth }),
    ...(trace && { trace: resolveTrace(complaints, trace, [...path, 'trace'], options.readText) }),
  };
}

/** What describing a network needs from outside. */
export interface NetworkOptions {
  readonly builtIn: readonly string[];
  readonly readText: ((path: string) => string | undefined) | undefined;
}

/** Resolves the networks described in the scenario. */
export function resolveNetworks(
  complaints: Complaints,
  written: WrittenScenario,
  options: NetworkOptions,
): CustomNetwork[] {
  return entriesOf(written.networks).map(([name, network]) =>
    resolveNetwork(complaints, name, network, options),
  );
}
