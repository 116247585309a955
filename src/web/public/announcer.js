/** Says to those who listen to the page what others see on it. */

import { setText } from './dom.js';

const announcer = document.getElementById('announcer');

export function announce(text) {
  setText(announcer, text);
}
