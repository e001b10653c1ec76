/** A run: its verdict, the timeline with its tools, a panel about what is selected, and a table. */

import type { LoadedRun } from '../loaded-run.ts';
import type { PanelName } from '../store.ts';
import { DevicePanel } from './device-panel.tsx';
import { EventPanel } from './event-panel.tsx';
import { EventTable } from './event-table.tsx';
import { KeepPanel } from './keep-panel.tsx';
import { KeysPanel } from './keys-panel.tsx';
import { MessagePanel } from './message-panel.tsx';
import type { RunProps } from './props.ts';
import { Timeline } from './timeline.tsx';
import { Tools } from './tools.tsx';
import { VerdictPanel } from './verdict-panel.tsx';

export function RunView({ actions, run }: RunProps) {
  const { header, problem } = run.facts;
  return (
    <main id="main" class="run">
      <div class="title">
        <h2>{header.scenario}</h2>
        <p>
          {header.architecture}, seed {header.seed} <VerdictWord run={run} />
        </p>
      </div>
      {problem !== '' && (
        <p class="warning" role="status">
          {problem}
        </p>
      )}
      <Tools actions={actions} run={run} />
      <div class="work">
        <Timeline actions={actions} run={run} />
        <Panels actions={actions} run={run} />
      </div>
      <EventTable actions={actions} run={run} />
    </main>
  );
}

function VerdictWord({ run }: { readonly run: LoadedRun }) {
  const verdict = run.result?.verdict ?? 'not judged';
  return <span class={`verdict ${verdict.replace(' ', '-')}`}>{verdict}</span>;
}

const PANELS: readonly (readonly [name: PanelName, words: string])[] = [
  ['verdict', 'Verdict'],
  ['event', 'Event'],
  ['message', 'Message'],
  ['device', 'Device'],
  ['keys', 'Keys'],
  ['keep', 'Keep'],
];

function Panels({ actions, run }: RunProps) {
  const { panel } = actions.store;
  const move = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    const at = PANELS.findIndex(([name]) => name === panel.value);
    const next = PANELS[(at + by + PANELS.length) % PANELS.length];
    if (next === undefined) return;
    panel.value = next[0];
    document.getElementById(`tab-${next[0]}`)?.focus();
  };
  return (
    <aside class="panels" aria-label="About what is selected">
      <div role="tablist" aria-label="What to tell" class="tabs" onKeyDown={move}>
        {PANELS.map(([name, words]) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={panel.value === name}
            aria-controls="panel"
            tabIndex={panel.value === name ? 0 : -1}
            onClick={() => {
              panel.value = name;
            }}
          >
            {words}
          </button>
        ))}
      </div>
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${panel.value}`} class="panel">
        <Panel actions={actions} run={run} />
      </div>
    </aside>
  );
}

function Panel({ actions, run }: RunProps) {
  switch (actions.store.panel.value) {
    case 'verdict':
      return <VerdictPanel actions={actions} run={run} />;
    case 'event':
      return <EventPanel actions={actions} run={run} />;
    case 'message':
      return <MessagePanel actions={actions} run={run} />;
    case 'device':
      return <DevicePanel actions={actions} run={run} />;
    case 'keys':
      return <KeysPanel actions={actions} run={run} />;
    case 'keep':
      return <KeepPanel actions={actions} run={run} />;
  }
}
