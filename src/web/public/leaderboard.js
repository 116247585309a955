/** The leaderboard in its seven orders: of all time, or where it is asked for of a month, a week or a day. */

import { get } from './api.js';
import { createBoardRow } from './board-row.js';
import { el, setText, show } from './dom.js';

const ORDERS = [
  { key: 'totalScore', label: 'Points', unit: 'points' },
  { key: 'totalWins', label: 'Wins', unit: 'wins' },
  { key: 'averageScore', label: 'Average', unit: 'points a game' },
  { key: 'bestScore', label: 'Best game', unit: 'points' },
  { key: 'accuracyRate', label: 'Accuracy', unit: '% right' },
  { key: 'totalCorrectAnswers', label: 'Right answers', unit: 'right' },
  { key: 'totalGames', label: 'Games', unit: 'games' },
];

const PERIODS = [
  { key: 'all', label: 'All time' },
  { key: 'month', label: 'This month' },
  { key: 'week', label: 'This week' },
  { key: 'day', label: 'Today' },
];

/** @param {{ userId?: string, limit?: number, hasPeriods?: boolean }} options `userId` is marked in the list */
export function createLeaderboard({ userId, limit = 10, hasPeriods = false } = {}) {
  const list = el('ol', { class: 'board-rows' });
  const note = el('p', { class: 'board-note', role: 'status' });
  const orders = createChips('Order of the leaderboard', ORDERS, (order) => load(order));
  const periods = createChips('Time that counts', PERIODS, (period) => load(wanted.order, period));
  const node = el('div', { class: 'board' }, hasPeriods ? periods.node : null, orders.node, list, note);
  let wanted = { order: ORDERS[0], period: PERIODS[0] };

  async function load(order = wanted.order, period = wanted.period) {
    const asked = { order, period };
    wanted = asked;
    orders.choose(order);
    periods.choose(period);
    try {
      const { players } = await get(`/api/leaderboard?sortBy=${order.key}&period=${period.key}&limit=${limit}`);
      // A slower answer to an earlier click must not replace this one.
      if (wanted !== asked) return;
      show(
        list,
        players.map((player) => rowOf(player, order, userId)),
      );
      setText(note, players.length === 0 ? 'Nobody has finished a game yet. Be the first.' : '');
    } catch (error) {
      if (wanted === asked) setText(note, `The leaderboard is out of reach. ${error.message}`);
    }
  }
  return { node, load };
}

/** Buttons of which one is pressed. */
function createChips(label, choices, onChoose) {
  const chips = choices.map((choice) =>
    el(
      'button',
      { class: 'chip', type: 'button', 'aria-pressed': 'false', onclick: () => onChoose(choice) },
      choice.label,
    ),
  );
  return {
    node: el('div', { class: 'chips', role: 'group', 'aria-label': label }, chips),
    choose: (chosen) => {
      chips.forEach((chip, i) => {
        chip.setAttribute('aria-pressed', String(choices[i] === chosen));
      });
    },
  };
}

function rowOf(player, { key, unit }, userId) {
  return createBoardRow(player, userId, { value: player[key], unit: unit.startsWith('%') ? unit : ` ${unit}` });
}
