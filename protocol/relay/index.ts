/**
 * The phone relay (edition `relay-2020`): the phone is the only device with keys of its own, and
 * browsers mirror it through the server, which forwards what it cannot open. Specification 11.
 */

import type { Architecture, DeviceSetup, ProtocolNode } from '../contract.ts';
import { createBlobs } from '../fanout/blobs/blobs.ts';
import type { Store } from '../store.ts';
import { describe, keysIn } from './describe.ts';
import { createPage } from './page/page.ts';
import { createPhone } from './phone/phone.ts';
import { createRelayServer } from './server/server.ts';
import { timeZero } from './time-zero.ts';

function createDevice(store: Store, setup: DeviceSetup): ProtocolNode {
  return setup.role === 'primary' ? createPhone(store, setup) : createPage(store, setup);
}

export const relay: Architecture = {
  name: 'relay',
  companionsLive: 'one',
  timeZero,
  device: createDevice,
  server: createRelayServer,
  blobs: createBlobs,
  describe,
  keysIn,
};
