/** The moment before the first artwork. */

import { announce } from './announcer.js';
import { el, setText } from './dom.js';
import { createTimer } from './timer.js';

export function createStarting(room) {
  const timer = createTimer('until the first artwork');
  const players = el('p', { class: 'lead' });
  const node = el(
    'div',
    { class: 'starting' },
    timer.node,
    el('h1', {}, 'Look closely.'),
    el('p', { class: 'lead' }, `${room.view.host.username} has started a game of ${room.view.rounds} rounds.`),
    players,
  );
  announce('The game begins.');
  return {
    node,
    close: timer.close,
    update: ({ view, people }) => {
      timer.set(view.endsAt, 3_000);
      const others = people.length - 1;
      setText(players, others > 0 ? `${people.length} people are looking at the wall.` : '');
    },
  };
}
