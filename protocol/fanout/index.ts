/**
 * Client fanout (edition `fanout-2021`): phone, companion and server, and the world before the
 * story.
 */

import type { Architecture } from '../contract.ts';
import { createBlobs } from './blobs/blobs.ts';
import { describe, keysIn } from './describe.ts';
import { createDevice } from './device/device.ts';
import { createServer } from './server/server.ts';
import { timeZero } from './time-zero.ts';

export const fanout: Architecture = {
  name: 'fanout',
  companionsLive: 'all',
  timeZero,
  device: createDevice,
  server: createServer,
  blobs: createBlobs,
  describe,
  keysIn,
};
