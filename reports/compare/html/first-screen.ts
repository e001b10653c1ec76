/** The first screen: what was compared, what it came to, and how far it can be trusted. */

import { cautionsOf } from '../cautions.ts';
import { count, counted } from '../figures.ts';
import { OFFLINE_SWEEP } from '../headlines.ts';
import type { ComparisonDocument, Headline } from '../model.ts';
import { firstPicture } from '../pictures.ts';
import { type Html, html } from './markup.ts';
import { picture, sideTitle } from './parts.ts';
import { sweepTable } from './sweeps.ts';

const KINDS: readonly (readonly [Headline['kind'], string, string, string])[] = [
  ['bought', '▲', 'What fanout bought', 'Nothing that an interval supports.'],
  ['paid', '▼', 'What it cost', 'Nothing that an interval supports.'],
  ['same', '=', 'What stayed the same', 'No difference was close enough to zero.'],
];

/** The sentence with what stands in brackets, its intervals, in a quieter voice. */
function quietRanges(sentence: string): readonly Html[] {
  return sentence
    .split(/(\([^()]*\))/)
    .map((part, index) =>
      index % 2 === 1 ? html`<span class="aside">${part}</span>` : html`${part}`,
    );
}

function sentences(document: ComparisonDocument, kinds: typeof KINDS): readonly Html[] {
  const { headlines, seeds, seedsForInterval } = document;
  const isTooFew = seeds.length < seedsForInterval;
  return kinds.map(([kind, sign, title, nothing]) => {
    const made = headlines.filter((headline) => headline.kind === kind);
    const items =
      made.length === 0
        ? html`<li class="none">${isTooFew ? 'Too few seeds to say.' : nothing}</li>`
        : made.map(({ sentence }) => html`<li>${quietRanges(sentence)}</li>\n`);
    return html`<section class="kind ${kind}" aria-labelledby="${kind}-title">
<h2 id="${kind}-title"><span class="sign" aria-hidden="true">${sign}</span> ${title}</h2>
<ul>${items}</ul>
</section>
`;
  });
}

/** Where every sentence comes from, figure by figure. */
function origins({ headlines }: ComparisonDocument): Html {
  const items = headlines.map(
    ({ sentence, numbers }) => html`<li>${sentence}
<ul>${numbers.map(({ path, value }) => html`<li><code>${path}</code> = ${value}</li>`)}</ul></li>
`,
  );
  return html`<details class="origins"><summary>The numbers behind these sentences</summary>
<p>Each figure above, as a path into the JSON of this report. A step in a list is the element’s id,
measure or scenario, or its place from 0.</p>
<ol>${items}</ol>
</details>
`;
}

function firstFigure(document: ComparisonDocument): Html {
  const drawn = firstPicture(document);
  const sweep = document.sweeps.find(({ id }) => id === OFFLINE_SWEEP);
  if (drawn === undefined || sweep === undefined) return html``;
  const measure = document.measures.find(({ id }) => drawn.id === `${OFFLINE_SWEEP}/${id}`);
  if (measure === undefined) return html``;
  return html`<div class="first-picture" data-without="formula">
<h2>${measure.name}, by how long the phone is off</h2>
${picture(drawn.id, drawn.sentence, [], sweepTable(sweep, measure))}</div>
`;
}

function certainty(document: ComparisonDocument): Html {
  const { seeds, seedsForInterval, scenarios, crossChecks } = document;
  const cautions = cautionsOf(document);
  const checked = crossChecks.reduce((sum, check) => sum + check.checked, 0);
  const held = scenarios.reduce(
    (sum, { verdicts }) => sum + verdicts.relay.held + verdicts.fanout.held,
    0,
  );
  const intervals =
    seeds.length < seedsForInterval
      ? `There are fewer than ${counted(seedsForInterval, 'seed')}, so there are no intervals.`
      : 'A range behind a number is its 95 % interval over seeds (seeded bootstrap); a ' +
        'difference is taken pair by pair, and is claimed only where its interval leaves out zero.';
  const list =
    cautions.length === 0
      ? html`<p>Nothing went otherwise than it should.</p>`
      : html`<p>Read with care:</p>
<ul class="cautions">${cautions.map((one) => html`<li>${one}</li>\n`)}</ul>`;
  return html`<section class="certainty" aria-labelledby="certainty-title">
<h2 id="certainty-title">How sure we are</h2>
<p><strong>${counted(seeds.length, 'paired seed')}</strong>
of <strong>${counted(scenarios.length, 'story', 'stories')}</strong>. ${intervals}
${counted(held, 'run')} kept every promise that was not declared an exception;
${count(checked)} cross checks were made.</p>
${list}</section>
`;
}

/** The whole first screen. */
export function firstScreen(document: ComparisonDocument): Html {
  return html`<header class="opening">
<h1>What client fanout changed</h1>
<p class="lead">The same people do the same things in the same network weather, once on each
architecture.</p>
<dl class="sides">
<div><dt>${sideTitle('relay')}</dt>
<dd>Companions mirror the phone. The phone holds the keys, so it has to be on and
reachable.</dd></div>
<div><dt>${sideTitle('fanout')}</dt>
<dd>Every device holds keys of its own. A sender encrypts once for each device of the recipient and
for its own others.</dd></div>
</dl>
</header>
<div class="screen">
<div>
${sentences(document, KINDS.slice(0, 2))}</div>
<div>
${firstFigure(document)}${sentences(document, KINDS.slice(2))}</div>
</div>
${certainty(document)}${origins(document)}`;
}
