// @ts-check
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setsFixture } from '../fixtures.js';
import { placesOf } from '../line-places.js';
import { openStore } from '../participants/store.js';
import { collect, collectedBytes, rssOf } from '../process-memory.js';
import { figureOf } from './scenario.js';

const MIB = 1024 * 1024;
const SETTLE_MS = 500;
const PLACES = { participant: 'stick', id: 'places', label: 'Map of places in the log', settings: { places: true } };
const OURS = [
  { participant: 'ours', settings: {} },
  { participant: 'ours', id: 'ours-large', label: 'nest-append-log, large values', settings: { large: true } },
  { participant: 'ours', id: 'ours-empty', label: 'nest-append-log, no values', settings: { empty: true } },
  {
    participant: 'ours',
    id: 'ours-most',
    label: 'nest-append-log, 10 × keys',
    settings: { most: true },
    optional: true,
  },
];

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'S6',
  title: 'Memory after opening, nothing read',
  stick: 'a Nest application with no store in it',
  what: ({ keys, largeKeys }) =>
    `RSS of the process, and of its server, with Nest loaded, after opening ${keys} live small values (ours also ` +
    `${largeKeys} large ones), a collection and ${SETTLE_MS} ms`,
  sizes: { full: { keys: 1_000_000, largeKeys: 200_000 }, quick: { keys: 10_000, largeKeys: 1_000 } },
  entrants: [...OURS, 'stick', PLACES, 'lmdb', 'better-sqlite3', 'classic-level', 'redis', 'nedb', 'lowdb'],
  figures: [
    { name: 'rssBytes', label: 'RSS', unit: 'MB' },
    { name: 'heldBytes', label: 'heap and buffers', unit: 'MB' },
    { name: 'keys', label: 'keys', unit: 'count' },
  ],
  ratio: 'cost',
  goals: [
    {
      text: 'RSS with Nest loaded',
      atMost: 100 * MIB,
      unit: 'MB',
      value: (round) => figureOf(round, 'ours', 'rssBytes'),
    },
    {
      text: 'RSS with Nest loaded, large values',
      atMost: 100 * MIB,
      unit: 'MB',
      value: (round) => figureOf(round, 'ours-large', 'rssBytes'),
    },
    { text: 'index', atMost: 32, unit: 'B', value: bytesPerKey },
    {
      text: 'RSS of 10,000,000 keys, without views (asked for by --keys 1e7)',
      atMost: 400 * MIB,
      unit: 'MB',
      value: (round) => figureOf(round, 'ours-most', 'rssBytes'),
    },
  ],
  fixture: ({ keys, largeKeys }, { participant, settings }) => {
    if (settings.empty || (participant === 'stick' && !settings.places)) return undefined;
    if (settings.large) return setsFixture({ sets: largeKeys, keys: largeKeys, games: 50, use: 'link' });
    if (settings.most)
      return setsFixture({ sets: keys * 10, keys: keys * 10, games: 1, mainFiles: false, use: 'link' });
    if (settings.places) return setsFixture({ sets: keys, keys, games: 1, use: 'read', of: 'ours' });
    return setsFixture({ sets: keys, keys, games: 1, use: 'link' });
  },
  measure,
};

/**
 * What a key takes in the process: against the same application without one. By the kernel's word, since Node counts no
 * buffers that threads share.
 * @param {import('./scenario.js').Round} round
 */
function bytesPerKey(round) {
  const full = figureOf(round, 'ours', 'rssBytes');
  const empty = figureOf(round, 'ours-empty', 'rssBytes');
  const keys = figureOf(round, 'ours', 'keys');
  return full === undefined || empty === undefined || keys === undefined ? undefined : (full - empty) / keys;
}

/** @param {import('./scenario.js').Context} context */
async function measure(context) {
  // Held until the end: what is measured must not be collected.
  const opened = await open(context);
  collect();
  await sleep(SETTLE_MS);
  const heldBytes = collectedBytes();
  const rssBytes = rssOf(opened.pid);
  await opened.close();
  return { rssBytes, heldBytes, keys: opened.keys };
}

/**
 * @param {import('./scenario.js').Context} context
 * @returns {Promise<{ keys: number, pid?: number, close: () => unknown }>}
 */
async function open(context) {
  const { directory, fixture, entrant, options, sizes } = context;
  // Not above: the other scenarios load this file, too, and their memory is not to hold Nest.
  const { bootNest, bootStorage } = await import('../nest.js');
  if (entrant.participant === 'ours') {
    const mainFiles = options.mainFiles && !entrant.settings.most;
    const { application, players } = await bootStorage(directory, { mainFiles });
    return { keys: players.size(), close: () => application.close() };
  }
  await bootNest();
  if (entrant.settings.places) {
    const places = placesOf(join(/** @type {string} */ (fixture), 'logs', 'players.log'));
    return { keys: places.size, close: () => places.clear() };
  }
  if (entrant.participant === 'stick') return { keys: 0, close: () => {} };
  const { pid, close } = await openStore(context, { durable: true });
  return { keys: sizes.keys, pid, close };
}
