/**
 * The long proof of determinism: the same (scenario, seed) pairs in many circumstances, equal
 * hashes in all. `npm run determinism` takes a quarter of an hour; `-- --seeds 2` is a taste of it,
 * and `-- --gate` is the gate's part: every story of the library on two seeds, in two processes, in
 * another order, and on both back ends.
 */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url));
const library = new URL('../dist/sim/index.node.js', import.meta.url).href;
const isGate = process.argv.includes('--gate');
const { listScenarios } = await import(
  new URL('../dist/scenarios/library.js', import.meta.url).href
);
const stories = isGate
  ? listScenarios().map(({ name }) => name)
  : [
      'companion-first-message',
      'crash-while-receiving',
      'mailbox-duplicates',
      'simultaneous-start',
      'subway',
    ];
const everyCircumstance = [
  { name: 'as it is', flags: [], env: {} },
  { name: 'a second process', flags: [], env: {} },
  { name: '--jitless', isLong: true, flags: ['--jitless', '--no-warnings'], env: {} },
  {
    name: 'Tokyo, Japanese',
    isLong: true,
    flags: [],
    env: { TZ: 'Asia/Tokyo', LANG: 'ja_JP.UTF-8' },
  },
  {
    name: 'Chatham, Turkish',
    isLong: true,
    flags: [],
    env: { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8' },
  },
  { name: 'in shuffled order', flags: [], env: { LOCKSTEP_ORDER: 'shuffled' } },
  { name: 'noble', flags: [], env: { LOCKSTEP_CRYPTO: 'noble' } },
];

const circumstances = everyCircumstance.filter(({ isLong }) => !isGate || isLong !== true);
const at = process.argv.indexOf('--seeds');
const seedCount = isGate ? 2 : at < 0 ? 20 : Number(process.argv[at + 1]);

/** What the child does: prints one line per pair, sorted by pair. */
const child = `
import { nobleProvider, opensslProvider, run } from '${library}';
const stories = ${JSON.stringify(stories)};
const pairs = stories.flatMap((story) =>
  Array.from({ length: ${seedCount} }, (_, index) => [story, String(index + 1)]));
if (process.env.LOCKSTEP_ORDER === 'shuffled') {
  // Longest names first, then against the alphabet: no pair keeps its neighbours.
  const [first, ...rest] = pairs;
  rest.sort((one, other) => (other.join().length - one.join().length) || (one < other ? 1 : -1));
  pairs.splice(0, pairs.length, ...rest, first);
}
const isNoble = process.env.LOCKSTEP_CRYPTO === 'noble';
const lines = pairs.map(([story, seed]) => {
  const crypto = isNoble ? nobleProvider : opensslProvider();
  const { hashes } = run(story, { seed, crypto });
  return [story, seed, hashes.schedule, hashes.skeleton, hashes.bytes, hashes.shown].join(' ');
});
console.log(lines.sort().join('\\n'));
`;

function hashesIn({ name, flags, env }) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const args = [...flags, '--input-type=module', '--eval', child];
    const running = spawn(process.execPath, args, { env: { ...process.env, ...env } });
    let out = '';
    let complaints = '';
    running.stdout.on('data', (text) => {
      out += text;
    });
    running.stderr.on('data', (text) => {
      complaints += text;
    });
    running.on('close', (code) => {
      if (code !== 0) return reject(new Error(`${name} ended with ${code}\n${complaints}`));
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      process.stdout.write(`${name}: ${seconds} s\n`);
      resolve(out);
    });
  });
}

/** `check` with so many workers: everything it says but the time it took. */
function checkWith(jobs) {
  const args = [program, 'check', '--json', '--seed', 'workers', '--runs', '20', '--jobs', jobs];
  const done = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return done.stdout.replace(/"seconds":[\d.]+/, '"seconds":0');
}

let isEqual = true;
function compare(name, one, other) {
  if (one === other && one !== '') return;
  isEqual = false;
  const left = one.split('\n');
  const first = other.split('\n').find((line, index) => line !== left[index]);
  process.stdout.write(`DIFFERENT: ${name}\n  ${first}\n`);
}

const [reference, ...others] = circumstances;
const expected = await hashesIn(reference);
const queue = [...others];
async function worker() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    compare(next.name, expected, await hashesIn(next));
  }
}
await Promise.all([worker(), worker()]);
if (!isGate) {
  const one = checkWith('1');
  compare('check with two workers', one, checkWith('2'));
  process.stdout.write(`check with one and two workers: ${one.trim().split('\n').length} lines\n`);
}
const pairs = expected.trim().split('\n').length;
const ways = circumstances.length;
process.stdout.write(
  isEqual ? `determinism: ${pairs} pairs, ${ways} circumstances, equal\n` : 'determinism: broken\n',
);
process.exitCode = isEqual ? 0 : 3;
