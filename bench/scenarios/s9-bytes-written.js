// @ts-check
import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../participants/store.js';
import { premadeLines, premadePairs } from '../premade.js';
import { difference, writtenSoFar } from '../written-bytes.js';
import { figureOf, OURS_AHEAD, timesAs } from './scenario.js';

const AHEAD = { participant: 'stick', id: 'ahead', label: 'raw limit, space written ahead', settings: { ahead: true } };
const SPARE_BYTES = 64 * 1024;

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'S9',
  title: 'Bytes written per logical byte',
  stick: 'writeSync + fdatasyncSync of a ready-made line',
  what: ({ operations, players }) =>
    `${operations} durable updates of ${players} players, one at a time, then a compaction (ours) and a clean close, ` +
    'main files included; bytes that the device wrote, per byte of key and JSON value. The whole device counts: ' +
    'other programs add to it',
  sizes: { full: { operations: 20_000, players: 2_000 }, quick: { operations: 500, players: 50 } },
  entrants: ['ours', OURS_AHEAD, 'stick', AHEAD, 'lmdb', 'better-sqlite3', 'classic-level', 'redis'],
  figures: [
    { name: 'onDisk', label: 'by the device', unit: '×' },
    { name: 'handed', label: 'handed to write', unit: '×' },
  ],
  ratio: 'cost',
  goals: [
    { text: 'handed to write', atMost: 1.8, unit: '×', value: (round) => figureOf(round, 'ours', 'handed') },
    {
      text: 'by the device, × stick',
      atMost: 0.4,
      unit: '×',
      isOnPlot: true,
      value: (round) => timesAs(round, 'ours', 'onDisk'),
    },
    {
      text: 'by the device, × stick, with space written ahead',
      atMost: 0.4,
      unit: '×',
      stretch: true,
      value: (round) => timesAs(round, OURS_AHEAD.id, 'onDisk'),
    },
  ],
  measure: (context) => (context.entrant.participant === 'stick' ? stick(context) : store(context)),
};

/** @param {import('./scenario.js').Context} context */
async function store(context) {
  const { directory, entrant, sizes } = context;
  const opened = await openStore(context, { durable: true, lanes: 1 });
  await opened.openLog?.();
  const pairs = premadePairs(sizes.operations, sizes.players);
  const before = writtenSoFar(directory, opened.pid);
  for (const [key, value] of pairs) await opened.set(key, value);
  if (entrant.participant === 'ours') await opened.compact?.();
  // A server takes its counters with it when it goes.
  if (opened.pid === undefined) await opened.close();
  const written = difference(before, writtenSoFar(directory, opened.pid));
  if (opened.pid !== undefined) await opened.close();
  return perLogicalByte(written, sizes);
}

/** @param {import('./scenario.js').Context} context */
async function stick({ directory, entrant, sizes }) {
  const lines = premadeLines(sizes.operations, sizes.players);
  const file = openSync(join(directory, 'stick.log'), 'w');
  if (entrant.settings.ahead) {
    const bytes = lines.reduce((sum, line) => sum + line.length, SPARE_BYTES);
    writeSync(file, Buffer.alloc(bytes, '\n'));
    fsyncSync(file);
  }
  const before = writtenSoFar(directory);
  let offset = 0;
  for (const line of lines) {
    writeSync(file, line, 0, line.length, offset);
    fdatasyncSync(file);
    offset += line.length;
  }
  closeSync(file);
  return perLogicalByte(difference(before, writtenSoFar(directory)), sizes);
}

/** @param {import('../written-bytes.js').Written} written @param {import('./scenario.js').Sizes} sizes */
function perLogicalByte({ handed, disk }, { operations, players }) {
  const pairs = premadePairs(operations, players);
  const logical = pairs.reduce((sum, [key, value]) => sum + key.length + JSON.stringify(value).length, 0);
  return { onDisk: disk / logical, handed: handed / logical };
}
