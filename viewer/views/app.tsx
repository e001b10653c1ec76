/** The whole page: a bar, and under it the gallery, a run on its way, or a run. */

import { useEffect } from 'preact/hooks';
import { durationText } from '../../reports/time-text.ts';
import { keyDown } from '../keys.ts';
import type { Stage, Theme } from '../store.ts';
import { Help } from './help.tsx';
import type { Props } from './props.ts';
import { RunView } from './run-view.tsx';
import { Start } from './start.tsx';

export function App({ actions }: Props) {
  const { store } = actions;
  const stage = store.stage.value;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => keyDown(event, actions);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [actions]);
  return (
    <>
      <header class="bar">
        <h1 class="brand">
          <button type="button" onClick={() => actions.goToStart()}>
            Lockstep
          </button>
          <span> viewer</span>
        </h1>
        <ThemeChoice actions={actions} />
        <button
          type="button"
          class="quiet"
          aria-keyshortcuts="?"
          onClick={() => {
            store.isHelpOpen.value = true;
          }}
        >
          Keys <kbd>?</kbd>
        </button>
      </header>
      <Troubles actions={actions} />
      {stage.kind === 'shown' ? (
        <RunView actions={actions} run={stage.run} />
      ) : (
        <main id="main" class="sheet">
          {stage.kind === 'start' ? <Start actions={actions} /> : <Waiting stage={stage} />}
        </main>
      )}
      <Help actions={actions} />
    </>
  );
}

function Troubles({ actions }: Props) {
  const { troubles } = actions.store;
  return (
    <div class="troubles" role="alert">
      {troubles.value.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}

/** A run being read or made; nothing of it leaves the browser. */
function Waiting({ stage }: { readonly stage: Extract<Stage, { kind: 'reading' | 'running' }> }) {
  if (stage.kind === 'reading') {
    return (
      <section class="waiting" aria-live="polite">
        <h2>Reading {stage.what}</h2>
        <p>{stage.events.toLocaleString('en')} events so far</p>
      </section>
    );
  }
  const { virtualUs, lengthUs, events } = stage.progress;
  return (
    <section class="waiting" aria-live="polite">
      <h2>Running {stage.what}</h2>
      <progress
        max={Math.max(lengthUs, 1)}
        value={Math.min(virtualUs, lengthUs)}
        aria-label="Progress of the run"
      />
      <p>
        {events.toLocaleString('en')} events, {durationText(virtualUs)} of the story
        {lengthUs > 0 && virtualUs >= lengthUs ? '; now everything heals' : ''}
      </p>
      <button type="button" onClick={stage.stop}>
        Stop
      </button>
    </section>
  );
}

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

function ThemeChoice({ actions }: Props) {
  const { theme } = actions.store;
  return (
    <fieldset class="theme">
      <legend>Colours</legend>
      {THEMES.map((name) => (
        <label key={name}>
          <input
            type="radio"
            name="theme"
            checked={theme.value === name}
            onChange={() => {
              theme.value = name;
            }}
          />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}
