/** The selected event: its sentence, its neighbours in cause and effect, and its whole line. */

import { timeText } from '../../reports/time-text.ts';
import { KIND_NAMES } from '../reader/event-kinds.ts';
import type { RunProps } from './props.ts';

export function EventPanel({ actions, run }: RunProps) {
  const { selected, selectedText } = actions.store;
  const row = selected.value;
  if (row < 0) {
    return (
      <p>
        Nothing is selected. Click a mark or an arrow, or press <kbd>.</kbd> for the first event.
      </p>
    );
  }
  const { columns } = run.facts;
  const lane = columns.lane[row] as number;
  const text = selectedText.value;
  return (
    <>
      <h3>
        {run.lanes[lane]?.name} {text?.text ?? KIND_NAMES[columns.kind[row] as number]}
      </h3>
      <p class="when">
        {timeText(columns.timeUs[row] as number)}, event {columns.sequence[row]}
      </p>
      <Ways actions={actions} run={run} row={row} />
      <p class="note">
        Cause and effect are those of frames, timers and people. What a device remembers is a cause
        of all it does later, and is not followed.
      </p>
      {text !== undefined && <Line line={text.line} />}
    </>
  );
}

/** Where one can go from an event. */
function Ways({ actions, run, row }: RunProps & { readonly row: number }) {
  const { columns } = run.facts;
  const lane = columns.lane[row] as number;
  const message = columns.message[row] as number;
  const cause = columns.cause[row] as number;
  const partner = columns.partner[row] as number;
  return (
    <div class="choices">
      {cause >= 0 && (
        <button type="button" onClick={() => actions.select(cause, true)}>
          its cause
        </button>
      )}
      <button type="button" onClick={() => actions.follow('after')}>
        its first effect
      </button>
      {partner >= 0 && (
        <button type="button" onClick={() => actions.select(partner, true)}>
          {partner > row ? 'its arrival' : 'its sending'}
        </button>
      )}
      <button type="button" onClick={() => void actions.showCone('before')}>
        all that led to it
      </button>
      <button type="button" onClick={() => void actions.showCone('after')}>
        all that came of it
      </button>
      {message >= 0 && (
        <button type="button" onClick={() => actions.openMessage(message)}>
          its message
        </button>
      )}
      <button type="button" onClick={() => actions.openDevice(lane)}>
        its device then
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

const LINE_SHOWN = 60_000;

/** The line of the trace with its fields under each other. */
function Line({ line }: { readonly line: string }) {
  const cut = line.length > LINE_SHOWN;
  return (
    <details open>
      <summary>As it stands in the trace</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys must reach what scrolls. */}
      <pre tabIndex={0}>
        {cut
          ? `${line.slice(0, LINE_SHOWN)}\n… ${line.length - LINE_SHOWN} more characters`
          : pretty(line)}
      </pre>
    </details>
  );
}

function pretty(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line), null, 1);
  } catch {
    return line;
  }
}
