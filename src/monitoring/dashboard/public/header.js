/** The head of the page: what this is, whether it is live, and what is wrong with the store. */

import { el, foreign, setText, show } from './dom.js';
import { clock } from './words.js';

const STATUS = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Disconnected, trying again …',
  refused: 'Access refused. Reload the page to sign in.',
};

export function createHeader() {
  const text = el('span', {}, STATUS.connecting);
  const status = el(
    'p',
    { class: 'status', 'data-status': 'connecting', role: 'status' },
    el('span', { class: 'dot', 'aria-hidden': 'true' }),
    text,
  );
  const health = el('p', { class: 'health' });
  const troubles = el('ul', { class: 'troubles', hidden: true, 'aria-label': 'What is wrong' });
  const node = el(
    'header',
    { class: 'page-head' },
    el(
      'div',
      { class: 'head-row' },
      el(
        'h1',
        { class: 'wordmark' },
        el('img', { src: 'assets/favicon.svg', alt: '', width: 28, height: 28 }),
        'append-log',
      ),
      health,
      status,
    ),
    troubles,
  );
  let heardAt;
  let shown = '';

  return {
    node,
    setStatus(name) {
      status.dataset.status = name;
      const since = name === 'lost' && heardAt !== undefined ? ` What is shown is from ${clock(heardAt)}.` : '';
      setText(text, STATUS[name] + since);
    },
    update({ now, troubles: list }) {
      heardAt = new Date(now);
      const key = JSON.stringify(list);
      if (key === shown) return;
      shown = key;
      const isDown = list.some(({ level }) => level === 'down');
      health.className = `health ${isDown ? 'is-down' : list.length > 0 ? 'is-warn' : 'is-up'}`;
      setText(health, isDown ? 'Down' : list.length > 0 ? 'Wants attention' : 'Healthy');
      troubles.hidden = list.length === 0;
      show(troubles, list.map(createTrouble));
    },
  };
}

/** The text names its log. */
function createTrouble({ level, text }) {
  return el('li', { class: `trouble is-${level}` }, foreign(text));
}
