/** The leaderboard on a page of its own, to be linked to. */

import { get } from './api.js';
import { createDailyBoard } from './daily-board.js';
import { el, show } from './dom.js';
import { createLeaderboard } from './leaderboard.js';
import { pageHeader } from './profile.js';

export async function openHall(app) {
  document.title = 'Leaderboard · Name That Artist';
  const boards = el('div', { class: 'hall' });
  show(app, pageHeader(), el('main', { class: 'page' }, el('h1', { class: 'display' }, 'Leaderboard'), boards));
  const me = await get('/api/me').catch(() => undefined);
  const userId = me?.userId ?? undefined;
  const [all, daily] = [createLeaderboard({ userId, limit: 50, hasPeriods: true }), createDailyBoard({ userId })];
  show(
    boards,
    el('section', { class: 'card hall-board' }, el('h2', {}, 'All players'), all.node),
    el('section', { class: 'card hall-board' }, el('h2', {}, 'Today’s challenge'), daily.node),
  );
  all.load();
  daily.load();
}
