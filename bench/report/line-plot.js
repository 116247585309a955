// @ts-check
// Small panels of lines over the number of keys, both axes logarithmic: a figure that grows with the keys climbs along
// the diagonal, one that does not stays flat.
import { COLUMNS } from './growth-page.js';
import { machineText } from './markdown.js';
import { decadesAround, element, line, OURS, picture, QUIET, text } from './svg.js';
import { withUnit } from './units.js';

const ACROSS = 4;
const WIDTH = 300;
const HEIGHT = 230;
const MARGIN = 28;
const TOP = 84;
const PLOT = { left: 44, right: WIDTH - 16, top: 34, bottom: HEIGHT - 40 };

/** @param {import('./growth-page.js').GrowthResults} results */
export function growthPlotOf(results) {
  const panels = COLUMNS.map((column, i) => {
    const x = MARGIN + (i % ACROSS) * WIDTH;
    const y = TOP + Math.floor(i / ACROSS) * HEIGHT;
    return element('g', { transform: `translate(${x} ${y})` }, panelOf(column, results.rows));
  });
  const head =
    text(MARGIN, 36, 'How the figures grow with the number of keys', { 'font-size': 20, 'font-weight': 600 }) +
    text(MARGIN, 58, machineText(results), { fill: QUIET });
  const height = TOP + Math.ceil(COLUMNS.length / ACROSS) * HEIGHT;
  return picture(ACROSS * WIDTH + 2 * MARGIN, height, 'Growth', [head, ...panels].join('\n'));
}

/** @param {typeof COLUMNS[number]} column @param {import('../growth.js').GrowthRow[]} rows */
function panelOf({ figure, label, unit }, rows) {
  const points = rows
    .map(({ keys, figures }) => ({ keys, value: figures[figure] ?? Number.NaN }))
    .filter(({ value }) => value > 0);
  // In the unit that is read, so that its powers of ten are round.
  const shown = points.map(({ keys, value }) => ({ keys, value, height: unit === 'MB' ? value / 2 ** 20 : value }));
  const across = decadesAround(rows.map(({ keys }) => keys));
  const up = decadesAround(shown.map(({ height }) => height));
  const xOf = scale(across, PLOT.left, PLOT.right);
  const yOf = scale(up, PLOT.bottom, PLOT.top);
  const path = shown.map(
    ({ keys, height }, i) => `${i === 0 ? 'M' : 'L'}${xOf(keys).toFixed(1)} ${yOf(height).toFixed(1)}`,
  );
  return [
    text(0, 16, label, { 'font-size': 13, 'font-weight': 600 }),
    ...decades(up).map((value) => rowAt(yOf(value), value, unit)),
    ...decades(across).map((keys) => text(xOf(keys), PLOT.bottom + 16, `1e${Math.log10(keys)}`, middle(10))),
    element('path', { d: path.join(''), fill: 'none', stroke: OURS, 'stroke-width': 2 }),
    ...shown.map(({ keys, height, value }) => pointAt(xOf(keys), yOf(height), withUnit(value, unit))),
  ].join('\n');
}

/** @param {number} y @param {number} value @param {string} unit */
function rowAt(y, value, unit) {
  const name = `${value.toLocaleString('en-US')} ${unit === 'MB' ? 'MiB' : unit}`;
  return line(PLOT.left, y, PLOT.right, y) + text(PLOT.left - 4, y - 3, name, { 'font-size': 9, fill: QUIET });
}

/** @param {number} x @param {number} y @param {string} words */
function pointAt(x, y, words) {
  const dot = element('circle', { cx: x, cy: y, r: 3.5, fill: OURS });
  return dot + text(x, y - 8, words, { 'font-size': 10, 'text-anchor': x > PLOT.right - 30 ? 'end' : 'middle' });
}

/** @param {number} size */
function middle(size) {
  return { 'font-size': size, fill: QUIET, 'text-anchor': 'middle' };
}

/** @param {[number, number]} range powers of ten */
function decades([low, high]) {
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
}

/** @param {[number, number]} range powers of ten @param {number} from @param {number} to */
function scale([low, high], from, to) {
  return (/** @type {number} */ value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
}
