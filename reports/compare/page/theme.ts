/**
 * Light, dark, or as the system has it. A choice is kept where the browser lets a file keep one.
 */

const KEY = 'lockstep.theme';
const THEMES = ['auto', 'light', 'dark'];

function kept(): string {
  try {
    const theme = localStorage.getItem(KEY) ?? 'auto';
    return THEMES.includes(theme) ? theme : 'auto';
  } catch {
    return 'auto';
  }
}

function keep(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing for files still switches for now.
  }
}

function apply(root: HTMLElement, theme: string): void {
  if (theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = theme;
}

/** Puts the theme back that was chosen on the page. */
export function chosenTheme(root: HTMLElement): void {
  const chosen = document.querySelector<HTMLInputElement>('input[name="theme"]:checked');
  apply(root, chosen?.value ?? 'auto');
}

/** Applies the kept theme before anything is shown. */
export function startTheme(): void {
  apply(document.documentElement, kept());
}

/** Shows the switch, and calls back whenever colours change, by it or by the system. */
export function onTheme(changed: () => void): void {
  const set = document.querySelector<HTMLFieldSetElement>('fieldset.theme');
  if (set === null) return;
  set.hidden = false;
  for (const input of set.querySelectorAll<HTMLInputElement>('input')) {
    input.checked = input.value === kept();
    input.addEventListener('change', () => {
      keep(input.value);
      apply(document.documentElement, input.value);
      changed();
    });
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
}
