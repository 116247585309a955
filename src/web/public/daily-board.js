/** Who has played today's challenge best. */

import { get } from './api.js';
import { createBoardRow } from './board-row.js';
import { el, setText, show } from './dom.js';

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

function rowOf(place, me) {
  const { score, correctAnswers, rounds } = place;
  return createBoardRow(place, me, { value: score, unit: ` points, ${correctAnswers} of ${rounds}` });
}

function noteOf(players, you) {
  if (you !== null && you.streak > 1) return `${you.streak} days in a row. Come back tomorrow.`;
  return players.length === 0 ? 'Nobody has finished it yet.' : '';
}
