// @ts-check
// This project's engine, by its front door, with the defaults that a user gets: main files on, 32 MiB of cache.
import { readFileSync } from 'node:fs';
import { fileEngine, resolveLogOptions } from '../../dist/storage/log/index.js';

export const LOG = 'players';
export const version = () => JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

const SILENT = { log() {}, warn: console.warn, error: console.error };

/**
 * @param {string} directory
 * @param {import('./store.js').StoreOptions} options
 */
export async function open(directory, { durable = true, cacheBytes, mainFiles = true, spaceAheadBytes } = {}) {
  const fsync = durable ? 'always' : 'never';
  const options = resolveLogOptions({ dataDir: directory, fsync, cacheBytes, mainFiles, spaceAheadBytes });
  const engine = fileEngine(options, SILENT);
  await engine.open();
  return {
    /** @param {string} key @param {unknown} value */
    set: (key, value) => engine.append(LOG, { op: 'SET', key, value }),
    /** @param {string} key */
    get: (key) => engine.get(LOG, key),
    /** @param {string} key */
    count: (key) => engine.update(LOG, key, (/** @type {number | undefined} */ counted = 0) => counted + 1),
    keys: () => engine.size(LOG),
    openLog: () => engine.openLog(LOG),
    compact: () => engine.compact(LOG),
    stats: () => engine.stats(LOG),
    close: () => engine.close(),
  };
}

/** @param {string} directory @param {Iterable<[string, any]>} pairs @param {import('./store.js').StoreOptions} options */
export async function load(directory, pairs, { mainFiles, compactAfter = 0 } = {}) {
  const store = await open(directory, { durable: false, mainFiles });
  const iterator = pairs[Symbol.iterator]();
  const fill = (/** @type {number} */ most) => {
    let left = most;
    const lane = async () => {
      while (left-- > 0) {
        const { done, value } = iterator.next();
        if (done) return;
        await store.set(...value);
      }
    };
    return Promise.all(Array.from({ length: 1000 }, lane));
  };
  await fill(compactAfter);
  if (compactAfter > 0) await store.compact();
  await fill(Number.POSITIVE_INFINITY);
  await store.close();
}
