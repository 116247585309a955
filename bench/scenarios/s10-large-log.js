// @ts-check
// The whole life of a log several times as large as the heap, whose state is larger than a JavaScript string.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { finalRecord, removeIndexFiles, setsFixture } from '../fixtures.js';
import { openStore, participantNamed } from '../participants/store.js';
import { peakRssOf } from '../process-memory.js';
import { keyOf, playerRecord, scramble } from '../records.js';
import { StallWatch } from '../stall-watch.js';
import { figureOf } from './scenario.js';

const HEAP_MB = 512;
const GETS = 20_000;
const CHUNK = 1024 * 1024;

/** @param {import('./scenario.js').Sizes} sizes @param {'copy' | 'read'} use */
const fixtureOf = ({ sets, keys }, use) => {
  const fixture = setsFixture({ sets, keys, games: 1, use, of: 'ours', compactAfter: keys, mainFiles: false });
  return { ...fixture, name: `${fixture.name}-compacted` };
};

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'S10',
  title: `A log of 3 GB with a CHECKPOINT of 700 MB, under a heap of ${HEAP_MB} MB`,
  stick: 'a bare read of the log, 1 MiB at a time',
  what: ({ sets, keys }) =>
    `${sets} sets of a small record over ${keys} keys, compacted after the first pass; opened without an index file, ` +
    `${GETS.toLocaleString('en-US')} random gets, compacted beside a durable writer, closed, opened again, ` +
    'the same gets; each value is compared',
  sizes: { full: { sets: 8_000_000, keys: 2_000_000 }, quick: { sets: 40_000, keys: 10_000 } },
  flags: [`--max-old-space-size=${HEAP_MB}`],
  entrants: ['ours', 'stick'],
  figures: [
    { name: 'openMs', label: 'open to first get', unit: 'ms' },
    { name: 'logBytes', label: 'log', unit: 'MB' },
    { name: 'checkpointBytes', label: 'its CHECKPOINT', unit: 'MB' },
    { name: 'compactionMs', label: 'compaction', unit: 'ms' },
    { name: 'stallMs', label: 'longest stall meanwhile', unit: 'ms' },
    { name: 'reopenMs', label: 'open again to first get', unit: 'ms' },
    { name: 'peakRssBytes', label: 'peak RSS', unit: 'MB' },
    { name: 'wrong', label: 'wrong answers', unit: 'count' },
  ],
  ratio: 'cost',
  goals: [{ text: 'wrong answers', atMost: 0, unit: 'count', value: (round) => figureOf(round, 'ours', 'wrong') }],
  fixture: (sizes, { participant }) => fixtureOf(sizes, participant === 'stick' ? 'read' : 'copy'),
  measure: (context) => (context.entrant.participant === 'stick' ? bareRead(context) : live(context)),
};

/** @param {import('./scenario.js').Context} context */
async function bareRead({ fixture }) {
  const file = openSync(join(/** @type {string} */ (fixture), 'logs', 'players.log'), 'r');
  const buffer = Buffer.allocUnsafe(CHUNK);
  const start = performance.now();
  while (readSync(file, buffer, 0, CHUNK, null) > 0);
  const openMs = performance.now() - start;
  closeSync(file);
  return { openMs };
}

/** @param {import('./scenario.js').Context} context */
async function live(context) {
  const { sizes, directory } = context;
  removeIndexFiles(directory);
  await participantNamed('ours');
  const first = await opened(context);
  const { sizeBytes, checkpointBytes } = /** @type {any} */ (first.store.stats)();
  const writer = new Writer(first.store, sizes);
  let wrong = await writer.countWrong();
  const watch = new StallWatch();
  const start = performance.now();
  await writer.during(first.store.compact?.());
  const compactionMs = performance.now() - start;
  const stallMs = watch.stop();
  await first.store.close();

  const second = await opened(context);
  writer.store = second.store;
  wrong += await writer.countWrong();
  await second.store.close();
  return {
    openMs: first.ms,
    logBytes: sizeBytes,
    checkpointBytes,
    compactionMs,
    stallMs,
    reopenMs: second.ms,
    peakRssBytes: peakRssOf(),
    wrong,
  };
}

/** @param {import('./scenario.js').Context} context */
async function opened(context) {
  const start = performance.now();
  // The view of such a state is as large as the state.
  const store = await openStore(context, { durable: true, cacheBytes: 0, mainFiles: false });
  await store.get(keyOf(0));
  return { store, ms: performance.now() - start };
}

class Writer {
  /** @type {Map<number, number>} player to the newest revision that was acknowledged */
  #acknowledged = new Map();

  /** @param {import('../participants/store.js').Store} store @param {import('./scenario.js').Sizes} sizes */
  constructor(store, sizes) {
    this.store = store;
    this.sizes = sizes;
  }

  /** One durable set after the other, until the work is done. @param {unknown} work */
  async during(work) {
    let isDone = false;
    const done = Promise.resolve(work).finally(() => {
      isDone = true;
    });
    for (let n = 0; !isDone; n++) {
      const player = scramble(n, 11) % this.sizes.keys;
      await this.store.set(keyOf(player), playerRecord(player, n));
      this.#acknowledged.set(player, n);
    }
    await done;
  }

  /** Of random gets, and of every key that was written here. */
  async countWrong() {
    const players = new Set(this.#acknowledged.keys());
    for (let i = 0; i < GETS; i++) players.add(scramble(i, 7) % this.sizes.keys);
    let wrong = 0;
    for (const player of players) {
      const revision = this.#acknowledged.get(player);
      const expected =
        revision === undefined ? finalRecord(fixtureOf(this.sizes, 'read'), player) : playerRecord(player, revision);
      if (!isDeepStrictEqual(await this.store.get(keyOf(player)), expected)) wrong += 1;
    }
    return wrong;
  }
}
