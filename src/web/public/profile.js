/** One player: their figures, and their newest games as a plot and as a table. */

import { get } from './api.js';
import { el, setText, show } from './dom.js';
import { createHistoryPlot } from './history-plot.js';
import { createWordmark } from './wordmark.js';

const FIGURES = [
  { label: 'Place', of: ({ rank }) => rank },
  { label: 'Points', of: ({ totalScore }) => totalScore },
  { label: 'Games', of: ({ totalGames }) => totalGames },
  { label: 'Wins', of: ({ totalWins }) => totalWins },
  { label: 'Points a game', of: ({ averageScore }) => averageScore },
  { label: 'Best game', of: ({ bestScore }) => bestScore },
  { label: 'Answers right', of: ({ accuracyRate }) => accuracyRate, unit: '%' },
];

export async function openProfile(app, userId) {
  const place = el('div', { class: 'page-body' });
  show(app, pageHeader(), el('main', { class: 'page' }, place));
  try {
    const player = await get(`/api/players/${encodeURIComponent(userId)}`);
    document.title = `${player.username} · Name That Artist`;
    show(place, ...partsOf(player));
  } catch (error) {
    show(place, el('h1', {}, 'Nobody here'), el('p', { class: 'lead' }, error.message));
  }
}

/** The line above pages that are no room. */
export function pageHeader() {
  return el(
    'header',
    { class: 'header' },
    createWordmark(),
    el('nav', { class: 'header-actions', 'aria-label': 'Pages' }, el('a', { href: '/leaderboard' }, 'Leaderboard')),
  );
}

function partsOf(player) {
  const { games } = player;
  const heading = el('h2', {}, games.length === 1 ? 'The last game' : `The last ${games.length} games`);
  return [
    el('h1', { class: 'display profile-name' }, player.username),
    el(
      'dl',
      { class: 'figures' },
      FIGURES.map(({ label, of, unit = '' }) =>
        el('div', {}, el('dt', {}, label), el('dd', {}, `${of(player).toLocaleString('en')}${unit}`)),
      ),
    ),
    ...(games.length === 0
      ? []
      : [el('section', { class: 'card history' }, heading, createHistoryPlot(games), tableOf(games))]),
  ];
}

function tableOf(games) {
  const rows = [...games].reverse().map((game) => {
    const date = el('time', { datetime: game.date });
    setText(date, new Date(game.date).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' }));
    const answers = game.correctAnswers + game.incorrectAnswers;
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, date),
      el('td', {}, game.score.toLocaleString('en')),
      el('td', {}, `${game.correctAnswers} of ${answers}`),
      el('td', {}, game.isWinner ? 'won' : ''),
    );
  });
  const head = ['When', 'Points', 'Right', ''].map((text) =>
    el(text === '' ? 'td' : 'th', { scope: text && 'col' }, text),
  );
  return el(
    'details',
    { class: 'history-table' },
    el('summary', {}, 'As a table'),
    el('table', {}, el('thead', {}, el('tr', {}, head)), el('tbody', {}, rows)),
  );
}
