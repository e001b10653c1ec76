/** Before end-to-end tests: the built program is that of the sources, or the tests do not start. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export function setup() {
  const script = fileURLToPath(new URL('./build.mjs', import.meta.url));
  const done = spawnSync(process.execPath, [script, '--if-stale'], { stdio: 'inherit' });
  if (done.status !== 0) throw new Error('the build failed; see above');
}
