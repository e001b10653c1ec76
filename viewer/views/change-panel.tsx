/** What if something had gone otherwise: the decisions behind the selected event and the story. */

import { useEffect, useState } from 'preact/hooks';
import { timeText } from '../../reports/time-text.ts';
import { readLine } from '../event-line.ts';
import type { StoryEntry } from '../live/live-messages.ts';
import { type Decision, decisionsText, type Question, questionsOf } from '../model/what-if.ts';
import { storyEntriesOf } from '../run-source.ts';
import type { Store } from '../store.ts';
import { decisionsOf, scenarioOf, showChange } from '../twin.ts';
import type { RunProps } from './props.ts';

const ENTRIES_SHOWN = 300;

interface ChangePanelProps extends RunProps {
  /** The page's first run: the changed one is shown below it. */
  readonly root: RunProps['actions'];
}

export function ChangePanel({ actions, run, root }: ChangePanelProps) {
  const { store } = actions;
  if (store.isSecond && store.twin.value?.beside.kind !== 'change') {
    return (
      <p>
        A change is compared with the run it changes. Choose an event of the upper run, or open this
        one alone.
      </p>
    );
  }
  const before = decisionsOf(store);
  const ask = (decisions: readonly Decision[]): void =>
    void showChange(root, [...before, ...decisions]);
  return (
    <>
      <p>
        The run is done again with one decision taken otherwise: same scenario, same seed, all other
        decisions as they were. Both are then shown, one above the other.
      </p>
      {before.length > 0 && <p>{decisionsText(before)} A further change is added to that.</p>}
      <AboutSelected actions={actions} run={run} ask={ask} />
      <Entries store={store} run={run} ask={ask} />
    </>
  );
}

type Ask = (decisions: readonly Decision[]) => void;

/** What can be asked about the selected event. */
function AboutSelected({ actions, run, ask }: RunProps & { readonly ask: Ask }) {
  const questions = useQuestions({ actions, run });
  const { selectedText, selected } = actions.store;
  return (
    <section>
      <h3>The selected event</h3>
      {selected.value < 0 ? (
        <p>Nothing is selected. Click a mark, a frame, or trouble of the network.</p>
      ) : (
        <p>
          {timeText(run.facts.columns.timeUs[selected.value] as number)}{' '}
          {selectedText.value?.text ?? ''}
        </p>
      )}
      {selected.value >= 0 && questions.length === 0 && (
        <p class="note">
          Nothing was decided here. Frames can be lost, trouble of the network and crashes can be
          left out, and a device can die at whatever it handles or stores.
        </p>
      )}
      <div class="choices">
        {questions.map(({ words, decisions }) => (
          <button key={words} type="button" onClick={() => ask(decisions)}>
            {words}
          </button>
        ))}
      </div>
    </section>
  );
}

/** Questions about the selected event; none while its line is on its way. */
function useQuestions({ actions, run }: RunProps): readonly Question[] {
  const row = actions.store.selected.value;
  const [questions, setQuestions] = useState<readonly Question[]>([]);
  useEffect(() => {
    setQuestions([]);
    if (row < 0) return;
    const cause = run.facts.columns.cause[row] as number;
    const rows = cause < 0 ? [row] : [row, cause];
    const state = { isOver: false };
    void run.reader.ask<'events'>({ kind: 'events', rows }).then(([text, causeText]) => {
      const event = readLine(text?.line);
      if (!state.isOver && event !== undefined) {
        setQuestions(questionsOf(event, readLine(causeText?.line)));
      }
    });
    return () => {
      state.isOver = true;
    };
  }, [run, row]);
  return questions;
}

interface EntriesProps {
  readonly store: Store;
  readonly run: RunProps['run'];
  readonly ask: Ask;
}

/** The story's timeline, each entry with a way to leave it out. */
function Entries({ store, run, ask }: EntriesProps) {
  const [entries, setEntries] = useState<readonly StoryEntry[]>([]);
  const [trouble, setTrouble] = useState('');
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    const state = { isOver: false };
    void storyEntriesOf(scenarioOf(store, run)).then((answer) => {
      if (state.isOver) return;
      if ('kind' in answer) setTrouble(answer.sentences.join(' '));
      else setEntries(answer);
    });
    return () => {
      state.isOver = true;
    };
  }, [store, run.reader]);
  const shown = entries.filter(({ id, words }) => `${id} ${words}`.includes(wanted));
  return (
    <section>
      <h3>The story</h3>
      {trouble !== '' && <p class="warning">{trouble}</p>}
      <label class="stacked">
        Find in the timeline
        <input
          type="search"
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      </label>
      <ul class="records">
        {shown.slice(0, ENTRIES_SHOWN).map(({ choice, id, atUs, words }) => (
          <li key={id}>
            <small>{timeText(atUs).slice(0, -7)}</small> <strong>{id}</strong> {words}{' '}
            <button
              type="button"
              aria-label={`without ${id}`}
              onClick={() => ask([{ choice, value: 0 }])}
            >
              without this
            </button>
          </li>
        ))}
      </ul>
      {shown.length > ENTRIES_SHOWN && <p>The first {ENTRIES_SHOWN} are listed.</p>}
    </section>
  );
}
