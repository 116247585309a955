// @ts-check
import { median } from '../statistics.js';

/**
 * The median time of one call, awaited where it returns a promise.
 * @param {number} times
 * @param {(i: number) => unknown} call
 */
export async function medianUs(times, call) {
  /** @type {number[]} */
  const tookMs = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    const answer = /** @type {any} */ (call(i));
    if (typeof answer?.then === 'function') await answer;
    tookMs.push(performance.now() - start);
  }
  return median(tookMs) * 1000;
}
