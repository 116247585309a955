// @ts-check
// SQLite through better-sqlite3: one table of keys and JSON texts, WAL, synchronous=FULL where a set is to be durable.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
// @ts-expect-error It ships no types.
import Database from 'better-sqlite3';
import { batchingQueue, inBatches } from './batching-queue.js';
import { versionOf } from './installed.js';

const BINARY = new URL('../node_modules/better-sqlite3/build/Release/better_sqlite3.node', import.meta.url);
const TABLE = 'CREATE TABLE IF NOT EXISTS players (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID';
const UPSERT = 'INSERT INTO players VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value';

export const version = () => versionOf('better-sqlite3');
export const missing = () => (existsSync(BINARY) ? undefined : 'it is not installed: it could not be compiled');

/**
 * @param {string} directory
 * @param {import('./store.js').StoreOptions} options
 */
export function open(directory, { durable = true, lanes = 1 } = {}) {
  const db = openDatabase(directory, durable ? 'FULL' : 'OFF');
  const upsert = db.prepare(UPSERT);
  const select = db.prepare('SELECT value FROM players WHERE key = ?').pluck();
  const setAll = db.transaction((/** @type {import('./batching-queue.js').Waiting[]} */ batch) => {
    for (const [key, value] of batch) upsert.run(key, JSON.stringify(value));
  });
  /** @param {string} key @param {unknown} value */
  const setOne = (key, value) => void upsert.run(key, JSON.stringify(value));
  return {
    db,
    set: lanes === 1 ? setOne : batchingQueue(setAll),
    /** @param {string} key */
    get: (key) => {
      const text = select.get(key);
      return text === undefined ? undefined : JSON.parse(/** @type {string} */ (text));
    },
    compact: () => void db.exec('VACUUM'),
    close: () => void db.close(),
  };
}

/** @param {string} directory @param {Iterable<[string, any]>} pairs */
export function load(directory, pairs) {
  const db = openDatabase(directory, 'OFF');
  const upsert = db.prepare(UPSERT);
  for (const batch of inBatches(pairs, 10_000)) {
    db.transaction(() => {
      for (const [key, value] of batch) upsert.run(key, JSON.stringify(value));
    })();
  }
  db.close();
}

/** @param {string} directory @param {'FULL' | 'OFF'} synchronous */
function openDatabase(directory, synchronous) {
  const db = new Database(join(directory, 'players.sqlite'));
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${synchronous}`);
  db.exec(TABLE);
  return db;
}
