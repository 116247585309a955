/** One place on a board; the name leads to the player's page. */

import { el } from './dom.js';

/**
 * @param {{ rank: number, userId: string, username: string }} player
 * @param {string | undefined} me userId of whoever looks
 * @param {{ value: number, unit: string }} figure
 */
export function createBoardRow({ rank, userId, username }, me, { value, unit }) {
  const isMe = userId === me;
  const link = el('a', { class: 'profile-link', href: `/p/${encodeURIComponent(userId)}` }, username);
  return el(
    'li',
    { class: `board-row${isMe ? ' is-me' : ''}` },
    el('span', { class: 'board-place' }, String(rank)),
    el('span', { class: 'board-name' }, link, isMe ? el('span', { class: 'you' }, ' you') : null),
    el('span', { class: 'board-value' }, value.toLocaleString('en'), el('span', { class: 'board-unit' }, unit)),
  );
}
