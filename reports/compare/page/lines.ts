/** Curves: measured points with their intervals as whiskers, formulas as dotted lines. */

import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  type Plugin,
  PointElement,
  type ScatterDataPoint,
  Tooltip,
} from 'chart.js';
import type { LinePicture, PictureLine } from '../pictures.ts';
import { names } from './names.ts';
import type { Inks } from './paint.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip);

/** A picture that stands on the page. */
export interface Drawn {
  destroy(): void;
  resize(): void;
}

const WHISKER = 4;

/** The interval of every measured point, as a bar with feet. */
function whiskers(lines: readonly PictureLine[], inks: Inks): Plugin<'line'> {
  return {
    id: 'whiskers',
    beforeDatasetsDraw: (chart) => {
      const { ctx: pen, scales } = chart;
      const { x: across, y: up } = scales;
      if (across === undefined || up === undefined) return;
      pen.save();
      pen.lineWidth = 1.5;
      for (const { side, points } of lines) {
        pen.strokeStyle = inks[side];
        for (const { x, low, high } of points) {
          if (low === undefined || high === undefined) continue;
          const place = across.getPixelForValue(x);
          const ends = [low, high].map((value) => up.getPixelForValue(value));
          pen.beginPath();
          pen.moveTo(place, ends[0] ?? 0);
          pen.lineTo(place, ends[1] ?? 0);
          for (const end of ends) {
            pen.moveTo(place - WHISKER, end);
            pen.lineTo(place + WHISKER, end);
          }
          pen.stroke();
        }
      }
      pen.restore();
    },
  };
}

function dataset(line: PictureLine, inks: Inks) {
  const colour = inks[line.side];
  const isRelay = line.side === 'relay';
  return {
    label: line.label,
    data: line.points.map(({ x, y }): ScatterDataPoint => ({ x, y })),
    borderColor: colour,
    backgroundColor: line.isFormula ? inks.card : colour,
    borderWidth: line.isFormula ? 1.25 : 2,
    borderDash: line.isFormula ? [1.5, 3] : isRelay ? [7, 5] : [],
    pointStyle: isRelay ? ('rect' as const) : ('circle' as const),
    pointRadius: line.isFormula ? 0 : isRelay ? 5 : 4.5,
    pointHoverRadius: line.isFormula ? 0 : 6,
    pointHitRadius: 12,
    order: line.isFormula ? 2 : 1,
  };
}

const tickText = (value: number): string =>
  String(Number(value.toPrecision(6))).replace(/\B(?=(\d{3})+$)/g, ',');

const written = (value: number): string => String(Number(value.toPrecision(4)));

function pointText(line: PictureLine | undefined, index: number): string {
  const point = line?.points[index];
  if (line === undefined || point === undefined) return '';
  const { low, high, y } = point;
  const spread =
    low === undefined || high === undefined ? '' : ` (${written(low)} to ${written(high)})`;
  return `${line.label}: ${written(y)}${spread}`;
}

function axis(title: string, inks: Inks) {
  return {
    title: { display: true, text: title, color: inks.muted, font: { size: 12.5 } },
    ticks: {
      color: inks.muted,
      font: { size: 12 },
      padding: 8,
      maxRotation: 0,
      autoSkipPadding: 12,
      callback: (value: number | string) => tickText(Number(value)),
    },
    grid: { color: inks.line, drawTicks: false },
    border: { color: inks.muted },
  };
}

/** A tick at every varied value: between them nothing was measured. */
function ticksAt(places: readonly number[]) {
  const values = [...new Set(places)].sort((left, right) => left - right);
  return {
    afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
      scale.ticks = values.map((value) => ({ value }));
    },
  };
}

/** Over a logarithmic value a measure that grows a hundredfold is drawn logarithmic as well. */
function growsFar({ isLogarithmic, lines }: LinePicture): boolean {
  const values = lines.flatMap(({ points }) => points.map(({ y }) => y));
  const least = Math.min(...values);
  return isLogarithmic && least > 0 && Math.max(...values) > 100 * least;
}

function upward(picture: LinePicture, inks: Inks) {
  if (growsFar(picture)) {
    const powers = (scale: { ticks: { value: number }[] }): void => {
      scale.ticks = scale.ticks.filter(({ value }) => /^[1]0*$|^0\.0*1$/.test(String(value)));
    };
    const title = `${picture.yTitle}, logarithmic`;
    return { ...axis(title, inks), type: 'logarithmic' as const, afterBuildTicks: powers };
  }
  const most = picture.yMax === undefined ? { grace: '6%' } : { max: picture.yMax };
  return { ...axis(picture.yTitle, inks), type: 'linear' as const, beginAtZero: true, ...most };
}

/** Draws the picture; equal pictures in equal colours give equal pixels. */
export function drawLines(canvas: HTMLCanvasElement, picture: LinePicture, inks: Inks): Drawn {
  const { lines, isLogarithmic } = picture;
  const places = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const across = {
    ...axis(picture.xTitle, inks),
    type: isLogarithmic ? ('logarithmic' as const) : ('linear' as const),
    min: Math.min(...places),
    max: Math.max(...places),
    ...ticksAt(places),
  };
  return new Chart(canvas, {
    type: 'line',
    data: { datasets: lines.map((line) => dataset(line, inks)) },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      locale: 'en-GB',
      font: { family: inks.font },
      clip: 8,
      layout: { padding: { top: 8, right: 10 } },
      interaction: { mode: 'nearest', intersect: false },
      scales: { x: across, y: upward(picture, inks) },
      plugins: {
        tooltip: {
          displayColors: false,
          callbacks: {
            title: ([item]) => (item === undefined ? '' : `${picture.xTitle}: ${item.label}`),
            label: (item) => pointText(lines[item.datasetIndex], item.dataIndex),
          },
        },
      },
    },
    plugins: [whiskers(lines, inks), names(lines, inks)],
  });
}
