/** The tools over the timeline: find, axis, zoom, and which frames are drawn. */

import { useState } from 'preact/hooks';
import { FRAME_CLASSES, type FrameClass } from '../model/marks.ts';
import { KIND_NAMES } from '../reader/event-kinds.ts';
import { QUERY_KEYS } from '../reader/query.ts';
import type { RunProps } from './props.ts';

const CLASS_WORDS: Readonly<Record<FrameClass, string>> = {
  message: 'messages',
  receipt: 'receipts',
  call: 'calls',
  sync: 'sync',
  plumbing: 'logins, answers, keys',
};

export function Tools({ actions, run }: RunProps) {
  const { axis, classes } = actions.store;
  const toggle = (index: number): void => {
    classes.value = classes.value.map((isShown, at) => (at === index ? !isShown : isShown));
  };
  return (
    <div class="tools">
      <FindBox actions={actions} run={run} />
      <fieldset class="group">
        <legend>Axis</legend>
        {(['time', 'order'] as const).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={axis.value === name}
            onClick={() => actions.setAxis(name)}
          >
            {name === 'time' ? 'true time' : 'order'}
          </button>
        ))}
      </fieldset>
      <fieldset class="group">
        <legend>Zoom</legend>
        <button type="button" aria-label="Zoom out" onClick={() => actions.zoom(1.5)}>
          −
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => actions.zoom(1 / 1.5)}>
          +
        </button>
        <button type="button" onClick={() => actions.lookAtAll()}>
          all
        </button>
      </fieldset>
      <fieldset class="group frames">
        <legend>Frames that are drawn</legend>
        {FRAME_CLASSES.map((name, index) =>
          (run.arrows.counts[index] ?? 0) === 0 ? null : (
            <button
              key={name}
              type="button"
              class={`frames-${name}`}
              aria-pressed={classes.value[index] === true}
              onClick={() => toggle(index)}
            >
              {CLASS_WORDS[name]}{' '}
              <small>{(run.arrows.counts[index] ?? 0).toLocaleString('en')}</small>
            </button>
          ),
        )}
      </fieldset>
    </div>
  );
}

/** Completions for the last word that is being typed. */
function completions(typed: string, run: RunProps['run']): readonly string[] {
  const cut = typed.lastIndexOf(' ') + 1;
  const before = typed.slice(0, cut);
  const word = typed.slice(cut).replace(/^-/, '');
  const minus = typed.slice(cut).startsWith('-') ? '-' : '';
  const colon = word.indexOf(':');
  if (colon < 0) {
    const keys = QUERY_KEYS.map(([key]) => `${key}:`).filter((key) => key.startsWith(word));
    return keys.map((key) => `${before}${minus}${key}`);
  }
  const key = word.slice(0, colon);
  const part = word.slice(colon + 1);
  const values = valuesOf(key, run).filter((value) => value.startsWith(part));
  return values.slice(0, 30).map((value) => `${before}${minus}${key}:${value}`);
}

function valuesOf(key: string, { facts, lanes }: RunProps['run']): readonly string[] {
  switch (key) {
    case 'kind':
      return KIND_NAMES.slice(1);
    case 'device':
    case 'with':
      return [
        ...new Set(
          lanes.flatMap(({ name, account }) => (account === '' ? [name] : [account, name])),
        ),
      ];
    case 'what':
      return facts.details;
    case 'message':
      return facts.messages.map(({ inputId, id }) => (inputId === '' ? id : inputId));
    case 'lost':
      return ['yes', 'no'];
    default:
      return [];
  }
}

function foundText(count: number, at: number): string {
  if (count === 0) return 'nothing found';
  const place = at >= 0 ? `${at + 1} of ` : '';
  return `${place}${count.toLocaleString('en')} found`;
}

function FindBox({ actions, run }: RunProps) {
  const { query, found, foundAt } = actions.store;
  const [typed, setTyped] = useState(query.value);
  const rows = found.value;
  const said = rows === undefined ? '' : foundText(rows.length, foundAt.value);
  return (
    <search>
      <form
        class="find"
        onSubmit={(event) => {
          event.preventDefault();
          const isAnswered = typed === query.value && rows !== undefined;
          const answered = isAnswered ? Promise.resolve() : actions.find(typed);
          void answered.then(() => actions.nextFound(1));
        }}
      >
        <label for="find">Find</label>
        <input
          id="find"
          type="search"
          list="find-words"
          autocomplete="off"
          spellcheck={false}
          placeholder="device:alice kind:crash"
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            void actions.find(event.currentTarget.value);
          }}
        />
        <datalist id="find-words">
          {completions(typed, run).map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <button
          type="button"
          aria-label="Found before"
          disabled={!rows?.length}
          onClick={() => actions.nextFound(-1)}
        >
          ‹
        </button>
        <button
          type="button"
          aria-label="Found next"
          disabled={!rows?.length}
          onClick={() => actions.nextFound(1)}
        >
          ›
        </button>
        <output aria-live="polite">{said}</output>
      </form>
    </search>
  );
}
