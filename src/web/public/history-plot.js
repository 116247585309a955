/** Points of the newest games as bars, wins filled, with a line for the mean so far. */

import { el, svg } from './dom.js';

const WIDTH = 720;
const HEIGHT = 240;
const LEFT = 72;
const BOTTOM = 36;
const TOP = 14;
const BAR_SHARE = 0.72;
const WIDEST_BAR = 36;

/** @param {{ date: string, score: number, isWinner: boolean }[]} games oldest first */
export function createHistoryPlot(games) {
  const scale = scaleOf(games);
  const step = (WIDTH - LEFT) / games.length;
  const x = (i) => LEFT + step * (i + 0.5);
  const y = (score) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - score / scale.top);
  const node = svg(
    'svg',
    { class: 'plot', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': inWords(games) },
    scale.marks.map((mark) => markAt(mark, y(mark))),
    games.map((game, i) => barOf(game, x(i), y, Math.min(WIDEST_BAR, step * BAR_SHARE))),
    svg('polyline', {
      class: 'plot-mean',
      points: meansOf(games)
        .map((mean, i) => `${x(i)},${y(mean)}`)
        .join(' '),
    }),
    dateAt(games[0], LEFT, 'start'),
    games.length > 1 ? dateAt(games.at(-1), WIDTH, 'end') : null,
  );
  return el('figure', { class: 'plot-frame' }, node, legend());
}

function barOf({ date, score, isWinner }, x, y, width) {
  const top = y(Math.max(0, score));
  return svg(
    'rect',
    {
      class: isWinner ? 'plot-bar is-won' : 'plot-bar',
      x: x - width / 2,
      y: top,
      width,
      height: Math.max(1, y(0) - top),
      rx: Math.min(3, width / 4),
    },
    svg('title', {}, `${dayIn(date)}: ${score.toLocaleString('en')} points${isWinner ? ', won' : ''}`),
  );
}

function markAt(mark, y) {
  return svg(
    'g',
    { class: 'plot-mark' },
    svg('line', { x1: LEFT, x2: WIDTH, y1: y, y2: y }),
    svg('text', { x: LEFT - 8, y: y + 4, 'text-anchor': 'end' }, mark.toLocaleString('en')),
  );
}

function dateAt({ date }, x, anchor) {
  return svg('text', { class: 'plot-date', x, y: HEIGHT - 8, 'text-anchor': anchor }, dayIn(date));
}

function legend() {
  return el(
    'figcaption',
    { class: 'plot-legend' },
    el('span', { class: 'plot-key is-won' }, 'won'),
    el('span', { class: 'plot-key' }, 'played'),
    el('span', { class: 'plot-key is-mean' }, 'mean so far'),
  );
}

/** A round number above every score, and three lines below it. */
function scaleOf(games) {
  const most = Math.max(1, ...games.map(({ score }) => score));
  const power = 10 ** Math.floor(Math.log10(most));
  const top = [1, 2, 3, 4, 5, 6, 8, 10].map((times) => times * power).find((mark) => mark >= most);
  return { top, marks: [0, top / 4, top / 2, (3 * top) / 4, top].filter((mark) => Number.isInteger(mark)) };
}

function meansOf(games) {
  let sum = 0;
  return games.map(({ score }, i) => {
    sum += score;
    return Math.max(0, sum / (i + 1));
  });
}

function inWords(games) {
  const scores = games.map(({ score }) => score);
  const wins = games.filter(({ isWinner }) => isWinner).length;
  const range = `from ${Math.min(...scores).toLocaleString('en')} to ${Math.max(...scores).toLocaleString('en')}`;
  return `Points of the newest ${games.length} games: ${range}, ${wins} of them won. The table has every one.`;
}

function dayIn(date) {
  return new Date(date).toLocaleDateString('en', { dateStyle: 'medium' });
}
