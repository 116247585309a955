// @ts-check

/**
 * Keeps `lanes` operations in flight until all are done: as soon as one has resolved, its lane begins the next.
 * Callbacks and not async functions, so that the driver costs as little as it can.
 * @param {number} operations
 * @param {number} lanes
 * @param {(i: number) => unknown} begin a store that is synchronous returns no promise
 * @returns {Promise<void>}
 */
export function inFlight(operations, lanes, begin) {
  return new Promise((resolve, reject) => {
    let begun = 0;
    let done = 0;
    const next = () => {
      while (begun < operations) {
        const promise = begin(begun++);
        if (isThenable(promise)) {
          promise.then(finished, reject);
          return;
        }
        done += 1;
      }
      if (done === operations) resolve();
    };
    const finished = () => {
      done += 1;
      next();
    };
    for (let lane = 0; lane < lanes; lane++) next();
  });
}

/** @param {any} value @returns {value is PromiseLike<unknown>} */
function isThenable(value) {
  return typeof value?.then === 'function';
}
