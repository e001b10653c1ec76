/** What a story cost, as numbers: bytes, stanzas, cryptography, battery, the server's queues. */

import { keepAliveOf, PING_MEAN_US } from '../../network/traffic.ts';
import { SERVER } from '../../world/timeline.ts';
import type { Folds } from './folds.ts';
import { type RadioBill, radioBill, radioOf } from './radio.ts';
import { keep, type Measured, meanOf } from './samples.ts';
import type { Role } from './stage.ts';

/** Bytes per device of a kind, and at the server; stanzas; retries. */
export function keepTraffic(into: Measured, folds: Folds, nowUs: number): void {
  const { stage, frames, messages } = folds;
  const { network } = stage.world;
  const byRole: Record<Role, { up: number[]; down: number[] }> = {
    phone: { up: [], down: [] },
    companion: { up: [], down: [] },
  };
  let serverKeepAlives = 0;
  for (const [host, role] of stage.roles) {
    const { bytes } = network.frames.trafficOf(host);
    let keepAlives = 0;
    for (const { peer, fromUs } of frames.of(host).open.values()) {
      const { wakeUps, bytesEach } = keepAliveOf(nowUs - fromUs);
      keepAlives += wakeUps * bytesEach;
      if (peer === SERVER) serverKeepAlives += wakeUps * bytesEach;
    }
    byRole[role].up.push(bytes[0] + keepAlives);
    byRole[role].down.push(bytes[1] + keepAlives);
  }
  for (const role of ['phone', 'companion'] as const) {
    keep(into, `bytes.${role}.up`, meanOf(byRole[role].up));
    keep(into, `bytes.${role}.down`, meanOf(byRole[role].down));
  }
  const server = network.frames.trafficOf(SERVER);
  into.set('bytes.server.up', server.bytes[1] + serverKeepAlives);
  into.set('bytes.server.down', server.bytes[0] + serverKeepAlives);
  const stanzas = server.stanzas[0] + server.stanzas[1];
  into.set('stanzas', stanzas);
  const written = [...messages.written()].length;
  if (written > 0) into.set('stanzas.per-message', stanzas / written);
  into.set('retries', frames.retries);
}

/** Cryptography, radios and queues. */
export function keepWork(into: Measured, folds: Folds, nowUs: number): void {
  const { ciphertexts, operations, messages, server } = folds;
  const sealings = ciphertexts.all().filter(({ messageId }) => messages.byId(messageId));
  keep(into, 'ciphertexts.per-message', meanOf(sealings.map((one) => one.ciphertexts)));
  keep(into, 'ciphertexts.formula', meanOf(sealings.map(({ formula }) => formula)));
  for (const role of ['phone', 'companion'] as const) {
    const { asymmetric, symmetric, costUs } = operations[role];
    into.set(`operations.${role}.asymmetric`, asymmetric);
    into.set(`operations.${role}.symmetric`, symmetric);
    into.set(`cpu.${role}`, costUs);
  }
  const bills = radioBills(folds, nowUs);
  keep(into, 'radio.wake-ups', meanOf(bills.map(({ wakeUps }) => wakeUps)));
  keep(into, 'radio.active', meanOf(bills.map(({ activeUs }) => activeUs / 1_000_000)));
  keep(into, 'radio.energy', meanOf(bills.map(({ joules }) => joules)));
  const { most, mean, ageP95Us, ageMostUs } = server.figures(nowUs);
  into.set('queue.most', most);
  into.set('queue.mean', mean);
  keep(into, 'queue.age.p95', ageP95Us);
  keep(into, 'queue.age.max', ageMostUs);
  into.set('prekeys.consumed', server.prekeysTaken);
}

function radioBills({ stage, frames }: Folds, nowUs: number): readonly RadioBill[] {
  const based = new Map(stage.scenario.networks.map(({ name, basedOn }) => [name, basedOn]));
  const builtIn = (name: string): string => {
    const base = based.get(name);
    return base === undefined ? name : builtIn(base);
  };
  const phones = [...stage.roles].filter(([, role]) => role === 'phone');
  return phones.map(([phone]) => {
    const link = stage.world.network.link(phone);
    const modelAt = (timeUs: number) => radioOf(builtIn(link.modelAt(timeUs).name));
    const stretches = frames.stretches(phone, nowUs);
    return radioBill(frames.of(phone).uses, stretches, PING_MEAN_US, nowUs, modelAt);
  });
}
