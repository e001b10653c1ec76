/**
 * A run in the page, apart from the worker it happens in: the same loader, refusals, simulator,
 * trace and document as on the command line, with the portable crypto.
 */

import type { Architecture } from '../../protocol/contract.ts';
import { nobleProvider } from '../../protocol/crypto/noble.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import { reproduceRun } from '../../reports/reproduce.ts';
import { type ProgramFacts, runDocument } from '../../reports/run-document.ts';
import { shellWord } from '../../reports/shell-word.ts';
import { findScenario, listScenarios } from '../../scenarios/library.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { nearestWord } from '../../scenarios/nearest-word.ts';
import type { Override, Scenario } from '../../scenarios/scenario.ts';
import { formatScenarioErrors } from '../../scenarios/scenario-error.ts';
import { runScenario } from '../../sim/run/run.ts';
import type { Observer } from '../../sim/trace/observer.ts';
import { scenarioHash, traceFactsOf } from '../../sim/trace/run-facts.ts';
import { TraceWriter } from '../../sim/trace/writer.ts';
import { capabilityRefusal } from '../../sim/world/capabilities.ts';
import { LineBytes } from './line-bytes.ts';
import type { EntriesRequest, LiveAnswer, LiveRequest, ScenarioChoice } from './live-messages.ts';
import { storyEntries } from './story-entries.ts';

/** What surrounds a run. */
export interface LiveRoom {
  readonly program: ProgramFacts;
  /** Real milliseconds; taken by reference beforehand, since a run refuses the ambient clock. */
  readonly nowMs: () => number;
  readonly tell: (answer: LiveAnswer) => void;
}

/** Real time between two words of progress. */
const PROGRESS_MS = 100;
/** Events between two looks at the clock; a power of two. */
const EVENTS_PER_LOOK = 64;

interface Chosen {
  readonly scenario: Scenario;
  /** As a shell reads it. */
  readonly word: string;
}

interface Refused {
  readonly sentences: readonly string[];
}

/** A file that is not there yet: the page offers the scenario under this name. */
function fileWord({ name }: Scenario): string {
  return shellWord(`${name}.yaml`);
}

function chosen(choice: ScenarioChoice): Chosen | Refused {
  if (choice.kind === 'library') {
    const scenario = findScenario(choice.name);
    if (scenario !== undefined) return { scenario, word: choice.name };
    const names = listScenarios().map(({ name }) => name);
    const nearest = nearestWord(choice.name, names);
    const guess = nearest === undefined ? [] : [`(Did you mean ${nearest}?)`];
    return { sentences: [`unknown scenario '${choice.name}'`, ...guess] };
  }
  const loaded = loadScenario(choice.text, 'scenario');
  if (loaded.kind === 'loaded') {
    return { scenario: loaded.scenario, word: fileWord(loaded.scenario) };
  }
  return { sentences: loaded.errors.map((error) => formatScenarioErrors([error]).trimEnd()) };
}

/**
 * The scenario with the request's decisions in it, as a counterexample carries them: no flag takes
 * them, so that the file repeats the run. Those of the request win.
 */
function decided({ scenario, word }: Chosen, overrides: readonly Override[]): Chosen {
  if (overrides.length === 0) return { scenario, word };
  const asked = new Map(overrides.map(({ choice, value }) => [choice, value]));
  const kept = scenario.overrides.filter(({ choice }) => !asked.has(choice));
  const added = [...asked].map(([choice, value]) => ({ choice, value }));
  return {
    scenario: { ...scenario, overrides: [...kept, ...added] },
    word: fileWord(scenario),
  };
}

/** Tells how far a run has come, not oftener than `PROGRESS_MS`. */
function progressOf(scenario: Scenario, { nowMs, tell }: LiveRoom): Observer {
  let events = 0;
  let toldMs = nowMs();
  return {
    observe: ({ timeUs }) => {
      events += 1;
      if ((events & (EVENTS_PER_LOOK - 1)) !== 0) return;
      const atMs = nowMs();
      if (atMs - toldMs < PROGRESS_MS) return;
      toldMs = atMs;
      tell({ kind: 'progress', virtualUs: timeUs, lengthUs: scenario.lengthUs, events });
    },
  };
}

function recorded(
  { scenario, word }: Chosen,
  seed: string,
  architecture: Architecture,
  room: LiveRoom,
): LiveAnswer {
  const run = { scenario, seed, architecture: architecture.name, crypto: nobleProvider.name };
  const { version: program, build } = room.program;
  const lines = new LineBytes();
  const writer = new TraceWriter(
    (line) => lines.line(line),
    traceFactsOf({ ...run, overrides: [], program, build }),
    { describe: architecture.describe, keysIn: architecture.keysIn },
  );
  const result = runScenario({
    scenario,
    seed,
    architecture,
    crypto: nobleProvider,
    observers: [writer, progressOf(scenario, room)],
  });
  writer.end(result.hashes);
  const facts = {
    program: room.program,
    reproduce: reproduceRun(word, run),
    scenarioHash: scenarioHash(scenario),
    overrides: scenario.overrides.length,
  };
  return { kind: 'done', trace: lines.bytes(), result: runDocument(facts, result) };
}

function entries({ entriesOf }: EntriesRequest): LiveAnswer {
  const choice = chosen(entriesOf);
  if ('sentences' in choice) return { kind: 'refused', sentences: choice.sentences };
  return { kind: 'entries', entries: storyEntries(choice.scenario) };
}

function answered(request: LiveRequest | EntriesRequest, room: LiveRoom): LiveAnswer {
  if ('entriesOf' in request) return entries(request);
  if (request.seed === '') {
    return { kind: 'refused', sentences: ['a seed is any text, but not an empty one'] };
  }
  const choice = chosen(request.scenario);
  if ('sentences' in choice) return { kind: 'refused', sentences: choice.sentences };
  const { architecture: asked } = request;
  const name = asked ?? choice.scenario.architecture ?? 'fanout';
  const architecture = [fanout, relay].find((one) => one.name === name);
  if (architecture === undefined) {
    return { kind: 'refused', sentences: [`unknown architecture '${name}'`] };
  }
  const sentences = capabilityRefusal(choice.scenario, architecture);
  if (sentences.length > 0) return { kind: 'refused', sentences };
  return recorded(decided(choice, request.overrides), request.seed, architecture, room);
}

/** Does what was asked, and tells its end in every case; nothing is thrown. */
export function liveRun(request: LiveRequest | EntriesRequest, room: LiveRoom): void {
  try {
    room.tell(answered(request, room));
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    room.tell({ kind: 'failed', sentence });
  }
}
