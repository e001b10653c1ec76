/** What leads to a second run beside the shown one, and what tells that it is on its way. */

import { otherArchitecture, showArchitecture } from '../twin.ts';
import type { RunProps } from './props.ts';

export function BesideBar({ actions, run }: RunProps) {
  const { twinWaiting } = actions.store;
  const waiting = twinWaiting.value;
  if (waiting !== undefined) {
    return (
      <p class="choices" role="status">
        Running {waiting.what}: {waiting.events.toLocaleString('en')} events so far
        <button type="button" onClick={waiting.stop}>
          Stop
        </button>
      </p>
    );
  }
  const other = otherArchitecture(run);
  return (
    <div class="choices">
      <button type="button" onClick={() => void showArchitecture(actions, other)}>
        compare with {other}
      </button>
      <button
        type="button"
        onClick={() => {
          actions.store.panel.value = 'change';
        }}
      >
        what if …
      </button>
    </div>
  );
}
