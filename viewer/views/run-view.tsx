/** A run: its verdict, the timeline with its tools, a panel about what is selected, and a table. */

import { shownRun } from '../store.ts';
import { BesideBar } from './beside-bar.tsx';
import { CompareView } from './compare-view.tsx';
import { EventTable } from './event-table.tsx';
import { Panels } from './panels.tsx';
import type { RunProps } from './props.ts';
import { Timeline } from './timeline.tsx';
import { Tools } from './tools.tsx';
import { VerdictWord } from './verdict-word.tsx';

export function RunView({ actions, run }: RunProps) {
  const { header, problem } = run.facts;
  const twin = actions.store.twin.value;
  const second = twin === undefined ? undefined : shownRun(twin.store);
  if (twin !== undefined && second !== undefined) {
    return <CompareView actions={actions} run={run} twin={twin} second={second} />;
  }
  return (
    <main id="main" class="run">
      <div class="title">
        <h2>{header.scenario}</h2>
        <p>
          {header.architecture}, seed {header.seed} <VerdictWord run={run} />
        </p>
        <BesideBar actions={actions} run={run} />
      </div>
      {problem !== '' && (
        <p class="warning" role="status">
          {problem}
        </p>
      )}
      <Tools actions={actions} run={run} />
      <div class="work">
        <Timeline actions={actions} run={run} />
        <Panels actions={actions} run={run} root={actions} />
      </div>
      <EventTable actions={actions} run={run} />
    </main>
  );
}
