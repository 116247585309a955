/** Before a game: who is here, how to bring others, and what to play. */

import { el, setText, show } from './dom.js';
import { createGameForm } from './game-form.js';
import { createWall } from './wall.js';

export function createLobby(room, actions) {
  const notice = el('p', { class: 'notice', role: 'status' });
  const people = el('ul', { class: 'people' });
  const form = createGameForm('Start the game', actions.start);
  const node = el(
    'div',
    { class: 'lobby' },
    el(
      'section',
      { class: 'lobby-play' },
      notice,
      el('h1', {}, 'The wall is ready.'),
      el('p', { class: 'lead' }, 'Anybody may start. Everybody in the room plays.'),
      room.isWatching ? null : form.node,
    ),
    el(
      'section',
      { class: 'lobby-people' },
      el('h2', { class: 'eyebrow' }, 'In the room'),
      people,
      createInvitation(room.code),
      createWall(3, 'wall-small'),
    ),
  );

  function update(current) {
    setText(notice, current.notice);
    show(
      people,
      current.people.map(({ userId, username, isWatching }) =>
        el(
          'li',
          {},
          username,
          userId === current.you?.userId ? el('span', { class: 'you' }, ' you') : null,
          isWatching ? el('span', { class: 'you' }, ' watching') : null,
        ),
      ),
    );
  }
  return { node, update };
}

function createInvitation(code) {
  const link = `${location.origin}/r/${code}`;
  const button = el('button', { class: 'quiet-button', type: 'button' }, 'Copy link');
  button.addEventListener('click', async () => {
    // Without a secure origin there is no clipboard; the link stands there to be selected.
    await navigator.clipboard?.writeText(link).then(
      () => setText(button, 'Copied'),
      () => undefined,
    );
    setTimeout(() => setText(button, 'Copy link'), 1_500);
  });
  const isPossible = navigator.clipboard !== undefined;
  return el('p', { class: 'invitation' }, el('span', { class: 'invitation-link' }, link), isPossible ? button : null);
}
