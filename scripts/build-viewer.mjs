/**
 * Builds the viewer around the built program: the page, its two workers, two recorded runs, a list
 * of the library, and the page as one file that opens from disk. Names carry no digests and
 * addresses are relative, so that any static server will do; equal sources of equal program facts
 * give equal files.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import {
  barePage,
  bundled,
  closedScript,
  digestOf,
  inert,
  policyElement,
  TARGET,
  withHead,
} from './build-page.mjs';

/** Where `single.html` takes the runs it shows; `reports/run-page.ts` puts them there. */
const DATA_PLACE = '<!--lockstep:run-data-->';

/** What the recorded runs show. */
const RECORDED = { scenario: 'phone-offline', seed: '7' };
const ARCHITECTURES = ['fanout', 'relay'];

const JSX = { oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } } };

/** A worker as one classic script that asks for nothing. */
async function workerScript(entry, define) {
  const [{ output }] = await build({
    configFile: false,
    envFile: false,
    logLevel: 'error',
    publicDir: false,
    define,
    build: {
      write: false,
      target: TARGET,
      lib: { entry, formats: ['iife'], name: 'lockstepWorker', fileName: 'worker' },
    },
  });
  const chunks = output.filter(({ type }) => type === 'chunk');
  if (chunks.length !== 1) throw new Error(`${entry} became ${chunks.length} scripts`);
  const code = chunks[0].code.trim();
  if (/\bimport\s*\(|\bimportScripts\b/.test(code)) throw new Error(`${entry} asks for a script`);
  return code === '' ? ';' : code;
}

/** The page that asks for its script, style and workers by name. */
function sitePage(page) {
  const policy = policyElement([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  const files =
    '<link rel="stylesheet" href="./viewer.css">\n' +
    '<script type="module" src="./viewer.js"></script>';
  return withHead(barePage(page), `${policy}\n${files}`);
}

/** A worker's text as an element that no browser runs; it must still be a script afterwards. */
function sourceElement(id, source) {
  const text = inert(source);
  new Script(text, { filename: id });
  return `<script type="text/plain" id="${id}">${text}</script>`;
}

/** The page as one file. Its script comes last, when all it looks for is there. */
function singlePage({ page, script, style }, workers) {
  const code = closedScript(script);
  new Script(code, { filename: 'viewer' });
  const policy = policyElement([
    "default-src 'none'",
    `script-src ${digestOf(code)}`,
    `style-src ${digestOf(style)}`,
    'worker-src blob:',
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  const elements = [
    DATA_PLACE,
    ...Object.entries(workers).map(([id, source]) => sourceElement(id, source)),
    `<script>${code}</script>`,
  ];
  const whole = withHead(barePage(page), `${policy}\n<style>${style}</style>`).replace(
    '</body>',
    () => `${elements.join('\n')}\n</body>`,
  );
  if (whole.split(DATA_PLACE).length !== 2) throw new Error('one place for the runs is wanted');
  return whole;
}

/** A run by the program that was just built, as its document and its trace. */
function record(program, folder, architecture) {
  const stem = join(folder, `${RECORDED.scenario}-${architecture}`);
  const trace = `${stem}.trace.ndjson.gz`;
  const flags = ['--seed', RECORDED.seed, '--architecture', architecture];
  const recorded = ['--json', '--quiet', '--detail', '--trace', trace];
  const args = [join(program, 'cli', 'bin.js'), 'run', RECORDED.scenario, ...flags, ...recorded];
  const done = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0)
    throw new Error(`the recorded run ended with ${done.status}${done.stderr}`);
  writeFileSync(`${stem}.json`, done.stdout);
}

/** Every story of the library with what somebody wants to know before choosing it. */
async function galleryOf(program) {
  const imported = (path) => import(pathToFileURL(join(program, path)).href);
  const { findScenario, listScenarios } = await imported('scenarios/library.js');
  const { incapabilitiesOf } = await imported('sim/world/capabilities.js');
  return listScenarios().map(({ name, summary }) => {
    const scenario = findScenario(name);
    const able = ARCHITECTURES.filter((architecture) => {
      return incapabilitiesOf(scenario, { name: architecture }).length === 0;
    });
    const { accounts, lengthUs } = scenario;
    const devices = accounts.reduce((sum, account) => sum + account.devices.length, 0);
    return { name, summary, lengthUs, architectures: able, accounts: accounts.length, devices };
  });
}

/**
 * Writes the viewer into `program/viewer`. `program` is the folder of the built program with its
 * `build.json`: the recorded runs and the runs in the page are of that build, and say so; hence no
 * file made here can be part of the digest `build`.
 */
export async function buildViewer(sources, program) {
  const target = join(program, 'viewer');
  const recorded = join(target, 'recorded');
  mkdirSync(recorded, { recursive: true });
  const {
    version,
    build: id,
    commit,
  } = JSON.parse(readFileSync(join(program, 'build.json'), 'utf8'));
  const define = { LOCKSTEP_PROGRAM: JSON.stringify({ version, build: id, commit }) };
  const parts = await bundled(sources, { ...JSX, base: './' });
  const readerWorker = await workerScript(join(sources, 'reader', 'worker.ts'), {});
  const liveWorker = await workerScript(join(sources, 'live', 'worker.ts'), define);
  const workers = { 'reader-worker': readerWorker, 'live-worker': liveWorker };
  const files = {
    'index.html': sitePage(parts.page),
    'viewer.js': parts.script,
    'viewer.css': parts.style,
    'reader-worker.js': readerWorker,
    'live-worker.js': liveWorker,
    'gallery.json': `${JSON.stringify(await galleryOf(program), null, 2)}\n`,
    'single.html': singlePage(parts, workers),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(target, name), text);
  for (const architecture of ARCHITECTURES) record(program, recorded, architecture);
}

/** Sizes of a built viewer as a server sends them, compressed; one line a file. */
export function viewerSizes(program) {
  const names = ['index.html', 'viewer.js', 'viewer.css', 'reader-worker.js'];
  const sizeOf = (name) => gzipSync(readFileSync(join(program, 'viewer', name))).length;
  const line = (name, bytes) => `${name.padEnd(24)} ${(bytes / 1000).toFixed(1).padStart(8)} kB\n`;
  const total = names.reduce((sum, name) => sum + sizeOf(name), 0);
  const apart = ['live-worker.js', 'single.html', 'gallery.json'];
  return (
    names.map((name) => line(name, sizeOf(name))).join('') +
    line('the viewer without data', total) +
    apart.map((name) => line(name, sizeOf(name))).join('')
  );
}
