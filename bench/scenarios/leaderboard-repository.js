// @ts-check
// Leaderboards as a program asks for them: by the injected repository.
import { LEADERBOARD_FIELDS } from '../../dist/index.js';
import { inFlight } from '../lanes.js';
import { collectedBytes } from '../process-memory.js';
import { keyOf, scramble } from '../records.js';
import { medianUs } from './time-each.js';

const LANES = 1000;
const FIELDS = LEADERBOARD_FIELDS.length;

/**
 * @param {{ application: import('@nestjs/common').INestApplicationContext,
 *   players: import('../../dist/index.js').PlayerRepository }} opened
 * @param {import('./scenario.js').Sizes} sizes
 */
export async function measureRepository({ application, players }, sizes) {
  const { keys, asks, updates } = sizes;
  await perUpdateUs(players, keys, updates / 3);
  const usualUs = await perUpdateUs(players, keys, updates);

  // The caches hold what the updates read; what is added from here on belongs to the leaderboards.
  const before = collectedBytes();
  const start = performance.now();
  await players.getLeaderboard('totalScore', 10);
  const firstAskMs = performance.now() - start;
  for (const field of LEADERBOARD_FIELDS) await players.getLeaderboard(field, 10);
  const bytesPerPlayerField = (collectedBytes() - before) / keys / FIELDS;

  const best = (await players.getLeaderboard('totalScore', 10)).map(({ userId }) => userId);
  const nobody = (/** @type {number} */ i) => keyOf(scramble(i, 8) % keys);
  await medianUs(asks, (i) => players.get(nobody(i)));
  const wholeTop10Us = await medianUs(asks, () => players.getLeaderboard('totalScore', 10));
  const tenGetsUs = await medianUs(asks, () => Promise.all(best.map((userId) => players.get(userId))));
  const wholeRankUs = await medianUs(asks, (i) => players.getRank(nobody(i)));
  const oneGetUs = await medianUs(asks, (i) => players.get(nobody(i)));

  const keptUs = await perUpdateUs(players, keys, updates);
  await application.close();
  return {
    top10Us: atLeastAMoment(wholeTop10Us - tenGetsUs),
    rankUs: atLeastAMoment(wholeRankUs - oneGetUs),
    wholeTop10Us,
    wholeRankUs,
    upkeepUs: (keptUs - usualUs) / FIELDS,
    bytesPerPlayerField,
    firstAskMs,
  };
}

/** @param {import('../../dist/index.js').PlayerRepository} players @param {number} keys @param {number} updates */
async function perUpdateUs(players, keys, updates) {
  const start = performance.now();
  await inFlight(updates, LANES, (i) => {
    const player = scramble(i, 9) % keys;
    return players.updatePlayerStats(keyOf(player), `Player ${player}`, i % 1000, i % 4 === 0, 9, 1);
  });
  return ((performance.now() - start) / updates) * 1000;
}

/** A difference of two medians can fall below nothing, of which no ratio can be told. */
function atLeastAMoment(/** @type {number} */ us) {
  return Math.max(us, 0.01);
}
