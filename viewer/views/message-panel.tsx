/** A message's life: every copy, from the sealing to the screen. */

import { durationText, timeText } from '../../reports/time-text.ts';
import { whyAway } from '../model/bands.ts';
import type { CopyLife, MessageLife } from '../reader/message-life.ts';
import { CIPHER_WORDS } from './cipher-words.ts';
import type { RunProps } from './props.ts';

export function MessagePanel({ actions, run }: RunProps) {
  const life = actions.store.life.value;
  if (life === undefined) return <MessageList actions={actions} run={run} />;
  const message = run.facts.messages[life.message];
  if (message === undefined) return null;
  return (
    <>
      <h3>{life.name}</h3>
      {message.text !== '' && <blockquote>{message.text}</blockquote>}
      <p>
        Written by <strong>{life.author}</strong>
        {message.saidUs >= 0 ? ` at ${timeText(message.saidUs)}` : ''}
        {life.atServerUs >= 0
          ? `; the server had it after ${durationText(life.atServerUs - message.saidUs)}.`
          : '.'}
      </p>
      <ul class="copies">
        {life.copies.map((copy) => (
          <Copy key={copy.lane} {...{ actions, run, life, copy }} />
        ))}
      </ul>
      <p class="note">
        {life.rows.length} events touched it: they stay bright in the timeline.{' '}
        <button
          type="button"
          class="link"
          onClick={() => {
            actions.store.life.value = undefined;
          }}
        >
          All messages
        </button>
      </p>
    </>
  );
}

interface CopyProps extends RunProps {
  readonly life: MessageLife;
  readonly copy: CopyLife;
}

function Copy({ actions, run, life, copy }: CopyProps) {
  const saidUs = run.facts.messages[life.message]?.saidUs ?? 0;
  const row = copy.shownRow >= 0 ? copy.shownRow : copy.arrivedRow;
  return (
    <li>
      <h4>
        {copy.device} <span class="fate">{fateText(copy, saidUs)}</span>
      </h4>
      <dl class="facts">
        {stepsOf(run, life, copy).map(([name, text]) => (
          <>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
      <div class="choices">
        {row >= 0 && (
          <button type="button" onClick={() => actions.select(row, true)}>
            see it
          </button>
        )}
        {row >= 0 && (
          <button
            type="button"
            onClick={() => actions.openDevice(copy.lane, run.facts.columns.timeUs[row])}
          >
            the device then
          </button>
        )}
      </div>
    </li>
  );
}

function fateText(copy: CopyLife, saidUs: number): string {
  if (copy.shownUs >= 0) return `shown after ${durationText(copy.shownUs - saidUs)}`;
  if (copy.lostUs >= 0)
    return `given up after ${durationText(copy.lostUs - saidUs)}: ${copy.reason}`;
  return copy.arrivedUs >= 0 ? 'arrived, not shown' : 'never arrived';
}

function stepsOf(
  run: RunProps['run'],
  life: MessageLife,
  copy: CopyLife,
): readonly (readonly [string, string])[] {
  const out: (readonly [string, string])[] = [];
  if (copy.cipher !== '') {
    const how = CIPHER_WORDS.get(copy.cipher) ?? copy.cipher;
    out.push(['sealed', `${copy.ciphertextBytes} bytes, ${copy.cipher}: ${how}`]);
  }
  if (copy.sentOnUs >= 0 && life.atServerUs >= 0) {
    const why = whyAway(run.bands[copy.lane] ?? [], life.atServerUs, copy.sentOnUs);
    const waited = durationText(copy.sentOnUs - life.atServerUs);
    out.push(['at the server', why === '' ? waited : `${waited}: the device ${why}`]);
  }
  if (copy.arrivedUs >= 0) out.push(['arrived', timeText(copy.arrivedUs)]);
  if (copy.shownUs >= 0) out.push(['shown', timeText(copy.shownUs)]);
  if (copy.readUs >= 0) out.push(['read', timeText(copy.readUs)]);
  if (copy.receiptUs >= 0) out.push(['first receipt', timeText(copy.receiptUs)]);
  if (copy.retries > 0) out.push(['asked again', `${copy.retries} times`]);
  if (copy.repeats > 0) out.push(['came again', `${copy.repeats} times`]);
  return out;
}

/** All messages, to choose one. */
function MessageList({ actions, run }: RunProps) {
  const { messages } = run.facts;
  if (messages.length === 0) return <p>Nobody wrote anything in this run.</p>;
  return (
    <>
      <h3>{messages.length} messages</h3>
      <ul class="message-list">
        {messages.slice(0, 500).map((one, index) => (
          <li key={one.id}>
            <button type="button" onClick={() => actions.openMessage(index)}>
              <strong>{one.inputId || one.id}</strong> <small>{run.lanes[one.lane]?.name}</small>
              <span>{one.text}</span>
            </button>
          </li>
        ))}
      </ul>
      {messages.length > 500 && <p>The first 500 are listed; the find box knows all of them.</p>}
    </>
  );
}
