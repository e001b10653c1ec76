/** A device at a moment: power, connection and the records of its Store as they were. */

import { timeText } from '../../reports/time-text.ts';
import type { DeviceAt, RecordAt } from '../reader/device-at.ts';
import { KIND_CODES } from '../reader/event-kinds.ts';
import type { RunProps } from './props.ts';

export function DevicePanel({ actions, run }: RunProps) {
  const { device, deviceLane, cursorUs } = actions.store;
  const { columns } = run.facts;
  const endUs = columns.count === 0 ? 0 : (columns.timeUs[columns.count - 1] as number);
  return (
    <>
      <label class="stacked">
        Device
        <select
          value={deviceLane.value}
          onChange={(event) => actions.openDevice(Number(event.currentTarget.value))}
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
      {device.value !== undefined && deviceLane.value >= 0 && (
        <State actions={actions} run={run} device={device.value} />
      )}
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

interface StateProps extends RunProps {
  readonly device: DeviceAt;
}

/** Collections that people ask for, first. */
const FIRST = ['session', 'sender-key', 'outbox', 'shown', 'device-list', 'app-state', 'prekey'];

function State({ actions, run, device }: StateProps) {
  const groups = new Map<string, RecordAt[]>();
  for (const record of device.records) {
    const name = record.collection.split('/')[0] ?? '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [record]);
    else group.push(record);
  }
  const rank = (name: string): number => {
    const at = FIRST.indexOf(name);
    return at < 0 ? FIRST.length : at;
  };
  const sorted = [...groups].sort(([left], [right]) => rank(left) - rank(right));
  return (
    <>
      <p>
        <strong>{device.device}</strong> is {device.power}, connection{' '}
        {device.connection === '' ? 'not tried yet' : device.connection}
        {device.reason === '' ? '' : ` (${device.reason})`}.
      </p>
      {!device.hasViews && (
        <p class="warning">
          This trace was written without views of records: only public ones say what they hold. A
          run in this page, or <code>--detail</code> on the command line, has them.
        </p>
      )}
      {sorted.map(([name, records]) => (
        <details key={name} open={name === 'session'}>
          <summary>
            {name} <small>{records.length}</small>
          </summary>
          <Records actions={actions} run={run} records={records} />
        </details>
      ))}
    </>
  );
}

const RECORDS_SHOWN = 200;

function Records({ actions, run, records }: RunProps & { readonly records: readonly RecordAt[] }) {
  const nameOf = (key: string): string => {
    const lane = run.facts.addresses.find(([address]) => address === key)?.[1];
    return lane === undefined ? key : `${run.lanes[lane]?.name ?? ''} (${key})`;
  };
  return (
    <ul class="records">
      {records.slice(0, RECORDS_SHOWN).map(({ collection, key, facts, row }) => (
        <li key={`${collection} ${key}`}>
          <button
            type="button"
            class="link"
            title="The commit that wrote it"
            onClick={() => actions.select(row, true)}
          >
            {nameOf(key)}
          </button>
          <dl class="facts">
            {facts
              .filter(([name]) => name !== 'kind')
              .map(([name, value]) => (
                <>
                  <dt>{name}</dt>
                  <dd>{String(value)}</dd>
                </>
              ))}
          </dl>
        </li>
      ))}
      {records.length > RECORDS_SHOWN && <li>and {records.length - RECORDS_SHOWN} more</li>}
    </ul>
  );
}
