// @ts-check
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../participants/store.js';
import { premadeLines, premadePairs } from '../premade.js';
import { quantile } from '../statistics.js';
import { figureOf, OURS_AHEAD, timesAs } from './scenario.js';

const PLAYERS = 2000;

/** @param {string} id */
const speedOf = (id) => (/** @type {import('./scenario.js').Round} */ round) => timesAs(round, 'stick', 'p50Us', id);

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'S1',
  title: 'Durable sets, one awaited at a time',
  stick: 'writeSync + fdatasyncSync of a ready-made line',
  what: ({ warmup, operations }) =>
    `${operations} sets of a small record behind ${warmup} to warm up, each awaited before the next; p50 of their times`,
  sizes: { full: { warmup: 3000, operations: 1500 }, quick: { warmup: 50, operations: 300 } },
  repeats: 5,
  entrants: ['ours', OURS_AHEAD, 'stick', 'lmdb', 'better-sqlite3', 'classic-level', 'redis'],
  figures: [
    { name: 'p50Us', label: 'p50', unit: 'µs' },
    { name: 'p99Us', label: 'p99', unit: 'µs' },
    { name: 'blockedShare', label: 'time in which the event loop is blocked', unit: '%' },
  ],
  ratio: 'speed',
  goals: [
    { text: 'p50, × stick', atLeast: 0.95, unit: '×', isOnPlot: true, value: speedOf('ours') },
    {
      text: 'p50, × stick, with space written ahead',
      atLeast: 1.1,
      unit: '×',
      stretch: true,
      value: speedOf(OURS_AHEAD.id),
    },
    {
      text: 'time in which the event loop is blocked',
      atMost: 0.5,
      unit: '%',
      value: (round) => figureOf(round, 'ours', 'blockedShare'),
    },
  ],
  async measure(context) {
    const { warmup, operations } = context.sizes;
    const { set, close } = context.entrant.participant === 'stick' ? stick(context) : await store(context);
    for (let i = 0; i < warmup; i++) await set(i);
    const figures = await timeEach(operations, (i) => set(warmup + i));
    await close();
    return figures;
  },
};

/** @param {number} operations @param {(i: number) => unknown} set */
async function timeEach(operations, set) {
  const latencies = new Float64Array(operations);
  const before = performance.eventLoopUtilization();
  for (let i = 0; i < operations; i++) {
    const start = performance.now();
    await set(i);
    latencies[i] = performance.now() - start;
  }
  // A synchronous store never lets the loop turn, so all of its time counts: nobody else is served meanwhile.
  const { utilization } = performance.eventLoopUtilization(before);
  return {
    p50Us: quantile(latencies, 0.5) * 1000,
    p99Us: quantile(latencies, 0.99) * 1000,
    blockedShare: utilization,
  };
}

/** @param {import('./scenario.js').Context} context */
async function store(context) {
  const { set, close } = await openStore(context, { durable: true, lanes: 1 });
  const pairs = premadePairs(context.sizes.warmup + context.sizes.operations, PLAYERS);
  return { set: (/** @type {number} */ i) => set(...pairs[i]), close };
}

/** @param {import('./scenario.js').Context} context */
function stick({ directory, sizes }) {
  const file = openSync(join(directory, 'stick.log'), 'a');
  const lines = premadeLines(sizes.warmup + sizes.operations, PLAYERS);
  return {
    set: (/** @type {number} */ i) => {
      writeSync(file, lines[i]);
      fdatasyncSync(file);
    },
    close: () => closeSync(file),
  };
}
