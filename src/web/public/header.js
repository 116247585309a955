/** The thin line above everything: where you are, the way out, the hall of fame, and for the host the end. */

import { el, setText } from './dom.js';
import { createLeaderboard } from './leaderboard.js';
import { isSoundOn, toggleSound } from './sound.js';
import { isHost } from './state.js';
import { createWordmark } from './wordmark.js';

export function createHeader(room, actions) {
  const board = createBoardDialog(room);
  const stop = createStopButton(actions);
  const node = el(
    'header',
    { class: 'header' },
    createWordmark(),
    el(
      'span',
      { class: 'header-room' },
      el('span', { class: 'header-room-word' }, 'Room '),
      el('strong', {}, room.code),
    ),
    el(
      'nav',
      { class: 'header-actions', 'aria-label': 'Room' },
      stop.node,
      room.isWatching ? createJoinLink(room) : null,
      createSoundButton(),
      board.opener,
    ),
    board.dialog,
  );
  return { node, update: stop.update };
}

/** From watching to playing: the same room, entered anew. */
function createJoinLink({ code }) {
  return el('a', { class: 'quiet-button', href: `/r/${code}` }, 'Play along');
}

function createSoundButton() {
  const button = el('button', { class: 'quiet-button', type: 'button' });
  const update = (isOn) => {
    button.setAttribute('aria-pressed', String(isOn));
    setText(button, isOn ? 'Sound on' : 'Sound off');
  };
  button.addEventListener('click', () => update(toggleSound()));
  update(isSoundOn());
  return button;
}

function createBoardDialog(room) {
  const dialog = el('dialog', { class: 'dialog', 'aria-labelledby': 'hall-title' });
  const close = el('button', { class: 'quiet-button', type: 'button', onclick: () => dialog.close() }, 'Close');
  const opener = el('button', { class: 'quiet-button', type: 'button', onclick: open }, 'Leaderboard');

  function open() {
    const board = createLeaderboard({ userId: room.you?.userId });
    dialog.replaceChildren(
      el('div', { class: 'dialog-head' }, el('h2', { id: 'hall-title' }, 'All-time leaderboard'), close),
      board.node,
    );
    dialog.showModal();
    board.load();
  }
  // A click on the dialog itself, and not on anything in it, is one on the curtain around it.
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  return { dialog, opener };
}

/** Asks again before it stops: the button is small, and the game is everybody's. */
function createStopButton(actions) {
  const node = el('button', { class: 'quiet-button', type: 'button', hidden: true }, 'Stop game');
  let isArmed = false;
  let disarming;

  function arm(armed) {
    isArmed = armed;
    clearTimeout(disarming);
    setText(node, armed ? 'Really stop?' : 'Stop game');
    node.classList.toggle('is-armed', armed);
    if (armed) disarming = setTimeout(() => arm(false), 3_000);
  }
  node.addEventListener('click', () => {
    if (isArmed) actions.stop().catch(() => undefined);
    arm(!isArmed);
  });
  return {
    node,
    update: (room) => {
      const isRunning = ['starting', 'round', 'pause'].includes(room.view?.phase);
      node.hidden = !(isRunning && isHost(room));
    },
  };
}
