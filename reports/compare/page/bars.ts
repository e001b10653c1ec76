/** Bars of what a theft opened: its parts told apart by pattern, the sides by colour and name. */

import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from 'chart.js';
import type { BarPicture, PictureBar } from '../pictures.ts';
import type { Drawn } from './lines.ts';
import { fillOf, type Inks, type Pattern } from './paint.ts';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

type Part = 'past' | 'future' | 'afterLogOut';
const PARTS: readonly (readonly [Part, string, Pattern])[] = [
  ['past', 'from before the theft', 'solid'],
  ['future', 'until the log-out', 'hatched'],
  ['afterLogOut', 'after the log-out', 'dotted'],
];

/** A label in lines of about `width` signs, so that long names do not push the bars away. */
function lines(label: string, width: number): string[] {
  const out: string[] = [];
  for (const word of label.split(' ')) {
    const last = out.at(-1);
    if (last !== undefined && last.length + word.length < width)
      out[out.length - 1] = `${last} ${word}`;
    else out.push(word);
  }
  return out.length > 4 ? [...out.slice(0, 3), `${out[3]} …`] : out;
}

function dataset(
  [part, label, pattern]: (typeof PARTS)[number],
  bars: readonly PictureBar[],
  inks: Inks,
) {
  return {
    label,
    data: bars.map((bar) => bar[part]),
    backgroundColor: bars.map(({ side }) => fillOf(inks[side], inks.card, pattern)),
    borderColor: bars.map(({ side }) => inks[side]),
    borderWidth: 1,
    borderSkipped: false,
    barPercentage: 0.72,
    categoryPercentage: 0.9,
  };
}

/** Draws the picture. */
export function drawBars(canvas: HTMLCanvasElement, picture: BarPicture, inks: Inks): Drawn {
  const { bars } = picture;
  const isNarrow = (canvas.parentElement?.clientWidth ?? 0) < 520;
  const words = (colour: string) => ({ color: colour, font: { size: isNarrow ? 11 : 12 } });
  return new Chart(canvas, {
    type: 'bar',
    data: {
      labels: bars.map(({ label }) => lines(label, isNarrow ? 18 : 34)),
      datasets: PARTS.map((part) => dataset(part, bars, inks)),
    },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      locale: 'en-GB',
      indexAxis: 'y',
      font: { family: inks.font },
      layout: { padding: { right: 12 } },
      scales: {
        x: {
          stacked: true,
          beginAtZero: true,
          title: { display: true, text: picture.xTitle, ...words(inks.muted) },
          ticks: { ...words(inks.muted), maxRotation: 0, autoSkipPadding: 12 },
          grid: { color: inks.line, drawTicks: false },
          border: { color: inks.muted },
        },
        y: {
          stacked: true,
          ticks: { ...words(inks.ink), autoSkip: false },
          grid: { display: false },
          border: { color: inks.muted },
        },
      },
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: {
            title: ([item]) => bars[item?.dataIndex ?? -1]?.label ?? '',
            label: (item) => `${item.dataset.label}: ${Math.round(item.parsed.x ?? 0)}`,
          },
        },
      },
    },
  });
}
