/** The colours and patterns of the pictures, as the style sheet has them at this moment. */

/** Resolved colours. */
export interface Inks {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly card: string;
  readonly relay: string;
  readonly fanout: string;
  readonly font: string;
}

/** Reads the colours through an element, since a custom property may hold two of them. */
export function inksOf(parent: HTMLElement): Inks {
  const probe = document.createElement('span');
  parent.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const inks = {
    ink: colour('ink'),
    muted: colour('muted'),
    line: colour('line'),
    card: colour('paper'),
    relay: colour('relay'),
    fanout: colour('fanout'),
    font: getComputedStyle(parent).fontFamily,
  };
  probe.remove();
  return inks;
}

/** What a bar's part is filled with: solid, hatched, dotted. */
export type Pattern = 'solid' | 'hatched' | 'dotted';

/** A fill that tells parts apart without colour; a plain colour where there are no patterns. */
export function fillOf(ink: string, ground: string, pattern: Pattern): CanvasPattern | string {
  if (pattern === 'solid') return ink;
  const tile = document.createElement('canvas');
  const size = 8;
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext('2d');
  if (pen === null) return ink;
  pen.fillStyle = ground;
  pen.fillRect(0, 0, size, size);
  pen.fillStyle = ink;
  pen.strokeStyle = ink;
  pen.lineWidth = 2;
  if (pattern === 'dotted') {
    pen.fillRect(1, 1, 2, 2);
    pen.fillRect(5, 5, 2, 2);
  } else {
    pen.beginPath();
    for (const shift of [-size, 0, size]) {
      pen.moveTo(shift - 1, size + 1);
      pen.lineTo(shift + size + 1, -1);
    }
    pen.stroke();
  }
  return pen.createPattern(tile, 'repeat') ?? ink;
}
