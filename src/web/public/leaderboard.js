/** The all-time leaderboard in its seven orders. */

import { get } from './api.js';
import { el, setText, show } from './dom.js';
import { profileLink } from './profile-link.js';

const ORDERS = [
  { key: 'totalScore', label: 'Points', unit: 'points' },
  { key: 'totalWins', label: 'Wins', unit: 'wins' },
  { key: 'averageScore', label: 'Average', unit: 'points a game' },
  { key: 'bestScore', label: 'Best game', unit: 'points' },
  { key: 'accuracyRate', label: 'Accuracy', unit: '% right' },
  { key: 'totalCorrectAnswers', label: 'Right answers', unit: 'right' },
  { key: 'totalGames', label: 'Games', unit: 'games' },
];

/** @param {{ userId?: string, limit?: number }} options `userId` is marked in the list */
export function createLeaderboard({ userId, limit = 10 } = {}) {
  const list = el('ol', { class: 'board-rows' });
  const note = el('p', { class: 'board-note', role: 'status' });
  const tabs = ORDERS.map((order) =>
    el('button', { class: 'chip', type: 'button', 'aria-pressed': 'false', onclick: () => load(order) }, order.label),
  );
  const node = el(
    'div',
    { class: 'board' },
    el('div', { class: 'chips', role: 'group', 'aria-label': 'Order of the leaderboard' }, tabs),
    list,
    note,
  );
  let wanted = ORDERS[0];

  async function load(order = wanted) {
    wanted = order;
    tabs.forEach((tab, i) => {
      tab.setAttribute('aria-pressed', String(ORDERS[i] === order));
    });
    try {
      const { players } = await get(`/api/leaderboard?sortBy=${order.key}&limit=${limit}`);
      // A slower answer to an earlier click must not replace this one.
      if (wanted !== order) return;
      show(
        list,
        players.map((player) => rowOf(player, order, userId)),
      );
      setText(note, players.length === 0 ? 'Nobody has finished a game yet. Be the first.' : '');
    } catch (error) {
      if (wanted === order) setText(note, `The leaderboard is out of reach. ${error.message}`);
    }
  }
  return { node, load };
}

function rowOf(player, order, userId) {
  const value = player[order.key];
  const isMe = player.userId === userId;
  return el(
    'li',
    { class: `board-row${isMe ? ' is-me' : ''}` },
    el('span', { class: 'board-place' }, String(player.rank)),
    el('span', { class: 'board-name' }, profileLink(player), isMe ? el('span', { class: 'you' }, ' you') : null),
    el(
      'span',
      { class: 'board-value' },
      value.toLocaleString('en'),
      el('span', { class: 'board-unit' }, order.unit.startsWith('%') ? order.unit : ` ${order.unit}`),
    ),
  );
}
