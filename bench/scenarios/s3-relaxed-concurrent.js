// @ts-check
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf, premadePairs } from '../premade.js';
import { setsPerSecond } from './concurrent-sets.js';
import { timesAs } from './scenario.js';

const LANES = 1000;
const POOL = 16_000;
const NEDB = { participant: 'nedb', settings: { operationsShare: 0.2 } };
/** lowdb makes one text of all that it holds at each set: the more it is given to hold, the longer each one takes. */
const LOWDB = { participant: 'lowdb', settings: { operationsShare: 0.01 } };

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'S3',
  title: 'Sets without an fsync each, 1,000 in flight',
  stick: 'JSON.stringify and 1,000 lines per writeSync',
  what: ({ operations }) =>
    `${operations} sets of a small record over 16,000 keys (nedb a fifth, lowdb a hundredth of them); acknowledged sets per second`,
  sizes: { full: { warmup: 20_000, operations: 300_000 }, quick: { warmup: 2_000, operations: 20_000 } },
  entrants: ['ours', 'stick', 'lmdb', 'better-sqlite3', 'classic-level', 'redis', NEDB, LOWDB],
  figures: [{ name: 'perSecond', label: 'sets per second', unit: '/s' }],
  ratio: 'speed',
  goals: [
    { text: '× stick', atLeast: 0.9, unit: '×', isOnPlot: true, value: (round) => timesAs(round, 'ours', 'perSecond') },
  ],
  measure: (context) =>
    context.entrant.participant === 'stick' ? stick(context) : setsPerSecond(context, { durable: false, lanes: LANES }),
};

/** @param {import('./scenario.js').Context} context */
function stick({ directory, sizes }) {
  const pairs = premadePairs(POOL, POOL);
  const file = openSync(join(directory, 'stick.log'), 'a');
  let seq = 0;
  const write = (/** @type {number} */ sets) => {
    for (const end = seq + sets; seq < end; ) {
      let text = '';
      for (let i = 0; i < LANES; i++, seq++) text += lineOf(seq, ...pairs[seq % POOL]);
      writeSync(file, text);
    }
  };
  write(sizes.warmup);
  const start = performance.now();
  write(sizes.operations);
  const perSecond = (sizes.operations / (performance.now() - start)) * 1000;
  closeSync(file);
  return Promise.resolve({ perSecond });
}
