/**
 * The gate: everything that must hold before a change lands, fastest first, stopping at the first
 * red. `npm run gate -- --from unit` begins at a later stage; `--list` names the stages.
 */
import { spawnSync } from 'node:child_process';

const vitest = (project) => ['npx', ['vitest', 'run', '--project', project]];
const stages = [
  ['format', 'npx', ['biome', 'format', '.']],
  ['lint', 'npx', ['biome', 'lint', '--error-on-warnings', '.']],
  ['types', 'npx', ['tsc', '-p', 'tsconfig.json']],
  ['pure types', 'npx', ['tsc', '-p', 'tsconfig.pure.json']],
  ['page types', 'npx', ['tsc', '-p', 'tsconfig.page.json']],
  ['viewer types', 'npx', ['tsc', '-p', 'tsconfig.viewer.json']],
  ['viewer test types', 'npx', ['tsc', '-p', 'tsconfig.viewer-tests.json']],
  ['build', process.execPath, ['scripts/build.mjs', '--if-stale']],
  ['dead code', 'npx', ['knip']],
  ['unit', ...vitest('unit')],
  ['property', ...vitest('property')],
  ['golden', ...vitest('golden')],
  ['e2e', ...vitest('e2e')],
];

const names = stages.map(([name]) => name);
if (process.argv.includes('--list')) {
  process.stdout.write(`${names.join('\n')}\n`);
  process.exit(0);
}
const from = process.argv.indexOf('--from');
const first = from < 0 ? 0 : names.indexOf(process.argv.slice(from + 1).join(' '));
if (first < 0) {
  process.stderr.write(`gate: no such stage; stages are ${names.join(', ')}\n`);
  process.exit(2);
}

const began = performance.now();
for (const [name, command, args] of stages.slice(first)) {
  const start = performance.now();
  process.stdout.write(`── ${name}\n`);
  const done = spawnSync(command, args, { stdio: 'inherit' });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (done.status !== 0) {
    process.stderr.write(`── ${name} is red after ${seconds} s\n`);
    process.exit(1);
  }
  process.stdout.write(`── ${name} is green, ${seconds} s\n`);
}
process.stdout.write(`gate: green, ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
