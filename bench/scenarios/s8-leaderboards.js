// @ts-check
import { join } from 'node:path';
import { setsFixture } from '../fixtures.js';
import { parseEveryLine } from '../parse-every-line.js';
import { keyOf, scramble } from '../records.js';
import { boards } from './leaderboard-peers.js';
import { figureOf } from './scenario.js';
import { medianUs } from './time-each.js';

const SORTED_ARRAY = {
  participant: 'stick',
  id: 'sorted-array',
  label: 'sorted array',
  settings: { board: 'sorted-array' },
};

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'S8',
  title: 'Leaderboards',
  stick: 'a pass over a Map of parsed objects',
  what: ({ keys, updates }) =>
    `top 10 and one rank among ${keys} players, warm; ours by PlayerRepository in a Nest application, with the time ` +
    'of 10 gets and of 1 get, which decode the records, taken off; upkeep: what one update takes more once all ' +
    `seven fields have been asked for, over ${updates} updates without fsync and main files, 1,000 in flight, by seven; the others ` +
    'answer with user ids of one field',
  sizes: {
    full: { keys: 1_000_000, asks: 300, passes: 5, updates: 30_000 },
    quick: { keys: 10_000, asks: 50, passes: 5, updates: 3_000 },
  },
  entrants: ['ours', 'stick', SORTED_ARRAY, 'better-sqlite3', 'redis', 'nedb'],
  figures: [
    { name: 'top10Us', label: 'top 10', unit: 'µs' },
    { name: 'rankUs', label: 'rank', unit: 'µs' },
    { name: 'wholeTop10Us', label: 'top 10 with its records', unit: 'µs' },
    { name: 'wholeRankUs', label: 'rank with its record', unit: 'µs' },
    { name: 'upkeepUs', label: 'upkeep per update and field', unit: 'µs' },
    { name: 'bytesPerPlayerField', label: 'per player and field', unit: 'B' },
    { name: 'firstAskMs', label: 'first top 10', unit: 'ms' },
  ],
  ratio: 'speed',
  goals: [
    {
      text: 'top 10, beside its records',
      atMost: 12,
      unit: 'µs',
      value: (round) => figureOf(round, 'ours', 'top10Us'),
    },
    { text: 'rank, beside its record', atMost: 5, unit: 'µs', value: (round) => figureOf(round, 'ours', 'rankUs') },
    {
      text: 'upkeep per update and field',
      atMost: 3,
      unit: 'µs',
      value: (round) => figureOf(round, 'ours', 'upkeepUs'),
    },
    {
      text: 'memory per player and field',
      atMost: 20,
      unit: 'B',
      value: (round) => figureOf(round, 'ours', 'bytesPerPlayerField'),
    },
  ],
  fixture: ({ keys }, { participant, settings }) => {
    if (participant === 'ours') return setsFixture({ sets: keys, keys, games: 1, use: 'copy' });
    if (participant !== 'stick' || settings.board) return undefined;
    return setsFixture({ sets: keys, keys, games: 1, use: 'read', of: 'ours' });
  },
  async measure(context) {
    const { participant, settings } = context.entrant;
    if (participant === 'ours') return repository(context);
    if (participant === 'stick' && !settings.board) return passes(context);
    const open = /** @type {typeof boards[string]} */ (boards[settings.board ?? participant]);
    const board = await open(context.directory, context.sizes.keys);
    const { keys, asks } = context.sizes;
    const times = participant === 'nedb' ? 1 : asks;
    const top10Us = await medianUs(times, () => board.top10());
    const rankUs = await medianUs(times, (i) => board.rank(keyOf(scramble(i, 8) % keys)));
    await board.close();
    return { top10Us, rankUs };
  },
};

/** @param {import('./scenario.js').Context} context */
async function repository({ directory, sizes }) {
  // Not above: the other scenarios load this file, too, and their memory is not to hold Nest.
  const { bootStorage } = await import('../nest.js');
  const { measureRepository } = await import('./leaderboard-repository.js');
  return measureRepository(await bootStorage(directory, { durable: false, mainFiles: false }), sizes);
}

/** @param {import('./scenario.js').Context} context */
async function passes({ fixture, sizes }) {
  const state = parseEveryLine(join(/** @type {string} */ (fixture), 'logs', 'players.log'));
  const players = /** @type {Map<string, { userId: string, totalScore: number }>} */ (state);
  const top10Us = await medianUs(sizes.passes, () => bestOf(players));
  const rankUs = await medianUs(sizes.passes, (i) => {
    const mine = players.get(keyOf(scramble(i, 8) % sizes.keys))?.totalScore ?? 0;
    let ahead = 0;
    for (const player of players.values()) if (player.totalScore > mine) ahead += 1;
    return ahead + 1;
  });
  return { top10Us, rankUs };
}

/** @param {Map<string, { userId: string, totalScore: number }>} players */
function bestOf(players) {
  /** @type {{ userId: string, totalScore: number }[]} */
  const best = [];
  for (const player of players.values()) {
    const last = best[best.length - 1];
    if (best.length >= 10 && last && player.totalScore <= last.totalScore) continue;
    best.push(player);
    best.sort((a, b) => b.totalScore - a.totalScore);
    if (best.length > 10) best.pop();
  }
  return best.map(({ userId }) => userId);
}
