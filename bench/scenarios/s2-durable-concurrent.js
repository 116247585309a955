// @ts-check
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { premadeLines } from '../premade.js';
import { setsPerSecond } from './concurrent-sets.js';
import { timesAs, timesTheBest } from './scenario.js';

const PEERS = ['lmdb', 'better-sqlite3', 'classic-level', 'redis'];
const LANES = 1000;
const BATCHES = 16;

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'S2',
  title: 'Durable sets, 1,000 in flight',
  stick: '1,000 ready-made lines per writeSync + fdatasyncSync',
  what: ({ operations }) => `${operations} sets of a small record over 16,000 keys; acknowledged sets per second`,
  sizes: { full: { warmup: 20_000, operations: 100_000 }, quick: { warmup: 2_000, operations: 20_000 } },
  repeats: 3,
  entrants: ['ours', 'stick', ...PEERS],
  figures: [{ name: 'perSecond', label: 'sets per second', unit: '/s' }],
  ratio: 'speed',
  goals: [
    { text: '× the best peer', atLeast: 3, unit: '×', value: (round) => timesTheBest(round, PEERS, 'perSecond') },
    {
      text: '× stick',
      atLeast: 0.25,
      unit: '×',
      isOnPlot: true,
      value: (round) => timesAs(round, 'ours', 'perSecond'),
    },
    {
      text: '× the best peer',
      atLeast: 5,
      unit: '×',
      stretch: true,
      value: (round) => timesTheBest(round, PEERS, 'perSecond'),
    },
  ],
  measure: (context) =>
    context.entrant.participant === 'stick' ? stick(context) : setsPerSecond(context, { durable: true, lanes: LANES }),
};

/** @param {import('./scenario.js').Context} context */
function stick({ directory, sizes }) {
  const lines = premadeLines(BATCHES * LANES, BATCHES * LANES);
  const batches = Array.from({ length: BATCHES }, (_, i) => Buffer.concat(lines.slice(i * LANES, (i + 1) * LANES)));
  const file = openSync(join(directory, 'stick.log'), 'a');
  const write = (/** @type {number} */ sets) => {
    for (let i = 0; i * LANES < sets; i++) {
      writeSync(file, batches[i % BATCHES]);
      fdatasyncSync(file);
    }
  };
  write(sizes.warmup);
  const start = performance.now();
  write(sizes.operations);
  const perSecond = (sizes.operations / (performance.now() - start)) * 1000;
  closeSync(file);
  return Promise.resolve({ perSecond });
}
