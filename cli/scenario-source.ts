/**
 * From what was typed to a scenario: a file when it looks like one or exists, else a name of the
 * library. A bad file is refused with all its errors at once.
 */

import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { shellWord } from '../reports/shell-word.ts';
import { findScenario, listScenarios } from '../scenarios/library.ts';
import { loadScenario } from '../scenarios/load.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { formatScenarioErrors } from '../scenarios/scenario-error.ts';
import { capabilityRefusal } from '../sim/world/capabilities.ts';
import { ARCHITECTURES, type ArchitectureName } from './options.ts';
import { refusal, requireWord, UsageError } from './usage-error.ts';
import type { NamedFile } from './write-out.ts';

/** A scenario, and how to name it again on a command line. */
export interface ScenarioSource {
  readonly scenario: Scenario;
  /** As a shell reads it: the library's name or the file's path. */
  readonly word: string;
  /** What was read for it: nothing for a name of the library. */
  readonly files: readonly NamedFile[];
}

function looksLikeFile(typed: string): boolean {
  return /[/\\]|\.(ya?ml|json)$/.test(typed);
}

function readText(path: string): string {
  const bytes = readBytes(path);
  if (!isUtf8(bytes)) throw new UsageError(`${path} is not text in UTF-8, as scenarios are`);
  return bytes.toString('utf8');
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new UsageError(`cannot read ${path} (${code})`);
  }
}

/** Loads a scenario file; throws `UsageError` with every error in it. */
export function scenarioFile(path: string): ScenarioSource {
  const folder = dirname(path);
  const files: NamedFile[] = [{ what: 'scenario', path }];
  const result = loadScenario(readText(path), path, {
    readText: (name) => {
      const csv = resolve(folder, name);
      if (!existsSync(csv)) return undefined;
      files.push({ what: 'trace of a network', path: csv });
      return readFileSync(csv, 'utf8');
    },
  });
  if (result.kind === 'refused') throw new UsageError(formatScenarioErrors(result.errors));
  return { scenario: result.scenario, word: shellWord(path), files };
}

/** Finds what was typed; refuses an unknown name with the nearest one. */
export function scenarioSource(typed: string): ScenarioSource {
  const isFile = looksLikeFile(typed) || (existsSync(typed) && statSync(typed).isFile());
  if (isFile) return scenarioFile(typed);
  const scenario = findScenario(typed);
  if (scenario !== undefined) return { scenario, word: typed, files: [] };
  const names = listScenarios().map(({ name }) => name);
  throw new UsageError(refusal('scenario', typed, names));
}

/**
 * The architecture a scenario is run on: the one asked for, else its own, else fanout. Refuses one
 * that this version does not have, and a scenario that asks for what the architecture cannot do.
 */
export function requireArchitecture(
  scenario: Scenario,
  asked: ArchitectureName | undefined,
): ArchitectureName {
  const name = requireWord(
    'architecture',
    asked ?? scenario.architecture ?? 'fanout',
    ARCHITECTURES,
  );
  const refused = capabilityRefusal(scenario, { name });
  if (refused.length > 0) throw new UsageError(refused.join('\n'));
  return name;
}
