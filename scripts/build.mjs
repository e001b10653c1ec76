/**
 * Builds `dist/`: compiles, copies what the program reads at run time, builds the page of the
 * comparison into `dist/reports/compare/page.html`, writes `dist/build.json`, and builds the viewer
 * into `dist/viewer/`. The digest `build` covers every file of the program and no clock, so that
 * equal sources give equal builds. The viewer is no part of it: its recorded runs carry that digest
 * in their headers. `source` covers all sources, so that `--if-stale` can tell whether there is
 * anything to do. `--sizes` prints what the viewer weighs.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const staging = join(root, 'dist.new');
const rooms = ['protocol', 'scenarios', 'sim', 'reports', 'cli'];
const assets = /\.(json|csv|ya?ml|md)$/;
const page = join('reports', 'compare', 'page');
const leftOut = /(\.test\.tsx?|\.prop\.ts|\.d\.ts)$|\/(testing|vectors|fixtures|golden|corpus)\//;

/** All files below a folder, sorted, so that digests do not depend on the file system. */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

function digestOf(files, base) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${relative(base, file)}\0`);
    hash.update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return hash.digest('hex').slice(0, 32);
}

function sourceDigest() {
  const sources = [...rooms, 'viewer']
    .flatMap((room) => filesBelow(join(root, room)))
    .filter((file) => !leftOut.test(file));
  const single = [
    'package.json',
    'package-lock.json',
    'scripts/build-page.mjs',
    'scripts/build-viewer.mjs',
    'tsconfig.json',
    'tsconfig.build.json',
    'tsconfig.viewer.json',
  ];
  return digestOf([...sources, ...single.map((name) => join(root, name))], root);
}

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { ok: done.status === 0, text: `${done.stdout ?? ''}${done.stderr ?? ''}` };
}

function commitId() {
  if (!existsSync(join(root, '.git'))) return 'unknown';
  const head = run('git', ['rev-parse', 'HEAD']);
  return head.ok ? head.text.trim() : 'unknown';
}

function copyAssets() {
  for (const room of rooms) {
    for (const file of filesBelow(join(root, room))) {
      if (!assets.test(file) || leftOut.test(file)) continue;
      const target = join(staging, relative(root, file));
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(file, target);
    }
  }
}

/** The tools of the page are loaded only when there is something to build. */
async function buildPage() {
  const { pageTemplate } = await import('./build-page.mjs');
  writeFileSync(join(staging, `${page}.html`), await pageTemplate(join(root, page)));
}

async function addViewer() {
  const { buildViewer } = await import('./build-viewer.mjs');
  await buildViewer(join(root, 'viewer'), staging);
}

async function printSizes() {
  const { viewerSizes } = await import('./build-viewer.mjs');
  process.stdout.write(viewerSizes(dist));
}

async function build() {
  const source = sourceDigest();
  const stamp = join(dist, 'build.json');
  if (process.argv.includes('--if-stale') && existsSync(stamp)) {
    if (JSON.parse(readFileSync(stamp, 'utf8')).source === source) return;
  }
  rmSync(staging, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const compiled = run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', staging]);
  if (!compiled.ok) {
    process.stderr.write(`${compiled.text}\nbuild: the sources do not compile\n`);
    rmSync(staging, { recursive: true, force: true });
    process.exit(1);
  }
  copyAssets();
  await buildPage();
  const bin = join(staging, 'cli', 'bin.js');
  if (existsSync(bin)) chmodSync(bin, 0o755);
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  const facts = {
    version,
    build: digestOf(filesBelow(staging), staging),
    commit: commitId(),
    source,
  };
  writeFileSync(join(staging, 'build.json'), `${JSON.stringify(facts, null, 2)}\n`);
  await addViewer();
  rmSync(dist, { recursive: true, force: true });
  renameSync(staging, dist);
}

await build();
if (process.argv.includes('--sizes')) await printSizes();
