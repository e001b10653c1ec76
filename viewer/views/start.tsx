/** The first screen: what this is, a recorded day to look at, the library, and files. */

import { useState } from 'preact/hooks';
import { durationText } from '../../reports/time-text.ts';
import type { GalleryStory } from '../run-source.ts';
import type { Props } from './props.ts';

export function Start({ actions }: Props) {
  const { stories } = actions.store;
  return (
    <>
      <section class="opening">
        <h2>See what happened, why, and who could read what</h2>
        <p class="lead">
          Every run here is a rehearsal of encrypted chats between phones, computers and a server
          nobody needs to trust, over a network that loses things. The protocol is real; the hours
          are played in seconds. All of it happens in this browser: nothing is sent anywhere.
        </p>
        {location.protocol === 'file:' ? null : <Recorded actions={actions} />}
        <OpenFile actions={actions} />
      </section>
      {stories.value.length > 0 && <Gallery actions={actions} stories={stories.value} />}
    </>
  );
}

/** The day that explains the product, on both architectures, recorded. */
function Recorded({ actions }: Props) {
  const show = (architecture: string): void =>
    void actions.showAddress(`recorded/phone-offline-${architecture}.trace.ndjson.gz`);
  return (
    <p class="choices">
      <button type="button" class="first" onClick={() => show('fanout')}>
        A day with the phone off, 2021
      </button>
      <button type="button" onClick={() => show('relay')}>
        The same day before, when computers needed the phone
      </button>
    </p>
  );
}

function OpenFile({ actions }: Props) {
  const [isOver, setOver] = useState(false);
  const open = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const trace = new Uint8Array(await file.arrayBuffer());
    await actions.show({ trace, result: null }, { kind: 'file', name: file.name }, file.name);
  };
  return (
    <label
      class={isOver ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void open(event.dataTransfer?.files[0]);
      }}
    >
      <span>Open a trace of your own (*.trace.ndjson.gz), or drop it here</span>
      <input
        type="file"
        accept=".gz,.ndjson"
        onChange={(event) => void open(event.currentTarget.files?.[0])}
      />
    </label>
  );
}

interface GalleryProps extends Props {
  readonly stories: readonly GalleryStory[];
}

function Gallery({ actions, stories }: GalleryProps) {
  const [wanted, setWanted] = useState('');
  const [seed, setSeed] = useState('7');
  const [architecture, setArchitecture] = useState<'fanout' | 'relay'>('fanout');
  const words = wanted.toLowerCase().split(/\s+/);
  const shown = stories.filter(({ name, summary }) =>
    words.every((word) => `${name} ${summary}`.toLowerCase().includes(word)),
  );
  return (
    <section class="gallery">
      <h2>The library: {stories.length} stories to run here</h2>
      <div class="choices">
        <label>
          Find a story
          <input
            type="search"
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
        <label>
          Seed
          <input value={seed} size={8} onInput={(event) => setSeed(event.currentTarget.value)} />
        </label>
        <label>
          Architecture
          <select
            value={architecture}
            onChange={(event) =>
              setArchitecture(event.currentTarget.value === 'relay' ? 'relay' : 'fanout')
            }
          >
            <option value="fanout">fanout, since 2021</option>
            <option value="relay">relay, before</option>
          </select>
        </label>
      </div>
      <p aria-live="polite" class="note">
        {shown.length === stories.length ? '' : `${shown.length} of ${stories.length}`}
      </p>
      <ul class="stories">
        {shown.map((story) => (
          <Story key={story.name} {...{ actions, story, seed, architecture }} />
        ))}
      </ul>
    </section>
  );
}

interface StoryProps extends Props {
  readonly story: GalleryStory;
  readonly seed: string;
  readonly architecture: 'fanout' | 'relay';
}

function Story({ actions, story, seed, architecture }: StoryProps) {
  const { name, summary, accounts, devices, lengthUs } = story;
  const isAble = story.architectures.includes(architecture);
  const run = (): void => {
    const scenario = { kind: 'library', name } as const;
    void actions.run({ scenario, seed: seed || '1', architecture, overrides: [] }, name);
  };
  return (
    <li>
      <button type="button" onClick={run} disabled={!isAble}>
        <strong>{name}</strong>
        <span>{summary}</span>
        <small>
          {isAble ? '' : `${architecture} cannot tell this story. `}
          {accounts} people, {devices} devices, {durationText(lengthUs)}
        </small>
      </button>
    </li>
  );
}
