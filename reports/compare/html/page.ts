/** The whole page: the document as static HTML, put into the template that was built around it. */

import type { ComparisonDocument } from '../model.ts';
import { exposureSection } from './exposure.ts';
import { firstScreen } from './first-screen.ts';
import { anchor, type Html, html, scriptData } from './markup.ts';
import { groupsOf, overallSections } from './measure-table.ts';
import { scenarioSection } from './scenarios.ts';
import { sweepSection } from './sweeps.ts';
import { limitsSection, modelSection, rebuildSection, trustSection } from './trust.ts';

/** Where the template takes the sections, and where the data. */
const BODY_PLACE = '<!--lockstep:document-->';
const DATA_PLACE = '<!--lockstep:data-->';

function contents(document: ComparisonDocument): Html {
  const measured = new Set(document.overall.map(({ measure }) => measure));
  const groups = groupsOf(document.measures.filter(({ id }) => measured.has(id)));
  const links: readonly (readonly [id: string, title: string])[] = [
    ['top', 'In one minute'],
    ...groups.map((group) => [anchor('group', group), group] as const),
    ...(document.sweeps.length > 0 ? [['scaling', 'How it scales'] as const] : []),
    ...(document.exposure.length > 0 ? [['thefts', 'What a theft opens'] as const] : []),
    ['stories', 'Story by story'],
    ['trust', 'Why it can be believed'],
    ['model', 'What the numbers rest on'],
    ['limits', 'What is left out'],
    ['rebuild', 'Build it again'],
  ];
  const items = links.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>\n`);
  return html`<nav class="contents" aria-label="Contents"><ul>
${items}</ul></nav>
`;
}

function body(document: ComparisonDocument): Html {
  return html`${contents(document)}<main id="top" tabindex="-1">
${firstScreen(document)}
${overallSections(document.overall, document.measures)}
${[
  sweepSection,
  exposureSection,
  scenarioSection,
  trustSection,
  modelSection,
  limitsSection,
  rebuildSection,
].map((sectionOf) => sectionOf(document))}</main>
`;
}

function put(page: string, place: string, content: string): string {
  const parts = page.split(place);
  if (parts.length !== 2) throw new Error(`the page's template must hold ${place} exactly once`);
  return parts.join(content);
}

/** The page of a document; `page` is the text of the built template. */
export function pageOf(document: ComparisonDocument, page: string): string {
  const withData = put(page, DATA_PLACE, scriptData(document).text);
  return put(withData, BODY_PLACE, body(document).text);
}
