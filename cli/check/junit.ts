/**
 * A campaign as JUnit XML: one case per property, so that names stay the same from run to run;
 * findings are its failures, and a property that was never checked is skipped, not green; neither
 * is a search that was interrupted.
 */

import { count } from '../words.ts';
import type { CountedFinding } from './finding-file.ts';
import { interruption, type SearchEnd } from './report.ts';

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[^\t\n\r\u0020-\ufffd]/g, '?');
}

function failure({ finding, file, reproduce, more }: CountedFinding): string {
  const head = `<failure type="${finding.kind}" message="${escaped(finding.sentence)}">`;
  const others = more === 0 ? '' : `\nand ${count(more)} more like it`;
  const text = escaped(`${finding.sentence}\n${file}\n${reproduce}${others}`);
  return `      ${head}${text}</failure>`;
}

/** The document. Its last case, `search`, is skipped when the search was interrupted. */
export function junitXml(end: Omit<SearchEnd, 'verdict'>): string {
  const { sum, written: findings, seconds } = end;
  const named = new Set([...sum.checks.keys(), 'X5', 'expect', 'defect']);
  const nameOf = ({ finding }: CountedFinding): string =>
    finding.property === '' ? 'defect' : finding.property;
  const judged = (name: string): boolean =>
    name === 'X5' ? sum.repeated > 0 : (sum.checks.get(name) ?? 1) > 0;
  const cases = [...named].map((name) => {
    const own = findings.filter((one) => nameOf(one) === name);
    const head = `    <testcase classname="lockstep.check" name="${escaped(name)}"`;
    if (own.length > 0) return `${head}>\n${own.map(failure).join('\n')}\n    </testcase>`;
    if (judged(name)) return `${head}/>`;
    return `${head}><skipped message="never checked"/></testcase>`;
  });
  const cut = interruption(end);
  const search = '    <testcase classname="lockstep.check" name="search"';
  cases.push(
    cut === undefined ? `${search}/>` : `${search}><skipped message="${escaped(cut)}"/></testcase>`,
  );
  const failed = new Set(findings.map(nameOf)).size;
  const silent = [...named].filter((name) => !judged(name)).length;
  const skipped = silent + (cut === undefined ? 0 : 1);
  const counts = `tests="${cases.length}" failures="${failed}" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="lockstep check" ${counts} time="${seconds.toFixed(3)}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
