/**
 * What `view` serves: the built viewer, and a run beside it when a trace or a scenario was named.
 * Bad input is refused before anything listens.
 */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { reproduceRun } from '../../reports/reproduce.ts';
import { jobOf } from '../commands/run.ts';
import { printDocument } from '../documents.ts';
import { onInterrupt } from '../engine/execute.ts';
import { EXIT } from '../exit-codes.ts';
import type { RunFlags } from '../options.ts';
import { performRecorded } from '../recorded-run.ts';
import { requireArchitecture, scenarioSource } from '../scenario-source.ts';
import type { Session } from '../session.ts';
import { isTraceFile } from '../trace-file.ts';
import { traceFile } from '../trace-input.ts';
import { type ServedFile, type ServedFiles, serveFiles } from './server.ts';
import { viewerFile } from './viewer-files.ts';

/** Flags of `view`. */
export interface ViewFlags extends RunFlags {
  readonly port?: number;
}

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const TRACE = 'application/gzip';

const VIEWER: readonly (readonly [name: string, type: string])[] = [
  ['index.html', HTML],
  ['viewer.js', SCRIPT],
  ['viewer.css', 'text/css; charset=utf-8'],
  ['reader-worker.js', SCRIPT],
  ['live-worker.js', SCRIPT],
  ['gallery.json', JSON_TYPE],
  ...['fanout', 'relay'].flatMap((name) => [
    [`recorded/phone-offline-${name}.json`, JSON_TYPE] as const,
    [`recorded/phone-offline-${name}.trace.ndjson.gz`, TRACE] as const,
  ]),
];

/** A run to show: its files, and the part of the address that opens it. */
interface Shown {
  readonly files: readonly (readonly [path: string, file: ServedFile])[];
  readonly fragment: string;
}

const TRACE_NAME = 'run.trace.ndjson.gz';

function isTrace(typed: string): boolean {
  if (/\.ndjson$|\.gz$/.test(typed)) return true;
  return existsSync(typed) && statSync(typed).isFile() && isTraceFile(typed);
}

/** A recorded trace, served as it is once it was read to its end. */
function shownTrace(session: Session, path: string): Shown {
  traceFile(path, session.terminal);
  const body = readFileSync(path);
  return {
    files: [[`/${TRACE_NAME}`, { type: TRACE, body }]],
    fragment: `#trace=${TRACE_NAME}`,
  };
}

async function shownRun(
  session: Session,
  typed: string,
  flags: ViewFlags,
): Promise<Shown | undefined> {
  const source = scenarioSource(typed);
  requireArchitecture(source.scenario, flags.architecture);
  const job = jobOf(source, flags, session.facts.build);
  const reproduce = reproduceRun(source.word, job);
  session.reproduce = reproduce;
  session.terminal.say(`${reproduce}\n`);
  const recorded = await performRecorded(session, job, reproduce);
  if (recorded === undefined) return undefined;
  const document = Buffer.from(printDocument(recorded.document), 'utf8');
  return {
    files: [
      [`/${TRACE_NAME}`, { type: TRACE, body: recorded.trace }],
      ['/run.json', { type: JSON_TYPE, body: document }],
    ],
    fragment: `#trace=${TRACE_NAME}&result=run.json`,
  };
}

/** The viewer alone, as a table of what may be asked for. */
export function siteFiles(): ServedFiles {
  return new Map(viewerFiles());
}

function viewerFiles(): readonly (readonly [path: string, file: ServedFile])[] {
  const files = VIEWER.map(
    ([name, type]) => [`/${name}`, { type, body: viewerFile(name) }] as const,
  );
  return [['/', { type: HTML, body: viewerFile('index.html') }], ...files];
}

/** Serves until Ctrl-C. */
export async function view(
  session: Session,
  typed: string | undefined,
  flags: ViewFlags,
): Promise<void> {
  const viewer = viewerFiles();
  const nothing: Shown = { files: [], fragment: '' };
  const shown =
    typed === undefined
      ? nothing
      : isTrace(typed)
        ? shownTrace(session, typed)
        : await shownRun(session, typed, flags);
  if (shown === undefined) return;
  const server = await serveFiles(new Map([...viewer, ...shown.files]), flags.port ?? 0);
  session.exitCode = EXIT.held;
  await new Promise<void>((resolve) => {
    const unlisten = onInterrupt(() => {
      server.close();
      unlisten();
      resolve();
    });
    session.terminal.print(`${server.address}${shown.fragment}\n`);
    session.terminal.say('Ctrl-C ends it\n');
  });
}
