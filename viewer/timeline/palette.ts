/** The colours of the canvas, read from the page's style sheet so that both follow the theme. */

export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly strongLine: string;
  readonly message: string;
  readonly receipt: string;
  readonly call: string;
  readonly sync: string;
  readonly plumbing: string;
  readonly good: string;
  readonly bad: string;
  readonly alarm: string;
  readonly act: string;
  readonly selected: string;
}

const NAMES: Readonly<Record<keyof Palette, string>> = {
  paper: '--card',
  ink: '--ink',
  muted: '--muted',
  line: '--line',
  strongLine: '--strong-line',
  message: '--message',
  receipt: '--receipt',
  call: '--call',
  sync: '--sync',
  plumbing: '--plumbing',
  good: '--good',
  bad: '--bad',
  alarm: '--alarm',
  act: '--ink',
  selected: '--selected',
};

/**
 * Reads the colours. The sheet says `light-dark(…)`, which a canvas does not know, so that each is
 * resolved on a probe.
 */
export function readPalette(): Palette {
  const probe = document.createElement('span');
  document.body.append(probe);
  const out = Object.fromEntries(
    Object.entries(NAMES).map(([name, property]) => {
      probe.style.color = `var(${property})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  return out as unknown as Palette;
}
