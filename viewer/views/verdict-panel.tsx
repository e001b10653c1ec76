/** The verdict first: what was judged, what was late and why, and where to look. */

import { durationText, timeText } from '../../reports/time-text.ts';
import type { LoadedRun } from '../loaded-run.ts';
import { lateCopies } from '../model/late-copies.ts';
import type { RunProps } from './props.ts';

type Judged = NonNullable<LoadedRun['result']>['properties'][number];

const LATE_SHOWN = 8;

export function VerdictPanel({ actions, run }: RunProps) {
  return (
    <>
      <Judgement actions={actions} run={run} />
      <Late actions={actions} run={run} />
      <Lists run={run} />
      <Facts run={run} />
    </>
  );
}

function Judgement({ actions, run }: RunProps) {
  const { result } = run;
  if (result === null) {
    return (
      <>
        <p>This trace came without a verdict.</p>
        {run.facts.document === null ? null : (
          <button type="button" onClick={() => void actions.judge()}>
            Run its scenario here, to have it judged
          </button>
        )}
      </>
    );
  }
  const of = (verdict: string): readonly Judged[] =>
    result.properties.filter((one) => one.verdict === verdict);
  const violated = of('violated');
  const held = of('held').filter(({ checked }) => checked > 0);
  return (
    <section>
      <h3>{headline(result.verdict, violated.length, held.length)}</h3>
      {result.reasons.map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
      {violated.length > 0 && <Violations actions={actions} run={run} />}
      <Messages run={run} />
    </section>
  );
}

/** All that was judged, by verdict. */
function Lists({ run }: { readonly run: LoadedRun }) {
  if (run.result === null) return null;
  const { properties } = run.result;
  const checked = properties.filter((one) => one.checked > 0);
  const undecided = checked.filter(({ verdict }) => verdict === 'undecided');
  const held = checked.filter(({ verdict }) => verdict === 'held');
  const idle = properties.filter((one) => one.checked === 0);
  return (
    <section>
      <h3>What was judged</h3>
      {undecided.length > 0 && <Properties title="Undecided" list={undecided} isOpen />}
      <Properties title={`Held: ${held.length} properties`} list={held} />
      {idle.length > 0 && (
        <Properties title={`No occasion in this run: ${idle.length}`} list={idle} />
      )}
    </section>
  );
}

function headline(verdict: string, violated: number, held: number): string {
  if (verdict === 'held') return `All that was checked held: ${held} properties`;
  if (verdict === 'undecided') return 'Undecided';
  return violated === 0 ? 'An expectation was not met' : `${violated} properties were violated`;
}

function Violations({ actions, run }: RunProps) {
  return (
    <ol class="violations">
      {run.witnesses.map(({ property, sentence, row }) => (
        <li key={`${property} ${sentence}`}>
          <strong>{property}</strong> {sentence}{' '}
          {row >= 0 && (
            <button type="button" class="link" onClick={() => actions.select(row, true)}>
              see where
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}

interface PropertiesProps {
  readonly title: string;
  readonly list: readonly Judged[];
  readonly isOpen?: boolean;
}

function Properties({ title, list, isOpen = false }: PropertiesProps) {
  return (
    <details open={isOpen}>
      <summary>{title}</summary>
      <ul class="properties">
        {list.map(({ id, name, checked }) => (
          <li key={id}>
            <code>{id}</code> {name} <small>checked {checked.toLocaleString('en')} times</small>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Messages({ run }: { readonly run: LoadedRun }) {
  if (run.result === null) return null;
  const { sent, copiesDue, copiesShown, copiesLost, reportedLost, notCompleted } =
    run.result.messages;
  return (
    <p>
      {sent} messages were written; {copiesShown} of {copiesDue} copies due on other devices were
      shown
      {copiesLost > 0 ? `, ${copiesLost} were lost` : ''}
      {reportedLost > 0 ? `, ${reportedLost} reported lost` : ''}.
      {notCompleted > 0
        ? ` ${notCompleted} things that people wanted to do could not be done.`
        : ''}
    </p>
  );
}

/** The latest copies with the reason: the first question of everybody. */
function Late({ actions, run }: RunProps) {
  const late = lateCopies(run.facts, run.bands, LATE_SHOWN);
  if (late.length === 0) return null;
  return (
    <section>
      <h3>Shown late, and why</h3>
      <ul class="late">
        {late.map(({ message, lane, lateUs, why }) => {
          const one = run.facts.messages[message];
          const name = one?.inputId || one?.id || '';
          return (
            <li key={`${message} ${lane}`}>
              <button type="button" class="link" onClick={() => actions.openMessage(message)}>
                {name}
              </button>{' '}
              on <strong>{run.lanes[lane]?.name}</strong> after {durationText(lateUs)}
              {why === '' ? '' : `: it ${why}`}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Facts({ run }: { readonly run: LoadedRun }) {
  const { header, footer, columns } = run.facts;
  const lastUs = columns.count === 0 ? 0 : (columns.timeUs[columns.count - 1] as number);
  return (
    <section>
      <h3>The run</h3>
      <dl class="facts">
        <dt>events</dt>
        <dd>
          {columns.count.toLocaleString('en')} until {timeText(lastUs)}
        </dd>
        <dt>crypto</dt>
        <dd>{header.crypto}</dd>
        {footer !== null &&
          (['schedule', 'skeleton', 'bytes', 'shown'] as const).map((name) => (
            <>
              <dt>{name}</dt>
              <dd>
                <code>{footer.hashes[name]}</code>
              </dd>
            </>
          ))}
      </dl>
      {run.result !== null && (
        <p class="reproduce">
          <code>{run.result.reproduce}</code>
        </p>
      )}
    </section>
  );
}
