/** A device at a moment: power, connection and the records of its Store as they were. */

import type { DeviceAt, RecordAt } from '../reader/device-at.ts';
import { DeviceMoment } from './device-moment.tsx';
import type { RunProps } from './props.ts';

export function DevicePanel({ actions, run }: RunProps) {
  const { device, deviceLane } = actions.store;
  return (
    <>
      <DeviceMoment actions={actions} run={run} choose={(lane) => actions.openDevice(lane)} />
      {device.value !== undefined && deviceLane.value >= 0 && (
        <State actions={actions} run={run} device={device.value} />
      )}
    </>
  );
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
      <div class="choices">
        <button type="button" onClick={() => actions.openKeys(device.lane)}>
          what its keys open
        </button>
      </div>
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
