// @ts-check
// LevelDB through classic-level, JSON values, `sync: true` where a set is to be durable.
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { batchingQueue, inBatches } from './batching-queue.js';
import { versionOf } from './installed.js';

export const version = () => versionOf('classic-level');

/**
 * @param {string} directory
 * @param {import('./store.js').StoreOptions} options
 * @returns {Promise<import('./store.js').Store>}
 */
export async function open(directory, { durable = true, lanes = 1 } = {}) {
  const db = await openLevel(directory);
  const options = { sync: durable };
  const setAll = (/** @type {import('./batching-queue.js').Waiting[]} */ waiting) =>
    db.batch(
      waiting.map(([key, value]) => ({ type: 'put', key, value })),
      options,
    );
  return {
    set: lanes === 1 ? (key, value) => db.put(key, value, options) : batchingQueue(setAll),
    get: (key) => db.get(key),
    compact: () => db.compactRange('', '\uffff'),
    close: () => db.close(),
  };
}

/** @param {string} directory @param {Iterable<[string, any]>} pairs */
export async function load(directory, pairs) {
  const db = await openLevel(directory);
  for (const batch of inBatches(pairs, 1000)) {
    await db.batch(batch.map(([key, value]) => ({ type: 'put', key, value })));
  }
  await db.close();
}

/** @param {string} directory */
async function openLevel(directory) {
  /** @type {ClassicLevel<string, any>} */
  const db = new ClassicLevel(join(directory, 'level'), { valueEncoding: 'json' });
  await db.open();
  return db;
}
