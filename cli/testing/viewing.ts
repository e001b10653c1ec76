/** `lockstep view` as a real process: its address, and its end. */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));

/** A server that was started. */
export interface Viewing {
  /** The printed address, with its fragment. */
  readonly address: string;
  readonly port: number;
  /** Sends Ctrl-C; answers with the exit code. */
  end(): Promise<number | null>;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode);
    else child.once('close', resolve);
  });
}

/** Starts it and waits for its address. */
export async function viewing(args: readonly string[] = []): Promise<Viewing> {
  const child = spawn(process.execPath, [BIN, 'view', ...args], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints += text;
  });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
      const line = /^(http:\S+)\n/m.exec(said);
      if (line?.[1] !== undefined) resolve(line[1]);
    });
    child.once('close', (code) => reject(new Error(`view ended with ${code}\n${complaints}`)));
  });
  return {
    address,
    port: Number(new URL(address).port),
    end: () => {
      const code = ended(child);
      child.kill('SIGINT');
      return code;
    },
  };
}
