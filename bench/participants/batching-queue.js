// @ts-check
// What anybody writes around a store that has transactions and no group commit of its own: sets wait until the one
// under way is done and then go out together.

/** More in one transaction gains nothing, and keeps the event loop for longer. */
const LARGEST_BATCH = 1000;

/** @typedef {[key: string, value: unknown, resolve: (value?: unknown) => void, reject: (reason: unknown) => void]} Waiting */

/**
 * @param {(batch: Waiting[]) => unknown} write makes the whole batch durable
 * @returns {(key: string, value: unknown) => Promise<unknown>}
 */
export function batchingQueue(write) {
  /** @type {Waiting[]} */
  let queue = [];
  let running = false;

  async function drain() {
    while (queue.length > 0) {
      const batch = queue.length <= LARGEST_BATCH ? queue : queue.slice(0, LARGEST_BATCH);
      queue = queue.slice(batch.length);
      try {
        await write(batch);
        for (const [, , resolve] of batch) resolve();
      } catch (error) {
        for (const [, , , reject] of batch) reject(error);
      }
    }
    running = false;
  }

  return (key, value) =>
    new Promise((resolve, reject) => {
      queue.push([key, value, resolve, reject]);
      if (running) return;
      running = true;
      setImmediate(drain);
    });
}

/**
 * @template T
 * @param {Iterable<T>} items
 * @param {number} size
 * @returns {Generator<T[]>}
 */
export function* inBatches(items, size) {
  /** @type {T[]} */
  let batch = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
