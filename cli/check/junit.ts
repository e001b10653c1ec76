/**
 * A campaign as JUnit XML: one case per property, so that names stay the same from run to run;
 * findings are its failures, and a property that was never checked is skipped, not green.
 */

import type { CampaignSum } from '../../sim/explore/campaign.ts';
import type { WrittenFinding } from './finding-file.ts';

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[^\t\n\r\u0020-\ufffd]/g, '?');
}

function failure({ finding, file, reproduce }: WrittenFinding): string {
  const head = `<failure type="${finding.kind}" message="${escaped(finding.sentence)}">`;
  const text = escaped(`${finding.sentence}\n${file}\n${reproduce}`);
  return `      ${head}${text}</failure>`;
}

/** The document. `seconds` is the time the campaign took here. */
export function junitXml(
  sum: CampaignSum,
  findings: readonly WrittenFinding[],
  seconds: number,
): string {
  const named = new Set([...sum.checks.keys(), 'X5', 'expect', 'defect']);
  const nameOf = ({ finding }: WrittenFinding): string =>
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
  const failed = new Set(findings.map(nameOf)).size;
  const skipped = [...named].filter((name) => !judged(name)).length;
  const counts = `tests="${named.size}" failures="${failed}" skipped="${skipped}"`;
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
