/**
 * The server's clock, seen from here. A message is always a little old when it arrives, so every estimate is too low,
 * and the highest of the last few is the best. Counted on a clock that nobody can set.
 */

const SAMPLES = 12;
const offsets = [];

/** Takes note of what the server's clock said in a message that arrived just now. */
export function observe(serverNow) {
  offsets.push(serverNow - performance.now());
  if (offsets.length > SAMPLES) offsets.shift();
}

/** What the server's clock says now. */
export function serverTime() {
  if (offsets.length === 0) return Date.now();
  return performance.now() + Math.max(...offsets);
}

/** A sleep may have stopped the local clock, which makes everything known about it wrong. */
export function forget() {
  offsets.length = 0;
}
