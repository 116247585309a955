// @ts-check
// Another process on the same log: says how long its start took, then does what it is told.
import { inFlight } from './lanes.js';
import { participantNamed } from './participants/store.js';
import { collect, rssOf } from './process-memory.js';

/** @typedef {{ participant: string, servers?: string[], directory?: string, follow?: boolean }} Place */

process.on('disconnect', () => process.exit(0));

const { participant, directory, ...options } = /** @type {Place} */ (JSON.parse(process.argv[2] ?? ''));
// Loading the code is not part of the start, as in the other scenarios.
const { open } = /** @type {any} */ (await participantNamed(participant));
const start = performance.now();
/** @type {import('./participants/store.js').SharedStore & { openLog?: () => Promise<unknown> }} */
const store = await open(directory ?? options);
await store.openLog?.();
const openMs = performance.now() - start;
/** @type {Record<string, number>} when each key was seen, by the clock that all processes share */
const seenAtNs = {};
store.onSet?.((key) => {
  seenAtNs[key] = Number(process.hrtime.bigint());
});

/** @type {Record<string, (task: any) => unknown>} */
const TASKS = {
  /** @param {{ key: string, times: number, lanes: number }} task */
  count: ({ key, times, lanes }) => inFlight(times, lanes, () => store.count(key)),
  seen: () => seenAtNs,
  close: () => store.close(),
};

process.on('message', async (/** @type {{ task: string }} */ message) => {
  try {
    process.send?.({ result: (await TASKS[message.task](message)) ?? true });
  } catch (error) {
    process.send?.({ fails: String(error) });
  }
});
collect();
process.send?.({ result: { openMs, rssBytes: rssOf(), keys: store.keys() } });
