/**
 * A finding as a file: a scenario that carries seed, architecture and overrides, with its story on
 * top.
 */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { shellWord } from '../../reports/shell-word.ts';
import { printScenario } from '../../scenarios/print.ts';
import type { Finding } from '../../sim/explore/task.ts';
import { wrapped } from '../words.ts';
import { makeFolder, writeOut } from '../write-out.ts';

/** A finding that was written down. */
export interface WrittenFinding {
  /** The first that led to this file. */
  readonly finding: Finding;
  readonly file: string;
  readonly reproduce: string;
}

/** A finding's file, and how many findings more were the same but for their seeds. */
export interface CountedFinding extends WrittenFinding {
  readonly more: number;
  /** Of those. */
  readonly seeds: readonly string[];
}

/** Findings with equal names are one: the same story fails in the same way, with other seeds. */
export function likenessOf({ kind, property, counterexample }: Finding): string {
  const { seed, ...story } = counterexample;
  return `${kind} ${property} ${printScenario(story)}`;
}

const COMMENT_WIDTH = 96;

/**
 * Writes a finding; equal counterexamples have equal names, so that a corpus does not grow by
 * repeats. Throws `UsageError` where it cannot write.
 */
export function writeFinding(folder: string, finding: Finding, crypto: string): WrittenFinding {
  const body = printScenario(finding.counterexample);
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 8);
  const word = finding.property === '' ? 'defect' : finding.property.toLowerCase();
  const file = join(folder, `${word}-${digest}.yaml`);
  const extra = crypto === 'openssl' ? '' : ` --crypto ${crypto}`;
  const reproduce = `npx lockstep run ${shellWord(file)}${extra}`;
  const story = [
    `Counterexample: ${finding.kind}${finding.property === '' ? '' : `, ${finding.property}`}.`,
    ...wrapped(finding.sentence.replaceAll('\n', ' '), COMMENT_WIDTH),
    `Reproduce: ${reproduce}`,
  ];
  makeFolder(folder);
  writeOut(file, `${story.map((line) => `# ${line}\n`).join('')}${body}`);
  return { finding, file, reproduce };
}
