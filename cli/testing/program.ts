/**
 * The built program as a real process, and its output with what differs from run to run made equal.
 */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = join(ROOT, 'dist', 'cli');
const BIN = join(PROGRAM, 'bin.js');

/** What a process left behind. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

const ENVIRONMENT = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', CI: '' };

/** A folder for files of one test. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'lockstep-test-'));
}

/** Runs `lockstep` (or another entry of the program) with these arguments to its end. */
export function lockstep(args: readonly string[], cwd = ROOT, entry = 'bin.js'): Ended {
  const done = spawnSync(process.execPath, [join(PROGRAM, entry), ...args], {
    cwd,
    encoding: 'utf8',
    env: ENVIRONMENT,
    maxBuffer: 1 << 28,
  });
  return { stdout: done.stdout, stderr: done.stderr, code: done.status };
}

/** Starts `lockstep`, waits, sends signals one after the other, and waits for its end. */
export async function interrupted(
  args: readonly string[],
  signals: readonly NodeJS.Signals[],
  pauseMs: number,
): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: ROOT, env: ENVIRONMENT });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for (const signal of signals) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    child.kill(signal);
  }
  return { code: await ended, stdout, stderr };
}

/** Whole output with real times, digests of the build and scratch folders made equal. */
export function normalised({ stdout, stderr, code }: Ended, folder = '/nowhere'): string {
  const equal = (text: string): string =>
    text
      .replaceAll(folder, '<folder>')
      .replaceAll(ROOT, '<root>/')
      .replace(/(took|runs? in) [\d.]+ (ms|s|min)( [\d.]+ s)?/g, '$1 <time>')
      .replace(/"(build|commit|recordedBuild)": "[^"]+"/g, '"$1": "<$1>"')
      .replace(/\b[0-9a-f]{32}\b/g, '<hash>')
      .replace(/"seconds":[\d.]+/g, '"seconds":<time>');
  return `${equal(stdout)}--- stderr\n${equal(stderr)}--- exit ${code}\n`;
}
