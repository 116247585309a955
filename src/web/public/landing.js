/** The front door: what this is, a name and a room to enter, and the all-time leaderboard. */

import { get } from './api.js';
import { el, setText, show } from './dom.js';
import { nameField } from './gate.js';
import { createLeaderboard } from './leaderboard.js';
import { savedName, saveName } from './player.js';
import { createWall } from './wall.js';
import { createWordmark } from './wordmark.js';

const ROOM_PATTERN = '[a-z0-9\\-]{1,32}';

export function openLanding(app) {
  const record = el('p', { class: 'record' });
  const board = el('div', { class: 'landing-board' });
  show(
    app,
    el(
      'main',
      { class: 'landing' },
      el(
        'section',
        { class: 'landing-intro' },
        createWordmark(),
        el('h1', { class: 'display' }, 'Who made this?'),
        el(
          'p',
          { class: 'lead' },
          'A piece of generative art goes up on the wall. Four names, one clock. The faster you recognise the hand, the more it is worth.',
        ),
        createEntrance(),
        record,
      ),
      createWall(6, 'wall-large'),
      el(
        'section',
        { class: 'landing-hall' },
        el('h2', {}, el('a', { href: '/leaderboard' }, 'All-time leaderboard')),
        board,
      ),
    ),
  );
  openHall(board, record);
}

function createEntrance() {
  const name = nameField(savedName());
  const room = el('input', {
    class: 'field-input',
    name: 'room',
    type: 'text',
    required: true,
    maxlength: 32,
    pattern: ROOM_PATTERN,
    title: 'Lower-case letters, digits and hyphens',
    autocapitalize: 'none',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  room.value = 'lobby';
  // What people type is nearly a room code; the rest of the way is ours.
  room.addEventListener('input', () => {
    room.value = room.value.toLowerCase().replace(/[\s_]+/g, '-');
  });
  return el(
    'form',
    {
      class: 'entrance',
      onsubmit: (event) => {
        event.preventDefault();
        saveName(name.input.value.trim());
        location.assign(`/r/${room.value}`);
      },
    },
    name.node,
    el('label', { class: 'field' }, el('span', { class: 'field-label' }, 'Room'), room),
    el('button', { class: 'button', type: 'submit' }, 'Enter the room'),
  );
}

async function openHall(place, record) {
  const me = await get('/api/me').catch(() => undefined);
  const board = createLeaderboard({ userId: me?.userId });
  show(place, board.node);
  board.load();
  if (me?.stats) {
    const { rank, totalGames, accuracyRate } = me.stats;
    const games = totalGames === 1 ? '1 game' : `${totalGames} games`;
    setText(record, `Welcome back, ${me.stats.username}: ${games}, ${accuracyRate}% right, place ${rank}.`);
  }
}
