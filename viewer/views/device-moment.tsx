/** Which device is looked at, and when: a choice, a slider, and steps from commit to commit. */

import { timeText } from '../../reports/time-text.ts';
import { KIND_CODES } from '../reader/event-kinds.ts';
import type { RunProps } from './props.ts';

interface DeviceMomentProps extends RunProps {
  readonly choose: (lane: number) => void;
}

export function DeviceMoment({ actions, run, choose }: DeviceMomentProps) {
  const { deviceLane, cursorUs } = actions.store;
  const { columns } = run.facts;
  const endUs = columns.count === 0 ? 0 : (columns.timeUs[columns.count - 1] as number);
  return (
    <>
      <label class="stacked">
        Device
        <select
          value={deviceLane.value}
          onChange={(event) => choose(Number(event.currentTarget.value))}
        >
          <option value={-1}>choose one</option>
          {run.lanes.map(({ lane, name }) => (
            <option key={lane} value={lane}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="stacked">
        Moment: {timeText(Math.max(0, cursorUs.value))}
        <input
          type="range"
          min={0}
          max={endUs}
          step={Math.max(1, Math.floor(endUs / 20_000))}
          value={Math.max(0, cursorUs.value)}
          onInput={(event) => actions.scrub(Number(event.currentTarget.value))}
        />
      </label>
      <div class="choices">
        <button type="button" onClick={() => step(actions, run, -1)}>
          commit before
        </button>
        <button type="button" onClick={() => step(actions, run, 1)}>
          next commit
        </button>
      </div>
    </>
  );
}

/** To the commit of this device before or after the moment. */
function step(actions: RunProps['actions'], run: RunProps['run'], by: 1 | -1): void {
  const { columns } = run.facts;
  const { cursorUs, deviceLane } = actions.store;
  const isCommit = (row: number): boolean =>
    columns.lane[row] === deviceLane.value && columns.kind[row] === KIND_CODES.commit;
  const momentUs = cursorUs.value;
  if (by === 1) {
    for (let row = 0; row < columns.count; row++) {
      const timeUs = columns.timeUs[row] as number;
      if (timeUs > momentUs && isCommit(row)) return actions.scrub(timeUs);
    }
    return;
  }
  for (let row = columns.count - 1; row >= 0; row--) {
    const timeUs = columns.timeUs[row] as number;
    if (timeUs < momentUs && isCommit(row)) return actions.scrub(timeUs);
  }
}
