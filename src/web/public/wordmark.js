/** The name of the game with its little frame; leads to the front door. */

import { el } from './dom.js';

export function createWordmark() {
  return el(
    'a',
    { class: 'wordmark', href: '/', 'aria-label': 'Name That Artist' },
    el('img', { class: 'wordmark-sign', src: '/assets/favicon.svg', alt: '', width: 28, height: 28 }),
    el('span', { class: 'wordmark-text' }, 'Name That Artist'),
  );
}
