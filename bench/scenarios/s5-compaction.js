// @ts-check
import { copyFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { setsFixture } from '../fixtures.js';
import { openStore } from '../participants/store.js';
import { peakRssSince, resetPeakRss } from '../process-memory.js';
import { keyOf, playerRecord, scramble } from '../records.js';
import { StallWatch } from '../stall-watch.js';
import { quantile } from '../statistics.js';
import { figureOf, timesAs } from './scenario.js';

const MIB = 1024 * 1024;
/** Revisions of the writer, which no record of the fixture has. */
const FIRST_REVISION = 1_000_000;

const NEDB = { participant: 'nedb', label: '@seald-io/nedb, not durable' };

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'S5',
  title: 'Compacting beside one durable writer',
  stick: 'copyFile + fsync of the log',
  what: ({ sets, keys, idleMs }) =>
    `the log of ${sets} sets over ${keys} keys is folded while one writer sets and awaits a durable record in every ` +
    `turn of the event loop; its p99 counts from the turn it asked for, and is compared with ${idleMs} ms before; ` +
    'then the directory is opened again and every acknowledged write is looked up',
  sizes: {
    full: { sets: 1_000_000, keys: 200_000, idleMs: 2000 },
    quick: { sets: 20_000, keys: 4_000, idleMs: 300 },
  },
  entrants: ['ours', 'stick', 'better-sqlite3', 'classic-level', 'redis', NEDB],
  figures: [
    { name: 'durationMs', label: 'duration', unit: 'ms' },
    { name: 'stallMs', label: 'longest stall', unit: 'ms' },
    { name: 'idleStallMs', label: 'longest stall idle', unit: 'ms' },
    { name: 'idleP99Us', label: "writer's p99 idle", unit: 'µs' },
    { name: 'p99Us', label: "writer's p99 beside", unit: 'µs' },
    { name: 'peakRssBytes', label: 'peak RSS', unit: 'MB' },
    { name: 'lost', label: 'acknowledged writes lost', unit: 'count' },
  ],
  ratio: 'cost',
  goals: [
    {
      text: 'duration, × stick',
      atMost: 1.5,
      unit: '×',
      isOnPlot: true,
      value: (round) => timesAs(round, 'ours', 'durationMs'),
    },
    { text: 'longest stall', atMost: 12, unit: 'ms', value: (round) => figureOf(round, 'ours', 'stallMs') },
    { text: "writer's p99, × its idle p99", atMost: 2, unit: '×', value: slowdown },
    { text: 'peak RSS', atMost: 150 * MIB, unit: 'MB', value: (round) => figureOf(round, 'ours', 'peakRssBytes') },
    { text: 'acknowledged writes lost', atMost: 0, unit: 'count', value: (round) => figureOf(round, 'ours', 'lost') },
  ],
  fixture: ({ sets, keys }, { participant }) =>
    participant === 'stick'
      ? setsFixture({ sets, keys, games: 1, use: 'read', of: 'ours' })
      : setsFixture({ sets, keys, games: 1, use: 'copy' }),
  measure: (context) => (context.entrant.participant === 'stick' ? stick(context) : compact(context)),
};

/** @param {import('./scenario.js').Round} round */
function slowdown(round) {
  const beside = figureOf(round, 'ours', 'p99Us');
  const idle = figureOf(round, 'ours', 'idleP99Us');
  return beside === undefined || idle === undefined ? undefined : beside / idle;
}

/** @param {import('./scenario.js').Context} context */
async function stick({ directory, fixture }) {
  const target = join(directory, 'copy.log');
  const start = performance.now();
  await copyFile(join(/** @type {string} */ (fixture), 'logs', 'players.log'), target);
  const file = await open(target, 'r+');
  await file.sync();
  const durationMs = performance.now() - start;
  await file.close();
  return { durationMs };
}

/** @param {import('./scenario.js').Context} context */
async function compact(context) {
  const store = await openStore(context, { durable: true, lanes: 1 });
  await store.openLog?.();
  const writer = new Writer(store, context.sizes.keys);
  await writer.during(sleep(context.sizes.idleMs / 4));
  const idleWatch = new StallWatch();
  const idle = await writer.during(sleep(context.sizes.idleMs));
  const idleStallMs = idleWatch.stop();

  resetPeakRss(store.pid);
  const watch = new StallWatch();
  let durationMs = 0;
  const beside = await writer.during(async () => {
    const start = performance.now();
    await store.compact?.();
    durationMs = performance.now() - start;
  });
  const stallMs = watch.stop();
  const peakRssBytes = peakRssSince(store.pid);
  await store.close();
  const lost = await writer.countLost(await openStore(context, { durable: true }));
  return { durationMs, stallMs, idleStallMs, idleP99Us: p99Us(idle), p99Us: p99Us(beside), peakRssBytes, lost };
}

/** @param {number[]} latenciesMs */
function p99Us(latenciesMs) {
  return quantile(latenciesMs, 0.99) * 1000;
}

class Writer {
  /** @type {Map<number, number>} player to the newest revision that was acknowledged */
  #acknowledged = new Map();
  #revision = FIRST_REVISION;

  /** @param {import('../participants/store.js').Store} store @param {number} players */
  constructor(store, players) {
    this.store = store;
    this.players = players;
  }

  /**
   * Writes until the work is done. A write counts from the moment when the writer asked for its turn, so that a stall
   * of the event loop falls on the write that it kept waiting.
   * @param {Promise<unknown> | (() => Promise<unknown>)} work
   */
  async during(work) {
    /** @type {number[]} */
    const latenciesMs = [];
    let done = false;
    const finished = (typeof work === 'function' ? nextTurn().then(work) : work).finally(() => {
      done = true;
    });
    while (!done) {
      const start = performance.now();
      await nextTurn();
      await this.#write();
      latenciesMs.push(performance.now() - start);
    }
    await finished;
    return latenciesMs;
  }

  /** @param {import('../participants/store.js').Store} reopened */
  async countLost(reopened) {
    let lost = 0;
    for (const [player, revision] of this.#acknowledged) {
      const found = await reopened.get(keyOf(player));
      if (!isDeepStrictEqual(found, playerRecord(player, revision))) lost += 1;
    }
    await reopened.close();
    return lost;
  }

  async #write() {
    const revision = this.#revision++;
    const player = scramble(revision, 5) % this.players;
    await this.store.set(keyOf(player), playerRecord(player, revision));
    this.#acknowledged.set(player, revision);
  }
}
