// @ts-check
// Opening to the first correct get: S4 with small values, S4L with large ones.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { finalRecord, removeIndexFiles, setsFixture } from '../fixtures.js';
import { parseEveryLine } from '../parse-every-line.js';
import { openStore, participantNamed } from '../participants/store.js';
import { peakRssOf } from '../process-memory.js';
import { keyOf } from '../records.js';
import { figureOf, timesAs } from './scenario.js';

const MIB = 1024 * 1024;
const OURS = [
  { participant: 'ours', label: 'nest-append-log, no index file', settings: { index: false } },
  { participant: 'ours', id: 'ours-index', label: 'nest-append-log, index file', settings: { index: true } },
];
const PEERS = ['lmdb', 'better-sqlite3', 'classic-level', 'redis', 'nedb', 'lowdb'];

/**
 * @param {{ id: string, title: string, records: string, games: number, atMostTimesStick: number,
 *   sizes: import('./scenario.js').Scenario['sizes'] }} options
 * @returns {import('./scenario.js').Scenario}
 */
export function openingScenario({ id, title, records, games, sizes, atMostTimesStick }) {
  /** @param {import('./scenario.js').Sizes} sizes @returns {import('./scenario.js').Fixture} */
  const fixtureOf = ({ sets, keys }) => setsFixture({ sets, keys, games, use: 'link' });
  return {
    id,
    title,
    stick: 'JSON.parse of every line into a Map, a chunk at a time',
    what: ({ sets, keys }) =>
      `${sets} sets of ${records} records over ${keys} keys, closed cleanly; opened until the first correct get ` +
      '(for Redis: the server is started until it answers); every page of every file is in the page cache',
    sizes,
    entrants: [...OURS, 'stick', ...PEERS],
    figures: [
      { name: 'openMs', label: 'open to first get', unit: 'ms' },
      { name: 'peakRssBytes', label: 'peak RSS', unit: 'MB' },
    ],
    ratio: 'cost',
    goals: [
      {
        text: 'without an index file, × stick',
        atMost: atMostTimesStick,
        unit: '×',
        isOnPlot: true,
        value: (round) => timesAs(round, 'ours', 'openMs'),
      },
      {
        text: 'with the index file',
        atMost: 15,
        unit: 'ms',
        value: (round) => figureOf(round, 'ours-index', 'openMs'),
      },
      {
        text: 'peak RSS without an index file',
        atMost: 90 * MIB,
        unit: 'MB',
        value: (round) => figureOf(round, 'ours', 'peakRssBytes'),
      },
    ],
    fixture: (chosen, { participant }) => ({
      ...fixtureOf(chosen),
      of: participant === 'stick' ? 'ours' : participant,
    }),
    measure: (context) => measure(context, fixtureOf(context.sizes)),
  };
}

/**
 * @param {import('./scenario.js').Context} context
 * @param {import('./scenario.js').Fixture} fixture
 */
async function measure(context, fixture) {
  const { directory, entrant } = context;
  if (entrant.settings.index === false) removeIndexFiles(directory);
  const player = Math.floor(fixture.keys / 3);
  const expected = finalRecord(fixture, player);

  // Loading the code of a store is not part of opening a directory with it.
  await participantNamed(entrant.participant);
  const start = performance.now();
  const { found, pid } = await (entrant.participant === 'stick' ? parse(directory, player) : get(context, player));
  const openMs = performance.now() - start;
  assert.deepEqual(found, expected);
  return { openMs, peakRssBytes: peakRssOf(pid) };
}

/** @param {string} directory @param {number} player */
function parse(directory, player) {
  const found = parseEveryLine(join(directory, 'logs', 'players.log')).get(keyOf(player));
  return { found, pid: undefined };
}

/** @param {import('./scenario.js').Context} context @param {number} player */
async function get(context, player) {
  const store = await openStore(context, { durable: true });
  return { found: await store.get(keyOf(player)), pid: store.pid };
}
