/** What was changed in the lower run, where that shows first, and what it did to the verdict. */

import { useMemo } from 'preact/hooks';
import { timeText } from '../../reports/time-text.ts';
import type { LoadedRun } from '../loaded-run.ts';
import { firstDifference } from '../model/first-difference.ts';
import { verdictChange } from '../model/metric-rows.ts';
import { decisionsText, withoutPlace } from '../model/what-if.ts';
import type { Store, Twin } from '../store.ts';
import { seeRow } from '../twin.ts';

interface ChangeSummaryProps {
  readonly store: Store;
  readonly run: LoadedRun;
  readonly twin: Twin;
  readonly second: LoadedRun;
}

export function ChangeSummary({ store, run, twin, second }: ChangeSummaryProps) {
  const row = useMemo(() => firstDifference(run.facts, second.facts), [run, second]);
  const { beside } = twin;
  if (beside.kind !== 'change') return null;
  const lost = withoutPlace(second.result?.unusedOverrides ?? []);
  return (
    <section class="changed" aria-label="What was changed">
      <p>
        <strong>{decisionsText(beside.decisions)}</strong>{' '}
        {run.result !== null && second.result !== null && verdictChange(run.result, second.result)}
      </p>
      <p>
        {row < 0 ? (
          'Not one event differs: the change had no effect.'
        ) : (
          <>
            The runs are the same for {row.toLocaleString('en')} events, until{' '}
            {timeText(timeOf(run, second, row))}.{' '}
            <button type="button" class="link" onClick={() => seeRow(store, twin, row)}>
              See the first event that differs
            </button>
          </>
        )}
      </p>
      {lost.length > 0 && (
        <p class="warning">
          The run never asked for {lost.map(({ choice }) => choice).join(', ')}: that part of the
          change found no place.
        </p>
      )}
      {second.result !== null && (
        <p class="reproduce">
          With the scenario of the lower run saved as a file: <code>{second.result.reproduce}</code>
        </p>
      )}
    </section>
  );
}

function timeOf(run: LoadedRun, second: LoadedRun, row: number): number {
  return run.facts.columns.timeUs[row] ?? second.facts.columns.timeUs[row] ?? 0;
}
