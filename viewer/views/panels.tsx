/** The panels beside the timeline, as tabs. */

import type { PanelName } from '../store.ts';
import { ChangePanel } from './change-panel.tsx';
import { DevicePanel } from './device-panel.tsx';
import { EventPanel } from './event-panel.tsx';
import { KeepPanel } from './keep-panel.tsx';
import { KeysPanel } from './keys-panel.tsx';
import { MessagePanel } from './message-panel.tsx';
import type { RunProps } from './props.ts';
import { VerdictPanel } from './verdict-panel.tsx';

const PANELS: readonly (readonly [name: PanelName, words: string])[] = [
  ['verdict', 'Verdict'],
  ['event', 'Event'],
  ['message', 'Message'],
  ['device', 'Device'],
  ['keys', 'Keys'],
  ['change', 'What if'],
  ['keep', 'Keep'],
];

interface PanelsProps extends RunProps {
  /** Actions of the page's first run. */
  readonly root: RunProps['actions'];
}

/** What is told of one run. */
export function Panels({ actions, run, root }: PanelsProps) {
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
        <Panel actions={actions} run={run} root={root} />
      </div>
    </aside>
  );
}

function Panel({ actions, run, root }: PanelsProps) {
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
    case 'change':
      return <ChangePanel actions={actions} run={run} root={root} />;
    case 'keep':
      return <KeepPanel actions={actions} run={run} />;
  }
}
