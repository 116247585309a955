// @ts-check
// lmdb-js with its own default encoding, msgpack. A put resolves once its transaction is committed; with overlappingSync that may be before
// the flush, so a durable run waits for the flush inside the commit.
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { inBatches } from './batching-queue.js';
import { versionOf } from './installed.js';

const MAP_BYTES = 16 * 2 ** 30;

export const version = () => versionOf('lmdb');

/**
 * @param {string} directory
 * @param {import('./store.js').StoreOptions} options
 * @returns {import('./store.js').Store}
 */
export function open(directory, { durable = true } = {}) {
  const sync = durable ? { overlappingSync: false } : { noSync: true };
  const db = openLmdb({ path: join(directory, 'lmdb'), mapSize: MAP_BYTES, ...sync });
  return {
    set: (key, value) => db.put(key, value),
    get: (key) => db.get(key),
    close: () => db.close(),
  };
}

/** @param {string} directory @param {Iterable<[string, any]>} pairs */
export async function load(directory, pairs) {
  const db = openLmdb({ path: join(directory, 'lmdb'), mapSize: MAP_BYTES, noSync: true });
  for (const batch of inBatches(pairs, 10_000)) {
    db.transactionSync(() => {
      for (const [key, value] of batch) db.putSync(key, value);
    });
  }
  await db.close();
}
