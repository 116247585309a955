/** A ring that empties, with the seconds that are left in it. */

import { serverTime } from './clock.js';
import { el, setText, svg } from './dom.js';

const RADIUS = 27;
const LENGTH = 2 * Math.PI * RADIUS;
const HURRY_MS = 3_500;

/** @param {string} what the time is for, as read out: "seconds … " */
export function createTimer(what) {
  const ring = svg('circle', { class: 'timer-ring', cx: 32, cy: 32, r: RADIUS });
  const number = el('span', { class: 'timer-number' });
  const node = el(
    'div',
    { class: 'timer', role: 'timer', 'aria-label': `Seconds ${what}` },
    svg(
      'svg',
      { viewBox: '0 0 64 64', 'aria-hidden': 'true' },
      svg('circle', { class: 'timer-track', cx: 32, cy: 32, r: RADIUS }),
      ring,
    ),
    number,
  );
  let endsAt;
  let totalMs = 1;
  let frame;

  function draw() {
    const leftMs = endsAt === undefined ? 0 : Math.max(0, endsAt - serverTime());
    ring.style.strokeDasharray = `${LENGTH}`;
    ring.style.strokeDashoffset = `${LENGTH * (1 - Math.min(1, leftMs / totalMs))}`;
    setText(number, String(Math.ceil(leftMs / 1_000)));
    node.classList.toggle('is-hurry', leftMs < HURRY_MS && totalMs > 2 * HURRY_MS);
    frame = requestAnimationFrame(draw);
  }
  frame = requestAnimationFrame(draw);

  return {
    node,
    set: (end, total) => {
      endsAt = end;
      totalMs = total;
    },
    close: () => cancelAnimationFrame(frame),
  };
}
