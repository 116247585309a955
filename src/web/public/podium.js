/** The end of a game: three steps, everybody's score, and another game. */

import { announce } from './announcer.js';
import { createDailyBoard } from './daily-board.js';
import { el, setText } from './dom.js';
import { createLeaderboard } from './leaderboard.js';
import { standings } from './state.js';

export function createPodium(room, actions) {
  const view = room.finale;
  const ranked = standings(view.players);
  const verdict = verdictOf(view, ranked);
  const isDaily = view.mode === 'daily';
  const board = isDaily
    ? createDailyBoard({ userId: room.you?.userId })
    : createLeaderboard({ userId: room.you?.userId, limit: 8 });
  const node = el(
    'div',
    { class: 'finale' },
    el(
      'section',
      { class: 'finale-game' },
      el('p', { class: 'eyebrow' }, `After ${view.rounds} ${view.rounds === 1 ? 'round' : 'rounds'}`),
      el('h1', { class: 'display' }, verdict),
      createSteps(ranked, room.you?.userId),
      createRest(ranked, room.you?.userId),
      room.isWatching ? null : createButtons(view, actions),
    ),
    el(
      'section',
      { class: 'finale-hall card' },
      el('h2', {}, isDaily ? 'Today’s challenge' : 'All-time leaderboard'),
      board.node,
    ),
  );
  announce(verdict);
  board.load();
  return { node, update: () => undefined };
}

function verdictOf(view, ranked) {
  const names = ranked.filter((player) => view.winners?.includes(player.userId)).map((player) => player.username);
  if (names.length === 0) return 'The artists win.';
  if (names.length === 1) return `${names[0]} wins.`;
  return `${new Intl.ListFormat('en').format(names)} share the win.`;
}

/** Second, first, third, as podiums stand; read out in the order of the places. */
function createSteps(ranked, userId) {
  const best = ranked.filter((player) => player.score > 0).slice(0, 3);
  return el(
    'ol',
    { class: 'steps' },
    best.map((player, i) =>
      el(
        'li',
        { class: `step step-${i + 1} place-${player.place}${player.userId === userId ? ' is-me' : ''}` },
        el('span', { class: 'step-name' }, player.username),
        el('span', { class: 'step-score' }, player.score.toLocaleString('en')),
        el('span', { class: 'step-block' }, String(player.place)),
      ),
    ),
  );
}

function createRest(ranked, userId) {
  const rest = ranked.filter((player, i) => i >= 3 || player.score === 0);
  if (rest.length === 0) return null;
  return el(
    'ol',
    { class: 'players finale-rest' },
    rest.map((player) =>
      el(
        'li',
        { class: `player${player.userId === userId ? ' is-me' : ''}` },
        el('span', { class: 'board-place' }, String(player.place)),
        el('span', { class: 'player-name' }, player.username),
        el('span', { class: 'player-score' }, player.score.toLocaleString('en')),
      ),
    ),
  );
}

/** The same game; after a daily challenge an ordinary one. */
function settingsAgain({ mode, rounds, roundMs, pauseMs }) {
  const lengths = { rounds, roundSeconds: roundMs / 1_000, pauseSeconds: pauseMs / 1_000 };
  return { mode: mode === 'daily' ? 'choices' : mode, ...lengths };
}

function createButtons(view, actions) {
  const complaint = el('p', { class: 'complaint', role: 'alert' });
  const again = el('button', { class: 'button', type: 'button' }, 'Play again');
  again.addEventListener('click', async () => {
    again.disabled = true;
    await actions.start(settingsAgain(view)).catch((error) => setText(complaint, error.message));
    again.disabled = false;
  });
  const back = el(
    'button',
    { class: 'quiet-button', type: 'button', onclick: actions.leavePodium },
    'Change the settings',
  );
  return el('div', { class: 'finale-buttons' }, again, back, complaint);
}
