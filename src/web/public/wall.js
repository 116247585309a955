/** A few pieces of the collection, hung without labels. */

import { get } from './api.js';
import { el, show } from './dom.js';

export function createWall(count, className) {
  const node = el('div', { class: `wall ${className}`, 'aria-hidden': 'true' });
  hang(node, count);
  return node;
}

/** A picture from elsewhere may not come: then there is no frame for it. */
function frameOf(src) {
  const frame = el(
    'div',
    { class: 'wall-frame' },
    el('img', { src, alt: '', decoding: 'async', onerror: () => frame.remove() }),
  );
  return frame;
}

async function hang(node, count) {
  try {
    const { imageUrls } = await get('/api/wall');
    show(node, imageUrls.slice(0, count).map(frameOf));
  } catch {
    // The wall is decoration; without it there is more of the wall.
  }
}
