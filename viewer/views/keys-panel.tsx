/** What the keys of a device at a moment could open of what was sent before it and after it. */

import { durationText, timeText } from '../../reports/time-text.ts';
import type { LensAnswer, LensCopy, LensMessage } from '../reader/key-lens.ts';
import { CIPHER_WORDS } from './cipher-words.ts';
import { DeviceMoment } from './device-moment.tsx';
import type { RunProps } from './props.ts';

export function KeysPanel({ actions, run }: RunProps) {
  const { lens, deviceLane } = actions.store;
  const answer = lens.value;
  return (
    <>
      <DeviceMoment actions={actions} run={run} choose={(lane) => actions.openKeys(lane)} />
      {deviceLane.value < 0 && (
        <p>
          Choose a device, and see which messages the keys in its Store could open at a moment, for
          somebody who has recorded everything that was ever sent.
        </p>
      )}
      {deviceLane.value >= 0 && answer === undefined && <p role="status">Following the keys…</p>}
      {answer !== undefined && <Answer actions={actions} run={run} answer={answer} />}
    </>
  );
}

interface AnswerProps extends RunProps {
  readonly answer: LensAnswer;
}

function Answer({ actions, run, answer }: AnswerProps) {
  const { device, timeUs, before, after, messages } = answer;
  if (!answer.hasKeys) {
    return (
      <p class="warning">
        This trace does not say which keys are where. A run in this page has their names, or one
        written with <code>--detail</code> on the command line.
      </p>
    );
  }
  const open = messages.filter(({ copies }) => copies.length > 0);
  return (
    <>
      <p aria-live="polite">
        With the keys that <strong>{device}</strong> holds at {timeText(timeUs)} one could open{' '}
        <strong>
          {before.open} of {before.all}
        </strong>{' '}
        messages sent before and{' '}
        <strong>
          {after.open} of {after.all}
        </strong>{' '}
        sent after.
      </p>
      <p>{healingText(answer)}</p>
      <Opened {...{ actions, run }} title="Sent before" list={open.filter((one) => one.isBefore)} />
      <Opened {...{ actions, run }} title="Sent after" list={open.filter((one) => !one.isBefore)} />
      <p class="note">
        {answer.keys} keys, followed through every operation of the run. Counted are messages that
        the account took part in; one could have recorded the wire from the beginning to the end.
        Texts that lie open in the Store are not counted.
      </p>
    </>
  );
}

/** Until when what comes later opens. */
function healingText({ timeUs, after, openUntilUs, closedAfter }: LensAnswer): string {
  if (after.all === 0) return 'Nothing was sent after it.';
  if (after.open === 0) return 'Nothing that was sent after it opens.';
  const last = `The last that opens was written ${durationText(openUntilUs - timeUs)} later`;
  if (closedAfter === 0) return `${last}, and nothing was written after that: nothing has healed.`;
  const rest = closedAfter === 1 ? 'The one' : `The ${closedAfter}`;
  return `${last}, at ${timeText(openUntilUs)}. ${rest} after that stay closed.`;
}

const MESSAGES_SHOWN = 200;

interface OpenedProps extends RunProps {
  readonly title: string;
  readonly list: readonly LensMessage[];
}

function Opened({ actions, run, title, list }: OpenedProps) {
  if (list.length === 0) return null;
  return (
    <details open>
      <summary>
        {title} <small>{list.length}</small>
      </summary>
      <ul class="message-list">
        {list.slice(0, MESSAGES_SHOWN).map(({ message, copies }) => {
          const one = run.facts.messages[message];
          if (one === undefined) return null;
          return (
            <li key={one.id}>
              <button type="button" onClick={() => actions.openMessage(message)}>
                <strong>{one.inputId || one.id}</strong>{' '}
                <small>
                  {run.lanes[one.lane]?.name}
                  {one.saidUs >= 0 ? ` at ${timeText(one.saidUs)}` : ''}
                </small>
                <span>{one.text}</span>
                <small>{waysText(run, copies)}</small>
              </button>
            </li>
          );
        })}
      </ul>
      {list.length > MESSAGES_SHOWN && <p>and {list.length - MESSAGES_SHOWN} more</p>}
    </details>
  );
}

/** By which copies it opens. */
function waysText(run: RunProps['run'], copies: readonly LensCopy[]): string {
  const ways = copies.map(({ cipher, lane }) => {
    const target = run.lanes[lane]?.name;
    const words = CIPHER_WORDS.get(cipher) ?? cipher;
    return target === undefined ? words : `copy for ${target}: ${words}`;
  });
  return [...new Set(ways)].join('; ');
}
