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
import type { LinePicture, PictureLine, PicturePoint } from '../pictures.ts';
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

/** The side's name at the last point of its curve, moved apart where two would touch. */
function names(lines: readonly PictureLine[], inks: Inks): Plugin<'line'> {
  const height = 15;
  return {
    id: 'names',
    afterDatasetsDraw: (chart) => {
      const { ctx: pen, scales, chartArea } = chart;
      const { x: across, y: up } = scales;
      if (across === undefined || up === undefined) return;
      const labels = lines
        .filter(({ isFormula, points }) => !isFormula && points.length > 0)
        .map(({ side, label, points }) => {
          const last = points.at(-1) as PicturePoint;
          return { side, label, y: up.getPixelForValue(last.y) - 14 };
        })
        .sort((left, right) => left.y - right.y);
      labels.forEach((label, index) => {
        const above = labels[index - 1];
        const least = above === undefined ? chartArea.top + 8 : above.y + height;
        label.y = Math.min(Math.max(label.y, least), chartArea.bottom - 10);
      });
      pen.save();
      pen.font = `600 12px ${inks.font}`;
      pen.textAlign = 'right';
      pen.textBaseline = 'middle';
      for (const { side, label, y } of labels) {
        const place = chartArea.right - 6;
        pen.lineWidth = 4;
        pen.strokeStyle = inks.card;
        pen.strokeText(label, place, y);
        pen.fillStyle = inks[side];
        pen.fillText(label, place, y);
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
    ticks: { color: inks.muted, font: { size: 12 }, maxRotation: 0, autoSkipPadding: 12 },
    grid: { color: inks.line, drawTicks: false },
    border: { color: inks.muted },
  };
}

/** Powers of ten, or of two, and nothing between: a logarithmic axis that can be read. */
function logarithmicTicks(values: readonly number[]) {
  const places = new Set(values);
  return {
    afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
      scale.ticks = [...places].sort((a, b) => a - b).map((value) => ({ value }));
    },
  };
}

/** Draws the picture; equal pictures in equal colours give equal pixels. */
export function drawLines(canvas: HTMLCanvasElement, picture: LinePicture, inks: Inks): Drawn {
  const { lines, isLogarithmic, yMax } = picture;
  const places = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const across = {
    ...axis(picture.xTitle, inks),
    type: isLogarithmic ? ('logarithmic' as const) : ('linear' as const),
    min: Math.min(...places),
    max: Math.max(...places),
    ...(isLogarithmic ? logarithmicTicks(places) : {}),
  };
  const up = {
    ...axis(picture.yTitle, inks),
    type: 'linear' as const,
    beginAtZero: true,
    ...(yMax === undefined ? { grace: '6%' } : { max: yMax }),
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
      scales: { x: across, y: up },
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
