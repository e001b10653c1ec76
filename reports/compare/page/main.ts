/**
 * What the page does when scripts may run: it draws the pictures, switches the theme, copies the
 * command and opens what is folded for print. Without it the page holds the same words and numbers.
 */

import type { ComparisonDocument } from '../model.ts';
import { picturesOf } from '../pictures.ts';
import { drawBars } from './bars.ts';
import { type Drawn, drawLines } from './lines.ts';
import { inksOf } from './paint.ts';
import { chosenTheme, onTheme, startTheme } from './theme.ts';

function comparison(): ComparisonDocument {
  const text = document.getElementById('comparison')?.textContent ?? '';
  return JSON.parse(text) as ComparisonDocument;
}

/** Draws every picture the page has a place for, in the colours of now. */
function drawAll(pictures: ReturnType<typeof picturesOf>): Drawn[] {
  const inks = inksOf(document.body);
  return [...document.querySelectorAll<HTMLElement>('[data-picture]')].flatMap((place) => {
    const canvas = place.querySelector('canvas');
    const picture = pictures.find(({ id }) => id === place.dataset.picture);
    if (canvas === null || picture === undefined) return [];
    if (picture.kind === 'bars') return [drawBars(canvas, picture, inks)];
    const isBare = place.closest('[data-without="formula"]') !== null;
    const lines = picture.lines.filter(({ isFormula }) => !(isBare && isFormula));
    return [drawLines(canvas, { ...picture, lines }, inks)];
  });
}

function startPictures(): void {
  const pictures = picturesOf(comparison());
  const drawn: Drawn[] = [];
  const redraw = (): void => {
    for (const chart of drawn.splice(0)) chart.destroy();
    drawn.push(...drawAll(pictures));
  };
  redraw();
  onTheme(redraw);
  const root = document.documentElement;
  const folded: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    folded.push(...document.querySelectorAll<HTMLDetailsElement>('details:not([open])'));
    for (const one of folded) one.open = true;
    root.dataset.theme = 'light';
    redraw();
    for (const chart of drawn) chart.resize();
  });
  addEventListener('afterprint', () => {
    for (const one of folded.splice(0)) one.open = false;
    chosenTheme(root);
    redraw();
  });
}

function startCopying(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copies]')) {
    const source = document.getElementById(button.dataset.copies ?? '');
    if (source === null) continue;
    button.hidden = false;
    button.addEventListener('click', () => {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection()?.removeAllRanges();
      getSelection()?.addRange(range);
      // Where the clipboard is closed to files, the command stands selected.
      navigator.clipboard?.writeText(source.textContent ?? '').then(
        () => {
          button.textContent = 'Copied';
        },
        () => {
          button.textContent = 'Selected: copy it now';
        },
      );
    });
  }
}

startTheme();
document.addEventListener('DOMContentLoaded', () => {
  document.documentElement.classList.add('scripted');
  startPictures();
  startCopying();
});
