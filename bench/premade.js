// @ts-check
// What is written is made before the clock starts, and used again and again where a run needs more of it.
import { keyOf, playerOf, playerRecord } from './records.js';

/**
 * @param {number} count
 * @param {number} players
 * @returns {[key: string, value: ReturnType<typeof playerRecord>][]}
 */
export function premadePairs(count, players) {
  return Array.from({ length: count }, (_, i) => {
    const player = playerOf(i, players);
    return [keyOf(player), playerRecord(player, Math.floor(i / players))];
  });
}

/** Lines as long as the engine's own, for the raw limit. */
export function premadeLines(/** @type {number} */ count, /** @type {number} */ players) {
  return premadePairs(count, players).map(([key, value], i) => Buffer.from(lineOf(i, key, value)));
}

/**
 * @param {number} seq
 * @param {string} key
 * @param {unknown} value
 */
export function lineOf(seq, key, value) {
  return `{"timestamp":"2026-11-22T12:34:56.789Z","op":"SET","key":"${key}","value":${JSON.stringify(value)},"seq":${seq},"crc":"1a2b3c4d"}\n`;
}
