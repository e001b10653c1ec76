/** Every story with its own numbers, folded. */

import type { ComparisonDocument, ScenarioSection, Verdicts } from '../model.ts';
import { anchor, type Html, html } from './markup.ts';
import { scenarioTables } from './measure-table.ts';
import { section } from './parts.ts';

/** `100 held`, `99 held, 1 violated`. */
export function verdictWords({ held, violated, undecided }: Verdicts): string {
  const others = [
    ...(violated > 0 ? [`${violated} violated`] : []),
    ...(undecided > 0 ? [`${undecided} undecided`] : []),
  ];
  return [`${held} held`, ...others].join(', ');
}

function scenario(one: ScenarioSection, document: ComparisonDocument, place: number): Html {
  const { relay, fanout } = one.verdicts;
  return html`<details class="story" id="${anchor('story', String(place + 1))}">
<summary><h3>${one.scenario}</h3>
<span class="what">${one.summary}</span></summary>
<p>Phone relay: ${verdictWords(relay)}. Client fanout: ${verdictWords(fanout)}.</p>
${scenarioTables(one.rows, document.measures)}</details>
`;
}

/** The section of all stories. */
export function scenarioSection(document: ComparisonDocument): Html {
  return section(
    'stories',
    'Story by story',
    html`<p>The tables above are means over these stories, each with the same weight. Open
one for its own numbers.</p>
`,
    document.scenarios.map((one, place) => scenario(one, document, place)),
  );
}
