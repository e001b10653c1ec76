/**
 * The small server of `view`: a fixed table of files on the loopback address, for this machine's
 * own browser and nobody else. A page of another site cannot read from it under a name of its own
 * (the Host must be ours), nor embed what it serves.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../usage-error.ts';

/** One file the server has. */
export interface ServedFile {
  readonly type: string;
  readonly body: Buffer;
}

/** Files by path, as `/viewer.js`; nothing else is ever answered with. */
export type ServedFiles = ReadonlyMap<string, ServedFile>;

const ADDRESS = '127.0.0.1';
const NAMES: readonly string[] = [ADDRESS, 'localhost'];

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "worker-src 'self' blob:; img-src data: blob:; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

function isOurs(host: string | undefined, port: number): boolean {
  return NAMES.some((name) => host === `${name}:${port}` || (port === 80 && host === name));
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  const body = Buffer.from(`${sentence}\n`, 'utf8');
  response.writeHead(status, {
    ...HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  response.end(body);
}

function answer(
  files: ServedFiles,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (!isOurs(request.headers.host, port)) {
    refuse(response, 403, 'this server answers under its own address only');
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, 'this server is only read from');
    return;
  }
  const [path = ''] = (request.url ?? '').split('?');
  const file = files.get(path);
  if (file === undefined) {
    refuse(response, 404, 'there is no such file');
    return;
  }
  response.writeHead(200, {
    ...HEADERS,
    'Content-Type': file.type,
    'Content-Length': file.body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : file.body);
}

/** A server that listens. */
export interface ViewServer {
  /** With its slash: `http://127.0.0.1:8123/`. */
  readonly address: string;
  close(): void;
}

function closing(server: Server): () => void {
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

/** Begins to listen; port 0 takes a free one. Throws `UsageError` where that port cannot be had. */
export async function serveFiles(files: ServedFiles, wanted: number): Promise<ViewServer> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new UsageError(`cannot listen on port ${wanted} (${error.code ?? 'refused'})`));
    });
    server.listen(wanted, ADDRESS, resolve);
  });
  const { port } = server.address() as AddressInfo;
  server.on('request', (request, response) => answer(files, port, request, response));
  return { address: `http://${ADDRESS}:${port}/`, close: closing(server) };
}
