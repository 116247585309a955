// @ts-check
// What changes with the number of keys, for us alone. Not one of the scenarios with a goal: the numbers of keys are
// chosen on the command line.
import assert from 'node:assert/strict';
import { removeIndexFiles, setsFixture } from '../fixtures.js';
import { openStore, participantNamed } from '../participants/store.js';
import { collect, peakRssOf, rssOf } from '../process-memory.js';
import { keyOf, playerRecord, scramble } from '../records.js';
import { StallWatch } from '../stall-watch.js';
import { medianUs } from './time-each.js';

const APPENDS = 500;
const GETS = 20_000;

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'growth',
  title: 'Growth',
  stick: 'none',
  what: () => '',
  // The run puts the number of keys in their place.
  sizes: { full: { keys: 0 }, quick: { keys: 0 } },
  entrants: [
    { participant: 'ours', id: 'without-index', label: 'open, no index file', settings: { index: false } },
    { participant: 'ours', id: 'with-index', label: 'open, index file', settings: { index: true } },
    { participant: 'ours', id: 'use', label: 'append, get, compact', settings: { use: true } },
  ],
  figures: [
    { name: 'openMs', label: 'open to first get', unit: 'ms' },
    { name: 'peakRssBytes', label: 'peak RSS', unit: 'MB' },
    { name: 'rssBytes', label: 'RSS', unit: 'MB' },
    { name: 'appendUs', label: 'append p50', unit: 'µs' },
    { name: 'getUs', label: 'get p50', unit: 'µs' },
    { name: 'compactionMs', label: 'compaction', unit: 'ms' },
    { name: 'stallMs', label: 'longest stall', unit: 'ms' },
  ],
  ratio: 'cost',
  goals: [],
  fixture: ({ keys }, { settings }) =>
    setsFixture({ sets: keys, keys, games: 1, use: settings.use ? 'copy' : 'link', mainFiles: keys < 1e7 }),
  measure: (context) => (context.entrant.settings.use ? use(context) : opening(context)),
};

/** @param {import('./scenario.js').Context} context */
async function open(context) {
  // A view of ten million records is 3.5 GB of JSON that nobody reads.
  const mainFiles = context.options.mainFiles && context.sizes.keys < 1e7;
  return openStore(context, { durable: true, cacheBytes: 0, mainFiles });
}

/** @param {import('./scenario.js').Context} context */
async function opening(context) {
  const { directory, entrant, sizes } = context;
  if (!entrant.settings.index) removeIndexFiles(directory);
  await participantNamed('ours');
  const player = Math.floor(sizes.keys / 3);
  const start = performance.now();
  const store = await open(context);
  const found = await store.get(keyOf(player));
  const openMs = performance.now() - start;
  assert.deepEqual(found, playerRecord(player, 0));
  collect();
  return { openMs, peakRssBytes: peakRssOf(), rssBytes: rssOf() };
}

/** @param {import('./scenario.js').Context} context */
async function use(context) {
  const { keys } = context.sizes;
  const store = await open(context);
  await store.openLog?.();
  const player = (/** @type {number} */ i) => scramble(i, 3) % keys;
  await medianUs(APPENDS / 5, (i) => store.set(keyOf(player(i)), playerRecord(player(i), i)));
  const appendUs = await medianUs(APPENDS, (i) => store.set(keyOf(player(i)), playerRecord(player(i), i)));
  await medianUs(GETS / 5, (i) => store.get(keyOf(player(i))));
  const getUs = await medianUs(GETS, (i) => store.get(keyOf(player(i))));

  const watch = new StallWatch();
  const start = performance.now();
  await store.compact?.();
  const compactionMs = performance.now() - start;
  const stallMs = watch.stop();
  await store.close();
  return { appendUs, getUs, compactionMs, stallMs };
}
