/**
 * The table of rooms: which folder may import which, and which packages. An import goes up the
 * table, never down it. Lint has the same walls by pattern; this one resolves every path.
 */

import type { Import } from './imports.ts';

interface Wall {
  /** Folder or file the wall stands around; the longest match wins. */
  readonly room: string;
  /** Folders and files it may import besides itself. */
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
}

const NOBLE = ['@noble/ciphers', '@noble/curves', '@noble/hashes'];
const FLOORS = ['sim/kernel', 'sim/network', 'sim/trace', 'sim/ledger'];
const WORLD = ['protocol', 'scenarios', ...FLOORS, 'sim/hosts', 'sim/world'];
const RUN = [...WORLD, 'sim/properties', 'sim/adversary', 'sim/run'];
const SIM = [...RUN, 'sim/explore'];

/** What the page of the comparison draws from: the document, its words and its pictures. */
const PAGE_SEES = ['model', 'figures', 'readings', 'headlines', 'pictures'].map(
  (name) => `reports/compare/${name}.ts`,
);

/** The table itself. */
export const WALLS: readonly Wall[] = [
  { room: 'protocol', rooms: [], packages: [...NOBLE, 'fflate'] },
  { room: 'protocol/crypto/openssl.ts', rooms: ['protocol'], packages: ['node:crypto'] },
  { room: 'scenarios', rooms: [], packages: ['zod', 'yaml', 'fast-check'] },
  { room: 'sim/kernel', rooms: ['protocol'], packages: ['seedrandom', ...NOBLE] },
  { room: 'sim/network', rooms: ['protocol', ...FLOORS], packages: [...NOBLE] },
  { room: 'sim/ledger', rooms: ['protocol', 'scenarios', ...FLOORS], packages: NOBLE },
  { room: 'sim/trace', rooms: ['protocol', 'scenarios', ...FLOORS], packages: NOBLE },
  { room: 'sim/hosts', rooms: WORLD, packages: NOBLE },
  { room: 'sim/world', rooms: WORLD, packages: NOBLE },
  { room: 'sim/adversary', rooms: WORLD, packages: NOBLE },
  { room: 'sim/properties', rooms: [...WORLD, 'sim/adversary'], packages: NOBLE },
  { room: 'sim/run', rooms: RUN, packages: NOBLE },
  { room: 'sim/explore', rooms: SIM, packages: ['fast-check', 'tinypool'] },
  { room: 'sim/explore/pool.ts', rooms: SIM, packages: ['tinypool', 'node:url', 'node:fs'] },
  { room: 'sim/explore/worker.ts', rooms: SIM, packages: ['node:worker_threads'] },
  { room: 'sim/index.ts', rooms: SIM, packages: [] },
  { room: 'sim/index.node.ts', rooms: [...SIM, 'sim/index.ts'], packages: [] },
  { room: 'sim/vitest.ts', rooms: [...SIM, 'sim/index.node.ts'], packages: ['vitest'] },
  { room: 'reports', rooms: ['scenarios', ...SIM], packages: [] },
  { room: 'reports/compare/page', rooms: PAGE_SEES, packages: ['chart.js'] },
  {
    room: 'viewer',
    rooms: ['protocol/wire', 'sim/trace', 'sim/adversary/key-graph.ts', 'reports'],
    packages: ['preact', '@preact/signals', 'chart.js', 'fflate'],
  },
  { room: 'viewer/live', rooms: ['protocol', 'scenarios', ...SIM, 'reports'], packages: [] },
];

/** Browser only: bundled into files, and imported by nobody. */
const PAGES: readonly string[] = ['reports/compare/page', 'viewer'];

/** The fast provider is handed in by the edges and imported by nobody else. */
const OPENSSL = 'protocol/crypto/openssl.ts';
const OPENSSL_USERS = ['cli/', 'sim/index.node.ts', 'sim/vitest.ts', 'sim/explore/worker.ts'];

function isInside(path: string, room: string): boolean {
  return path === room || path.startsWith(`${room}/`);
}

/** The package of an import: `@noble/hashes/sha2.js` is of `@noble/hashes`. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** One sentence for an import that breaks the table; undefined when it is allowed. */
export function breachOf(one: Import): string | undefined {
  const arrow = `${one.from} imports ${one.to}`;
  if (!one.isPackage && isInside(one.to, 'cli') && !isInside(one.from, 'cli')) {
    return `${arrow}: nobody imports the command line`;
  }
  if (!one.isPackage) {
    const page = PAGES.find((room) => isInside(one.to, room) && !isInside(one.from, room));
    if (page !== undefined) return `${arrow}: ${page} is for browsers, nobody imports it`;
  }
  if (one.to === OPENSSL && !OPENSSL_USERS.some((user) => one.from.startsWith(user))) {
    return `${arrow}: the fast provider is handed in, not imported`;
  }
  const wall = WALLS.filter(({ room }) => isInside(one.from, room)).sort(
    (left, right) => right.room.length - left.room.length,
  )[0];
  if (wall === undefined) return undefined;
  if (one.isPackage) {
    return wall.packages.includes(packageOf(one.to))
      ? undefined
      : `${arrow}: not a package of ${wall.room}`;
  }
  const isAllowed = [wall.room, ...wall.rooms].some((room) => isInside(one.to, room));
  return isAllowed ? undefined : `${arrow}: ${wall.room} may not look there`;
}
