/** The three plots of the last five minutes: write rate, latency of fsync, and sizes. */

import { el, setText } from './dom.js';
import uPlot from './uplot/uPlot.esm.js';
import { bytes, clock, duration, perSecond } from './words.js';

/** The plots begin with the shorter span and show more as more is known. */
const SPAN_S = [60, 300];
const HEIGHT = 156;
const AXIS_WIDTH = 62;

const PLOTS = [
  {
    name: 'Write rate',
    scope: 'all logs',
    least: 10,
    format: (value) => `${perSecond(value)}/s`,
    series: [
      { label: 'appends', color: '--blue', fill: '--blue-wash', of: ({ appends, ms }) => (appends * 1000) / ms },
    ],
  },
  {
    name: 'fsync latency',
    scope: 'all logs',
    least: 1,
    format: duration,
    series: [
      { label: 'p50', color: '--blue', of: ({ p50 }) => p50 },
      { label: 'p99', color: '--warm', of: ({ p99 }) => p99 },
    ],
  },
  {
    name: 'Size',
    least: 1_000,
    format: bytes,
    isScoped: true,
    series: [{ label: 'bytes', color: '--blue', fill: '--blue-wash', of: ({ sizeBytes }) => sizeBytes }],
  },
];

export function createPlots(past) {
  const plots = PLOTS.map((plot) => createPlot(plot));
  const node = el(
    'section',
    { class: 'plots', 'aria-label': 'The last five minutes' },
    plots.map((plot) => plot.node),
  );
  let log;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', () => {
    for (const plot of plots) plot.redraw(past, log);
  });

  return {
    node,
    update(scope) {
      log = scope;
      for (const plot of plots) plot.update(past, log);
    },
  };
}

function createPlot(plot) {
  const scope = el('span', { class: 'plot-scope' }, plot.scope ?? '');
  const values = plot.series.map(() => el('span', { class: 'plot-value' }, '–'));
  const when = el('span', { class: 'plot-when' });
  const legend = el(
    'p',
    { class: 'plot-legend' },
    plot.series.map((series, i) =>
      el('span', { class: `plot-key is-${series.color.slice(2)}` }, `${series.label} `, values[i]),
    ),
    when,
  );
  const canvas = el('div', { class: 'plot-canvas', role: 'img', 'aria-label': plot.name });
  const node = el(
    'figure',
    { class: 'card plot' },
    el('figcaption', {}, el('h2', {}, plot.name), scope),
    canvas,
    legend,
  );
  let chart;
  let columns = [[], ...plot.series.map(() => [])];
  let isHovered = false;

  function read(index) {
    plot.series.forEach((_, i) => {
      const value = columns[i + 1][index];
      setText(values[i], typeof value === 'number' ? plot.format(value) : '–');
    });
    setText(when, isHovered && columns[0][index] !== undefined ? clock(new Date(columns[0][index] * 1000)) : '');
  }

  function draw() {
    chart?.destroy();
    const width = canvas.clientWidth;
    if (width === 0) return;
    chart = new uPlot(optionsOf(plot, width, onCursor), columns, canvas);
  }

  function onCursor({ cursor }) {
    isHovered = cursor.idx !== null && cursor.idx !== undefined && cursor.left >= 0;
    read(isHovered ? cursor.idx : columns[0].length - 1);
  }

  new ResizeObserver(() => {
    const width = canvas.clientWidth;
    if (chart === undefined) draw();
    else if (width > 0 && width !== chart.width) chart.setSize({ width, height: HEIGHT });
  }).observe(canvas);

  function update(past, log) {
    const of = plot.isScoped ? log : undefined;
    if (plot.isScoped) setText(scope, log ?? 'all logs');
    columns = past.columns(
      plot.series.map((series) => series.of),
      of,
    );
    chart?.setData(columns);
    if (!isHovered) read(columns[0].length - 1);
    canvas.setAttribute('aria-label', `${plot.name}: ${values.map((value) => value.textContent).join(', ')}`);
  }

  return {
    node,
    update,
    redraw(past, log) {
      draw();
      update(past, log);
    },
  };
}

function optionsOf(plot, width, onCursor) {
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const font = '12px system-ui, sans-serif';
  const axis = { stroke: color('--soft'), font, ticks: { show: false }, gap: 6 };
  return {
    width,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    hooks: { setCursor: [onCursor] },
    scales: {
      x: { time: true, range: (_, first, last) => spanOf(first, last) },
      // From zero, so that a calm line looks calm.
      y: { range: (_, __, most) => [0, roomy(most, plot.least)] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 26, values: (_, marks) => marks.map(minute) },
      {
        ...axis,
        grid: { stroke: color('--line'), width: 1 },
        space: 34,
        size: AXIS_WIDTH,
        values: (_, marks) => marks.map((mark) => markOf(plot, mark)),
      },
    ],
    series: [
      {},
      ...plot.series.map((series) => ({
        label: series.label,
        stroke: color(series.color),
        fill: series.fill ? color(series.fill) : undefined,
        width: 1.75,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
}

/** Up to the newest reading, so that a page that lost the server does not draw an empty future. */
function spanOf(first, last) {
  if (first === null || last === null) return [Date.now() / 1000 - SPAN_S[0], Date.now() / 1000];
  return [last - Math.min(SPAN_S[1], Math.max(SPAN_S[0], last - first)), last];
}

/** Noise is not to fill the plot of somebody who does nothing. */
function roomy(most, least) {
  return Math.max(least, (most ?? 0) * 1.15);
}

/** Nothing is nothing, in every unit. */
function markOf(plot, mark) {
  return mark === 0 ? '0' : plot.format(mark);
}

function minute(seconds) {
  const date = new Date(seconds * 1000);
  const parts = [date.getHours(), date.getMinutes(), ...(date.getSeconds() === 0 ? [] : [date.getSeconds()])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
