/** The server of `view` as a real process: what it answers, what it refuses, how it ends. */

import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockstep, scratch } from '../testing/program.ts';
import { type Viewing, viewing } from '../testing/viewing.ts';

const STORY = 'companion-first-message';
const folder = scratch();
const trace = join(folder, 'day.trace.ndjson.gz');

/** Filled in by `beforeAll`; an object, since a test file keeps no state of its own. */
const started: { server?: Viewing } = {};

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly server?: Viewing;
}

/** Asks for a path exactly as it is written. */
function asked(path: string, { method = 'GET', host, server }: Asked = {}): Promise<Answer> {
  const { port } = (server ?? started.server) as Viewing;
  const headers = host === undefined ? {} : { host };
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => {
        const { statusCode = 0, headers: got } = response;
        resolve({ status: statusCode, headers: got, body: Buffer.concat(parts) });
      });
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** How a connection to an address of this machine ends. */
function knocked(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3000 });
    const done = (how: string) => () => {
      socket.destroy();
      resolve(how);
    };
    socket.on('connect', done('open'));
    socket.on('timeout', done('silent'));
    socket.on('error', done('refused'));
  });
}

beforeAll(async () => {
  expect(lockstep(['run', STORY, '--trace', trace, '--quiet']).code).toBe(0);
  started.server = await viewing();
});

afterAll(async () => {
  expect(await started.server?.end()).toBe(0);
});

describe('the server', () => {
  it('has the page and all it asks for, and says what they are', async () => {
    const types = new Map([
      ['/', 'text/html; charset=utf-8'],
      ['/index.html', 'text/html; charset=utf-8'],
      ['/viewer.js', 'text/javascript; charset=utf-8'],
      ['/viewer.css', 'text/css; charset=utf-8'],
      ['/reader-worker.js', 'text/javascript; charset=utf-8'],
      ['/live-worker.js', 'text/javascript; charset=utf-8'],
      ['/gallery.json', 'application/json; charset=utf-8'],
      ['/recorded/phone-offline-fanout.json', 'application/json; charset=utf-8'],
      ['/recorded/phone-offline-relay.trace.ndjson.gz', 'application/gzip'],
    ]);
    for (const [path, type] of types) {
      const { status, headers, body } = await asked(path);
      expect([path, status, headers['content-type']]).toEqual([path, 200, type]);
      expect(headers['content-length']).toBe(String(body.length));
    }
  });

  it('tells browsers to keep it to themselves', async () => {
    for (const path of ['/', '/no-such-file']) {
      const { headers } = await asked(path);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; /);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('answers under its own address only', async () => {
    const { port } = started.server as Viewing;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      expect((await asked('/', { host })).status).toBe(200);
    }
    const foreign = ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`];
    for (const host of [...foreign, `127.0.0.1.evil.example:${port}`]) {
      const { status, body } = await asked('/gallery.json', { host });
      expect([host, status]).toEqual([host, 403]);
      expect(body.toString()).not.toContain(STORY);
    }
  });

  it('is only read from', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
      expect([method, (await asked('/', { method })).status]).toEqual([method, 405]);
    }
    const { status, headers, body } = await asked('/viewer.js', { method: 'HEAD' });
    expect(status).toBe(200);
    expect(Number(headers['content-length'])).toBeGreaterThan(0);
    expect(body).toHaveLength(0);
  });

  it('leads to no file but its own', async () => {
    const paths = [
      '/../build.json',
      '/../../package.json',
      '/%2e%2e/build.json',
      '/..%2fbuild.json',
      '/recorded/../../build.json',
      '//etc/passwd',
      '/etc/passwd',
      '/single.html',
      '/run.trace.ndjson.gz',
      '/recorded/',
      '/__proto__',
      '/constructor',
      'http://evil.example/',
    ];
    for (const path of paths) expect([path, (await asked(path)).status]).toEqual([path, 404]);
    expect((await asked('/?a=../../b')).status).toBe(200);
  });

  it('listens on the loopback address alone', async () => {
    const { port } = started.server as Viewing;
    expect(await knocked('127.0.0.1', port)).toBe('open');
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ address, family }) => family === 'IPv4' && address !== '127.0.0.1')
      .map(({ address }) => address);
    // Another address of the loopback network stands for all where the machine has no network.
    for (const address of ['127.0.0.2', ...others]) {
      expect([address, await knocked(address, port)]).not.toEqual([address, 'open']);
    }
  });
});

describe('view', () => {
  it('serves a trace as it is', async () => {
    const server = await viewing([trace]);
    expect(server.address).toBe(`http://127.0.0.1:${server.port}/#trace=run.trace.ndjson.gz`);
    const { body } = await asked('/run.trace.ndjson.gz', { server });
    expect(body.equals(readFileSync(trace))).toBe(true);
    expect((await asked('/run.json', { server })).status).toBe(404);
    expect(await server.end()).toBe(0);
  });

  it('runs a scenario first, and serves its trace and its document', async () => {
    const server = await viewing([STORY, '--seed', '3']);
    expect(server.address).toMatch(/#trace=run\.trace\.ndjson\.gz&result=run\.json$/);
    const served = await asked('/run.trace.ndjson.gz', { server });
    const lines = gunzipSync(served.body).toString('utf8').trim().split('\n');
    const document = JSON.parse((await asked('/run.json', { server })).body.toString('utf8'));
    expect(JSON.parse(lines.at(-1) ?? '').hashes).toEqual(document.hashes);
    expect(lines.some((line) => line.includes('"keysIn"'))).toBe(true);
    const { stdout } = lockstep(['run', STORY, '--seed', '3', '--json']);
    expect(document).toEqual(JSON.parse(stdout));
    expect(await server.end()).toBe(0);
  });

  it('refuses bad input before it listens, as other commands do', async () => {
    const broken = join(folder, 'broken.trace.ndjson');
    writeFileSync(broken, 'no trace\n');
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, 'lockstep: 1\nname: bad\n');
    for (const typed of [broken, bad, 'phone-ofline', join(folder, 'none.yaml')]) {
      const { code, stdout, stderr } = lockstep(['view', typed]);
      expect([typed, code, stdout]).toEqual([typed, 2, '']);
      const other = typed === broken ? ['export', typed, '--format', 'csv'] : ['run', typed];
      expect(stderr).toBe(lockstep(other).stderr);
    }
    const { port } = started.server as Viewing;
    const { code, stderr } = lockstep(['view', '--port', String(port)]);
    expect([code, stderr]).toEqual([2, `error: cannot listen on port ${port} (EADDRINUSE)\n`]);
  });
});

describe('run', () => {
  it('--detail goes with --trace, and replay compares such a trace in kind', () => {
    expect(lockstep(['run', STORY, '--detail']).code).toBe(2);
    const file = join(folder, 'detail.trace.ndjson.gz');
    expect(lockstep(['run', STORY, '--trace', file, '--detail', '--quiet']).code).toBe(0);
    expect(gunzipSync(readFileSync(file)).toString('utf8')).toContain('"keysIn"');
    const { code, stdout } = lockstep(['replay', file]);
    expect(stdout).toContain('to the last bit');
    expect(code).toBe(0);
  });

  it('--html writes the page with the run in it, and says the same as without', () => {
    const file = join(folder, 'run.html');
    const { code, stdout } = lockstep(['run', STORY, '--seed', '3', '--html', file, '--json']);
    expect(code).toBe(0);
    expect(stdout).toBe(lockstep(['run', STORY, '--seed', '3', '--json']).stdout);
    const page = readFileSync(file, 'utf8');
    const found = /<script type="application\/json" id="run-data">(.*?)<\/script>/.exec(page);
    const { runs } = JSON.parse(found?.[1] ?? '{}');
    expect(runs).toHaveLength(1);
    expect(runs[0].result).toEqual(JSON.parse(stdout));
    const bytes = gunzipSync(Buffer.from(runs[0].trace, 'base64'));
    expect(bytes.toString('utf8')).toContain(runs[0].result.hashes.schedule);
    const nowhere = lockstep(['run', STORY, '--html', join(folder, 'none', 'run.html')]);
    expect([nowhere.code, nowhere.stdout]).toEqual([2, '']);
  });
});
