/** Says that the line is lost, and that it is back. */

import { el, setText } from './dom.js';

const SHOWN_AGAIN_MS = 1_800;

export function createToast() {
  const node = el('div', { class: 'toast', role: 'status', 'aria-live': 'polite' });
  let isLost = false;

  function update(room) {
    if (room.status === 'lost' && !isLost) {
      isLost = true;
      node.className = 'toast is-shown is-lost';
      setText(node, 'Connection lost. Reconnecting …');
    } else if (room.status === 'live' && isLost) {
      isLost = false;
      node.className = 'toast is-shown';
      setText(node, 'Back again.');
      setTimeout(() => !isLost && node.classList.remove('is-shown'), SHOWN_AGAIN_MS);
    }
  }
  return { node, update };
}
