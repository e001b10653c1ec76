/**
 * Two runs, one above the other: timelines that move together, what people wanted on either side,
 * and the figures. Panels and the table of events speak of the side that was last looked at.
 */

import { useEffect, useMemo, useState } from 'preact/hooks';
import { Actions } from '../actions.ts';
import type { LoadedRun } from '../loaded-run.ts';
import { saveFile } from '../save-file.ts';
import type { Twin } from '../store.ts';
import { leaveBelow, seeAction } from '../twin.ts';
import { ActionTable } from './action-table.tsx';
import { ChangeSummary } from './change-summary.tsx';
import { EventTable } from './event-table.tsx';
import { MetricTable } from './metric-table.tsx';
import { Panels } from './panels.tsx';
import type { RunProps } from './props.ts';
import { Timeline } from './timeline.tsx';
import { Tools } from './tools.tsx';
import { VerdictWord } from './verdict-word.tsx';

/** Two of them, so that lanes beyond a dozen scroll. */
const HEIGHT_MAX = 400;

interface CompareViewProps extends RunProps {
  readonly twin: Twin;
  readonly second: LoadedRun;
}

type Names = readonly [first: string, second: string];

/** Short names of the two sides. */
function namesOf({ facts }: LoadedRun, { beside }: Twin, second: LoadedRun): Names {
  if (beside.kind === 'change') return ['as it was', 'changed'];
  const [one, other] = [facts.header.architecture, second.facts.header.architecture];
  return one === other ? [`${one}, above`, `${other}, below`] : [one, other];
}

export function CompareView({ actions, run, twin, second }: CompareViewProps) {
  const below = useMemo(() => new Actions(twin.store), [twin]);
  const [isBelow, setBelow] = useSide(actions, below);
  const names = namesOf(run, twin, second);
  const side = isBelow ? { actions: below, run: second } : { actions, run };
  return (
    <main id="main" class="run">
      <Title {...{ actions, run, twin, second, names }} />
      {twin.beside.kind === 'change' && (
        <ChangeSummary {...{ store: actions.store, run, twin, second }} />
      )}
      <Tools actions={actions} run={run} />
      <div class="work">
        <div class="twins">
          <h3>
            {names[0]} <VerdictWord run={run} />
          </h3>
          <Timeline
            {...{ actions, run, heightMax: HEIGHT_MAX, hasLegend: false, name: names[0] }}
          />
          <h3>
            {names[1]} <VerdictWord run={second} />
          </h3>
          <Timeline {...{ actions: below, run: second, heightMax: HEIGHT_MAX, name: names[1] }} />
        </div>
        <div>
          <SideChoice names={names} isBelow={isBelow} choose={setBelow} />
          <Panels key={String(isBelow)} {...side} root={actions} />
        </div>
      </div>
      <div class="results">
        <section class="events">
          <h3>What people wanted to do, and what came of it</h3>
          <ActionTable
            {...{ first: run, second, names }}
            see={(row) => void seeAction(actions.store, twin, row)}
          />
        </section>
        <section class="events">
          <h3>What it cost</h3>
          <MetricTable {...{ first: run, second, names }} />
        </section>
      </div>
      <EventTable key={String(isBelow)} {...side} />
    </main>
  );
}

/** Which side the panels tell of: the one where something was selected last. */
function useSide(
  actions: Actions,
  below: Actions,
): readonly [isBelow: boolean, set: (isBelow: boolean) => void] {
  const [isBelow, setBelow] = useState(false);
  const [first, second] = [actions.store.selected.value, below.store.selected.value];
  useEffect(() => {
    if (second >= 0) setBelow(true);
  }, [second]);
  useEffect(() => {
    if (first >= 0) setBelow(false);
  }, [first]);
  return [isBelow, setBelow];
}

interface SideChoiceProps {
  readonly names: Names;
  readonly isBelow: boolean;
  readonly choose: (isBelow: boolean) => void;
}

function SideChoice({ names, isBelow, choose }: SideChoiceProps) {
  return (
    <fieldset class="group sides">
      <legend>Which run the panel tells of</legend>
      {names.map((name, at) => (
        <button
          key={name}
          type="button"
          aria-pressed={isBelow === (at === 1)}
          onClick={() => choose(at === 1)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

interface TitleProps extends CompareViewProps {
  readonly names: Names;
}

function Title({ actions, run, twin, second, names }: TitleProps) {
  const { header } = run.facts;
  const { document: text } = second.facts;
  const { twinWaiting } = actions.store;
  return (
    <div class="title">
      <h2>{header.scenario}</h2>
      <p>
        seed {header.seed}; above: {names[0]}, below: {names[1]}
      </p>
      <div class="choices">
        <button type="button" onClick={() => leaveBelow(actions)}>
          only the upper run
        </button>
        {text !== null && twin.beside.kind !== 'inside' && (
          <button
            type="button"
            onClick={() => saveFile(`${header.scenario}.yaml`, 'text/yaml', text)}
          >
            scenario of the lower run
          </button>
        )}
        {twinWaiting.value !== undefined && (
          <span role="status">
            Running {twinWaiting.value.what}: {twinWaiting.value.events.toLocaleString('en')} events
          </span>
        )}
      </div>
    </div>
  );
}
