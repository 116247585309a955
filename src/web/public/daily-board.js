/** Who has played today's challenge best. */

import { get } from './api.js';
import { el, setText, show } from './dom.js';
import { profileLink } from './profile-link.js';

/** @param {{ userId?: string }} options `userId` is marked in the list */
export function createDailyBoard({ userId } = {}) {
  const list = el('ol', { class: 'board-rows' });
  const note = el('p', { class: 'board-note', role: 'status' });

  async function load() {
    try {
      const { players, you } = await get('/api/daily');
      show(
        list,
        players.map((place) => rowOf(place, userId)),
      );
      setText(note, noteOf(players, you));
    } catch (error) {
      setText(note, `The board is out of reach. ${error.message}`);
    }
  }
  return { node: el('div', { class: 'board' }, list, note), load };
}

function rowOf({ rank, userId, username, score, correctAnswers, rounds }, me) {
  const isMe = userId === me;
  return el(
    'li',
    { class: `board-row${isMe ? ' is-me' : ''}` },
    el('span', { class: 'board-place' }, String(rank)),
    el(
      'span',
      { class: 'board-name' },
      profileLink({ userId, username }),
      isMe ? el('span', { class: 'you' }, ' you') : null,
    ),
    el(
      'span',
      { class: 'board-value' },
      score.toLocaleString('en'),
      el('span', { class: 'board-unit' }, ` points, ${correctAnswers} of ${rounds}`),
    ),
  );
}

function noteOf(players, you) {
  if (you !== null && you.streak > 1) return `${you.streak} days in a row. Come back tomorrow.`;
  return players.length === 0 ? 'Nobody has finished it yet.' : '';
}
