// @ts-check
// One panel for each scenario: bars on a logarithmic scale, with a line where the stick stands and one for the goal.
import { decadesAround, element, GOAL, INK, line, OURS, PEER, picture, QUIET, RAW, text } from './svg.js';
import { withUnit } from './units.js';

const COLUMNS = 2;
const PANEL_WIDTH = 640;
const LABEL_WIDTH = 232;
const VALUE_WIDTH = 132;
const ROW = 21;
const HEAD = 50;
const FOOT = 38;
const MARGIN = 28;
const TOP = 84;

/** The least bar does not begin at its own end. */
const SHORTEST = 0.8;
const LEGEND_WIDTHS = [140, 66, 118, 46];

/** @typedef {import('./results.js').ScenarioResult} ScenarioResult */

/** @param {import('./results.js').Results} results @param {string} subtitle */
export function barPlotOf({ scenarios }, subtitle) {
  const panels = scenarios.filter(({ entrants }) => entrants.some(({ timesStick }) => timesStick !== undefined));
  const ends = Array.from({ length: COLUMNS }, () => TOP);
  const drawn = panels.map((scenario) => {
    const column = ends.indexOf(Math.min(...ends));
    const y = /** @type {number} */ (ends[column]);
    ends[column] = y + HEAD + scenario.entrants.length * ROW + FOOT;
    return element(
      'g',
      { transform: `translate(${MARGIN + column * (PANEL_WIDTH + MARGIN)} ${y})` },
      panelOf(scenario),
    );
  });
  const width = COLUMNS * PANEL_WIDTH + (COLUMNS + 1) * MARGIN;
  const head =
    text(MARGIN, 36, 'nest-append-log against the raw limit and its peers', { 'font-size': 20, 'font-weight': 600 }) +
    text(MARGIN, 58, subtitle, { fill: QUIET }) +
    legend(width - MARGIN);
  return picture(width, Math.max(...ends) + 8, 'Benchmarks', [head, ...drawn].join('\n'));
}

/** @param {number} right */
function legend(right) {
  const entries = /** @type {const} */ ([
    [OURS, 'nest-append-log'],
    [PEER, 'peers'],
    [RAW, 'raw structures'],
    [GOAL, 'goal'],
  ]);
  return entries
    .map(([fill, words], i) => {
      const x = right - LEGEND_WIDTHS.slice(i).reduce((sum, width) => sum + width);
      const mark = { x, y: 26, width: fill === GOAL ? 2 : 12, height: 12, fill };
      return element('rect', mark) + text(x + 18, 36, words, { fill: QUIET });
    })
    .join('');
}

/** @param {ScenarioResult} scenario */
function panelOf({ id, title, stick, ratio, figures, entrants, goals }) {
  const marks = goals.map(({ mark }) => mark).filter((mark) => mark !== undefined);
  const ratios = entrants.map(({ timesStick }) => timesStick).filter((value) => value !== undefined);
  const [low, high] = decadesAround([...ratios.map((ratio) => ratio * SHORTEST), ...ratios, ...marks, 1]);
  const width = PANEL_WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const xOf = (/** @type {number} */ value) => LABEL_WIDTH + ((Math.log10(value) - low) / (high - low)) * width;
  const bottom = HEAD + entrants.length * ROW;
  const better = ratio === 'speed' ? 'longer is faster' : 'shorter is better';
  return [
    text(0, 16, `${id}  ${title}`, { 'font-size': 14, 'font-weight': 600 }),
    text(0, 34, `${figures[0]?.label}, × stick (${stick}); ${better}`, { 'font-size': 11, fill: QUIET }),
    scaleOf(low, high, xOf, bottom),
    ...entrants.map((entrant, i) => barOf(entrant, figures[0], xOf, HEAD + i * ROW)),
    line(xOf(1), HEAD - 4, xOf(1), bottom, { stroke: INK }),
    ...marks.map((mark) => line(xOf(mark), HEAD - 4, xOf(mark), bottom, { stroke: GOAL, 'stroke-width': 2 })),
  ].join('\n');
}

/** @param {number} low @param {number} high @param {(value: number) => number} xOf @param {number} bottom */
function scaleOf(low, high, xOf, bottom) {
  const step = Math.ceil((high - low) / 6);
  const decades = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return decades
    .map((decade) => {
      const x = xOf(10 ** decade);
      const label =
        decade % step === 0
          ? text(x, bottom + 14, decadeText(decade), { 'font-size': 10, fill: QUIET, 'text-anchor': 'middle' })
          : '';
      return line(x, HEAD - 4, x, bottom) + label;
    })
    .join('');
}

/** @param {number} decade */
function decadeText(decade) {
  return decade >= -3 && decade <= 3 ? `${10 ** decade}` : `1e${decade}`;
}

/**
 * @param {import('./results.js').EntrantResult} entrant
 * @param {import('../scenarios/scenario.js').Figure | undefined} figure
 * @param {(value: number) => number} xOf
 * @param {number} y
 */
function barOf({ id, participant, label, timesStick, medians, fails }, figure, xOf, y) {
  const isOurs = participant === 'ours';
  const name = text(LABEL_WIDTH - 10, y + 14, label, { 'text-anchor': 'end', 'font-weight': isOurs ? 600 : 400 });
  const shown = figure ? withUnit(medians[figure.name], figure.unit) : '';
  const words =
    timesStick === undefined
      ? (fails ?? 'not measured').slice(0, 30)
      : id === 'stick'
        ? shown
        : `${withUnit(timesStick, '×')} · ${shown}`;
  const value = text(PANEL_WIDTH - VALUE_WIDTH + 8, y + 14, words, {
    'font-size': 11,
    fill: timesStick === undefined ? QUIET : INK,
  });
  if (timesStick === undefined) return name + value;
  const fill = isOurs ? OURS : participant === 'stick' ? RAW : PEER;
  return (
    name +
    element('rect', {
      x: LABEL_WIDTH,
      y: y + 3,
      width: Math.max(xOf(timesStick) - LABEL_WIDTH, 1),
      height: ROW - 6,
      rx: 2,
      fill,
    }) +
    value
  );
}
