/** The viewer's beginning: finds out what to show and draws the page. */

import { render } from 'preact';
import { Actions } from './actions.ts';
import { followAddress, goToAddress } from './address.ts';
import { followLenses } from './lens.ts';
import { embeddedRuns, gallery } from './run-source.ts';
import { createStore } from './store.ts';
import { followTheme } from './theme.ts';
import { placeBelow } from './twin.ts';
import { App } from './views/app.tsx';

async function begin(root: HTMLElement): Promise<void> {
  const store = createStore();
  const actions = new Actions(store);
  followTheme(store);
  followLenses(store);
  const asked = location.hash.slice(1);
  render(<App actions={actions} />, root);
  const [inside, second] = embeddedRuns();
  if (inside !== undefined) await actions.show(inside, { kind: 'inside' }, 'the run of this page');
  if (second !== undefined) await placeBelow(store, second, { kind: 'inside' });
  await goToAddress(actions, asked || queryOf(location.search));
  followAddress(store);
  window.addEventListener('hashchange', () => void goToAddress(actions, location.hash.slice(1)));
  store.stories.value = await gallery();
}

/** `?trace=ADDRESS` means the same as `#trace=ADDRESS`: it is what other tools write. */
function queryOf(search: string): string {
  const trace = new URLSearchParams(search).get('trace');
  return trace === null ? '' : new URLSearchParams({ trace }).toString();
}

const root = document.getElementById('app');
if (root !== null) void begin(root);
