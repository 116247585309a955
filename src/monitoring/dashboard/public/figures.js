/** The figures above everything else. */

import { el, setText } from './dom.js';
import { bytes, count, duration, growth, perSecond } from './words.js';

const FIGURES = [
  ['appends', 'Appends a second'],
  ['written', 'Written a second'],
  ['p50', 'fsync, half within'],
  ['p99', 'fsync, 99 % within'],
  ['size', 'Size of all logs'],
  ['growth', 'Growth'],
  ['total', 'Entries appended'],
  ['free', 'Free on the disk'],
];

export function createFigures(past) {
  const values = new Map(FIGURES.map(([name]) => [name, el('dd', { 'data-figure': name }, '–')]));
  const node = el(
    'dl',
    { class: 'figures' },
    FIGURES.map(([name, label]) => el('div', { class: 'figure' }, el('dt', {}, label), values.get(name))),
  );
  const set = (name, text) => setText(values.get(name), text);

  return {
    node,
    update({ logs, freeBytes }) {
      const second = past.newest;
      const perSec = (number) => (second === undefined ? 0 : (number * 1000) / second.ms);
      set('appends', perSecond(perSec(second?.appends ?? 0)));
      set('written', bytes(Math.round(perSec(second?.bytes ?? 0))));
      set('p50', second?.p50 === undefined ? '–' : duration(second.p50));
      set('p99', second?.p99 === undefined ? '–' : duration(second.p99));
      set('size', bytes(sum(logs, 'sizeBytes')));
      set('growth', growth(past.growth()));
      set('total', count(sum(logs, 'appends')));
      set('free', freeBytes === undefined ? 'unknown' : bytes(freeBytes));
    },
  };
}

function sum(logs, member) {
  return logs.reduce((total, log) => total + log[member], 0);
}
