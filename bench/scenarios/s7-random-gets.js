// @ts-check
import assert from 'node:assert/strict';
import { openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { finalRecord, setsFixture } from '../fixtures.js';
import { placesOf } from '../line-places.js';
import { parseEveryLine } from '../parse-every-line.js';
import { openStore } from '../participants/store.js';
import { keyOf, scramble } from '../records.js';
import { timesAs } from './scenario.js';

const PLACES = {
  participant: 'stick',
  id: 'places',
  label: 'Map of places, readSync, JSON.parse',
  settings: { places: true },
};
const OURS = [
  { participant: 'ours', label: 'nest-append-log, uncached', settings: { cacheBytes: 0 } },
  { participant: 'ours', id: 'ours-cached', label: 'nest-append-log, cached', settings: { cacheBytes: 2 ** 30 } },
];

const NOTHING = { totalScore: 1 };

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'S7',
  title: 'Random gets',
  stick: 'Map.get of a parsed object',
  what: ({ gets, keys }) =>
    `${gets} random gets over ${keys} small values, one after the other, each awaited where it is a promise; every ` +
    'page of every file is in the page cache',
  sizes: {
    full: { sets: 1_000_000, keys: 200_000, gets: 200_000 },
    quick: { sets: 20_000, keys: 4_000, gets: 10_000 },
  },
  entrants: [...OURS, 'stick', PLACES, 'lmdb', 'better-sqlite3', 'classic-level', 'redis', 'nedb'],
  figures: [
    { name: 'perSecond', label: 'gets per second', unit: '/s' },
    { name: 'besidePromise', label: 'beside the promise', unit: '/s' },
  ],
  ratio: 'speed',
  goals: [
    {
      text: 'uncached and beside the promise, × stick',
      atLeast: 0.16,
      unit: '×',
      value: (round) => timesAs(round, 'ours', 'besidePromise'),
    },
    {
      text: 'cached and beside the promise, × stick',
      atLeast: 0.6,
      unit: '×',
      value: (round) => timesAs(round, 'ours-cached', 'besidePromise'),
    },
  ],
  fixture: ({ sets, keys }, { participant }) =>
    participant === 'stick'
      ? setsFixture({ sets, keys, games: 1, use: 'read', of: 'ours' })
      : setsFixture({ sets, keys, games: 1, use: 'link' }),
  measure,
};

/** @param {import('./scenario.js').Context} context */
async function measure(context) {
  const { sets, keys, gets } = context.sizes;
  const get = await opened(context);
  const players = Array.from({ length: gets }, (_, i) => scramble(i, 7) % keys);
  const wanted = players.map(keyOf);
  for (let player = 0; player < keys; player++) await get(keyOf(player));

  const isAsync = typeof (/** @type {any} */ (get(keyOf(0)))?.then) === 'function';
  const took = isAsync ? await timeAwaited(get, wanted) : time(get, wanted);
  const promise = isAsync ? await timeAwaited(async () => NOTHING, wanted) : 0;
  for (let i = 0; i < gets; i += Math.ceil(gets / 100)) {
    const player = /** @type {number} */ (players[i]);
    assert.deepEqual(await get(keyOf(player)), finalRecord({ sets, keys, games: 1, name: '', use: 'read' }, player));
  }
  return { perSecond: (gets / took) * 1000, besidePromise: (gets / (took - promise)) * 1000 };
}

/**
 * The score is read, so that no compiler finds that a get is of no use, and that the record is really there.
 * @param {(key: string) => any} get
 * @param {string[]} keys
 */
function time(get, keys) {
  let sum = 0;
  const start = performance.now();
  for (const key of keys) sum += get(key).totalScore;
  const took = performance.now() - start;
  assert(sum > 0);
  return took;
}

/** @param {(key: string) => any} get @param {string[]} keys */
async function timeAwaited(get, keys) {
  let sum = 0;
  const start = performance.now();
  for (const key of keys) sum += (await get(key)).totalScore;
  const took = performance.now() - start;
  assert(sum > 0);
  return took;
}

/**
 * @param {import('./scenario.js').Context} context
 * @returns {Promise<(key: string) => unknown>}
 */
async function opened(context) {
  const { entrant, fixture } = context;
  if (entrant.participant !== 'stick') {
    const store = await openStore(context, { durable: true, cacheBytes: entrant.settings.cacheBytes });
    await store.openLog?.();
    return store.get;
  }
  const path = join(/** @type {string} */ (fixture), 'logs', 'players.log');
  if (!entrant.settings.places) {
    const state = parseEveryLine(path);
    return (key) => state.get(key);
  }
  return readerOf(path);
}

/** @param {string} path @returns {(key: string) => unknown} */
function readerOf(path) {
  const places = placesOf(path);
  const file = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(64 * 1024);
  return (key) => {
    const place = places.get(key);
    if (!place) return undefined;
    readSync(file, buffer, 0, place.length, place.offset);
    return JSON.parse(buffer.toString('utf8', 0, place.length));
  };
}
