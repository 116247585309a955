/** Everybody in the game, best first, and who has answered. */

import { el, show } from './dom.js';
import { resultOf, standings } from './state.js';

export function createPlayers() {
  const list = el('ol', { class: 'players' });
  const node = el('section', { class: 'players-box', 'aria-label': 'Players' }, list);
  return {
    node,
    update: (room) => {
      const result = resultOf(room.view);
      show(
        list,
        everybody(room).map((player) => rowOf(player, room, result)),
      );
    },
  };
}

/** The game knows those who have answered something; the others in the room are playing, too. */
function everybody({ view, people }) {
  const known = new Set(view.players.map((player) => player.userId));
  const newcomers = people.filter((person) => !known.has(person.userId) && !person.isWatching);
  return standings([...view.players, ...newcomers.map((person) => ({ ...person, score: 0, answered: false }))]);
}

function rowOf(player, room, result) {
  const gain = result?.answers.find((answer) => answer.userId === player.userId);
  const isMe = player.userId === room.you?.userId;
  const hasAnswered = result === undefined ? player.answered : gain !== undefined;
  return el(
    'li',
    { class: ['player', isMe && 'is-me', hasAnswered && 'has-answered'].filter(Boolean).join(' ') },
    el('span', { class: 'player-dot', 'aria-hidden': 'true' }),
    el('span', { class: 'player-name' }, player.username),
    hasAnswered && result === undefined ? el('span', { class: 'player-note' }, 'answered') : null,
    gain === undefined ? null : el('span', { class: `player-gain${gain.correct ? ' is-right' : ''}` }, gainOf(gain)),
    el('span', { class: 'player-score' }, player.score.toLocaleString('en')),
  );
}

function gainOf(gain) {
  return gain.correct ? `+${gain.points.toLocaleString('en')}` : '✗';
}
