/** Light or dark: as the system has it, until a person chooses; the choice is remembered. */

import { effect } from '@preact/signals';
import type { Store, Theme } from './store.ts';

const KEY = 'lockstep-theme';

/** A page from disk may have no memory; then the choice lasts as long as the page. */
function remembered(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'light' || theme === 'dark' ? theme : 'system';
  } catch {
    return 'system';
  }
}

/** Follows the store's theme from now on. */
export function followTheme(store: Store): void {
  store.theme.value = remembered();
  effect(() => {
    const theme = store.theme.value;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      if (theme === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // Nothing to remember with.
    }
  });
}
