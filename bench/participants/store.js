// @ts-check
// What a scenario asks of a participant. A participant's file is imported in the child process that measures it, and
// only there: a peer that is not installed costs nothing and breaks nothing.

/**
 * @typedef {object} StoreOptions
 * @property {boolean} [durable] every set is on the disk before it is acknowledged
 * @property {number} [lanes] how many sets will be in flight; for more than 1 a store that cannot gather them itself
 *   is given a queue that does
 * @property {number} [cacheBytes]
 * @property {boolean} [mainFiles]
 * @property {number} [spaceAheadBytes] ours
 * @property {number} [compactAfter] ours, when it is filled: it is compacted once after so many sets
 */

/**
 * @typedef {object} Store
 * @property {(key: string, value: any) => unknown} set a promise, or nothing where the store is synchronous
 * @property {(key: string) => unknown} get a promise or the value
 * @property {() => unknown} close
 * @property {() => Promise<unknown>} [openLog] what the first call would do otherwise
 * @property {() => unknown} [compact]
 * @property {() => any} [stats]
 * @property {number} [pid] of the server process, whose memory and writes count
 */

/**
 * What several processes share, as `--cluster` measures it; the files of one process lack some of it.
 * @typedef {object} SharedStore
 * @property {(key: string, value: any) => Promise<unknown>} set
 * @property {(key: string) => Promise<unknown>} get
 * @property {(key: string) => Promise<unknown>} count adds one to the number that is there, by compare-and-set
 * @property {(listener: (key: string) => void) => unknown} [onSet] whenever this process sees a value, whoever wrote it
 * @property {() => number} keys
 * @property {() => Promise<unknown>} close
 */

/**
 * @typedef {object} Participant
 * @property {() => string} version
 * @property {() => string | undefined} [missing] why it cannot run here
 * @property {(directory: string, options?: StoreOptions) => Store | Promise<Store>} open
 * @property {(directory: string, pairs: Iterable<[string, any]>, options?: StoreOptions) => unknown} [load] fills a new directory, fast
 */

/** In the order of the tables. */
export const PARTICIPANTS = Object.freeze([
  'ours',
  'stick',
  'lmdb',
  'better-sqlite3',
  'classic-level',
  'redis',
  'nedb',
  'lowdb',
]);

/**
 * @param {string} name
 * @returns {Promise<Participant>}
 */
export async function participantNamed(name) {
  return import(new URL(`./${name}.js`, import.meta.url).href);
}

/**
 * The store of the entrant that is measured.
 * @param {import('../scenarios/scenario.js').Context} context
 * @param {StoreOptions} options
 */
export async function openStore({ entrant, directory, options: { mainFiles } }, options) {
  const { open } = await participantNamed(entrant.participant);
  const { spaceAheadBytes } = entrant.settings;
  return open(directory, { mainFiles, spaceAheadBytes, ...options });
}
