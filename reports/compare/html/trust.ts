/**
 * Why the comparison is fair, what was checked twice, and what the model rests on and leaves out.
 */

import { count } from '../figures.ts';
import type { ComparisonDocument, ModelConstant, ScenarioSection } from '../model.ts';
import { SIDES } from '../model.ts';
import { SIDE_TITLES } from '../readings.ts';
import { type Html, html } from './markup.ts';
import { type Column, section, table, tableRow, verdict } from './parts.ts';
import { verdictWords } from './scenarios.ts';

const VERDICT_COLUMNS: readonly Column[] = [
  { head: 'Story' },
  { head: 'Phone relay', side: 'relay' },
  { head: 'Client fanout', side: 'fanout' },
];
const CHECK_COLUMNS: readonly Column[] = [
  { head: 'Computed twice' },
  { head: 'Checked', isNumber: true },
  { head: 'Differing', isNumber: true },
  { head: 'In words' },
];
const CONSTANT_COLUMNS: readonly Column[] = [
  { head: 'Name' },
  { head: 'Value', isNumber: true },
  { head: 'Source' },
];

function verdictTable(scenarios: readonly ScenarioSection[]): Html {
  const rows = scenarios.map(({ scenario, verdicts }) =>
    tableRow(VERDICT_COLUMNS, [
      scenario,
      ...SIDES.map((side) => {
        const reasons = verdicts[side].reasons.map((reason) => html`<li>${reason}</li>`);
        const list = reasons.length === 0 ? '' : html`<ul class="causes">${reasons}</ul>`;
        return html`${verdictWords(verdicts[side])}${list}`;
      }),
    ]),
  );
  return table('Verdicts of all runs', VERDICT_COLUMNS, rows);
}

function exceptionList(scenarios: readonly ScenarioSection[]): Html {
  const items = scenarios.flatMap(({ scenario, exceptions }) =>
    exceptions.map(({ side, subject, why, seen }) => {
      const often =
        seen === 0 ? verdict(false, 'declared and never seen') : html`seen ${count(seen)} times`;
      return html`<li>${SIDE_TITLES[side]}, ${scenario}: ${why}
<span class="what">Exception to “${subject}”, ${often}.</span></li>
`;
    }),
  );
  if (items.length === 0) return html`<p>None: both sides were held to every promise.</p>`;
  return html`<ul class="exceptions">${items}</ul>`;
}

function checkTable({ crossChecks }: ComparisonDocument): Html {
  const rows = crossChecks.map(({ what, checked, differing }) => {
    const isGood = differing === 0 && checked > 0;
    const words =
      checked === 0 ? 'never checked' : isGood ? 'all the same' : `${count(differing)} differ`;
    return tableRow(CHECK_COLUMNS, [
      what,
      count(checked),
      count(differing),
      verdict(isGood, words),
    ]);
  });
  return table('What was computed twice', CHECK_COLUMNS, rows);
}

/** Fairness, verdicts, declared exceptions, cross checks. */
export function trustSection(document: ComparisonDocument): Html {
  return section(
    'trust',
    'Why it can be believed',
    html`<p>A pair is one story with one seed on both architectures: the same list of things people
try, and the same network at the same virtual time. What could not be done is counted as not done;
nothing is dropped. Both sides are judged by the same catalogue of promises.</p>
<h3>Checked twice</h3>
${checkTable(document)}<h3>Verdicts</h3>
${verdictTable(document.scenarios)}<h3>What an architecture cannot do</h3>
${exceptionList(document.scenarios)}
`,
  );
}

function constants(caption: string, list: readonly ModelConstant[]): Html {
  const rows = list.map(({ name, value, unit, source }) =>
    tableRow(CONSTANT_COLUMNS, [name, `${value}\u00a0${unit}`, source]),
  );
  return table(caption, CONSTANT_COLUMNS, rows);
}

/** The cost table and the battery model, with their sources. */
export function modelSection({ costs, battery }: ComparisonDocument): Html {
  return section(
    'model',
    'What the numbers rest on',
    html`<p>CPU time is counted operations times a fixed table, and energy is a model over radio
states and that time; no clock of the machine is in this report.</p>
<h3>Cost table</h3>
${constants('Cost of each operation', costs)}<h3>Battery model</h3>
${constants('Constants of the battery model', battery)}`,
  );
}

/** What the model leaves out. */
export function limitsSection({ limits }: ComparisonDocument): Html {
  return section(
    'limits',
    'What the model leaves out',
    html`<ul class="limits">${limits.map((limit) => html`<li>${limit}</li>\n`)}</ul>
`,
  );
}

/** The command, and what must be the same for the same bytes to come out. */
export function rebuildSection(document: ComparisonDocument): Html {
  const { reproduce, lockstep, build, crypto, seeds } = document;
  return section(
    'rebuild',
    'Build it again',
    html`<p>The same build gives the same report, to the last byte:</p>
<div class="command"><pre tabindex="0"><code id="reproduce">${reproduce}</code></pre>
<button type="button" class="copy" data-copies="reproduce" hidden>Copy</button></div>
<p class="what">Lockstep ${lockstep}, build <code>${build}</code>,
cryptography by <code>${crypto}</code>.</p>
<details><summary>All seeds</summary><p class="seeds">${seeds.join(', ')}</p></details>
`,
  );
}
