// @ts-check
import { inFlight } from '../lanes.js';
import { openStore } from '../participants/store.js';
import { premadePairs } from '../premade.js';

const POOL = 16_000;

/**
 * @param {import('./scenario.js').Context} context
 * @param {{ durable: boolean, lanes: number }} options
 */
export async function setsPerSecond(context, { durable, lanes }) {
  const { operationsShare = 1 } = context.entrant.settings;
  const warmup = context.sizes.warmup * operationsShare;
  const operations = context.sizes.operations * operationsShare;
  const pairs = premadePairs(POOL, POOL);
  const store = await openStore(context, { durable, lanes });
  await inFlight(warmup, lanes, (i) => store.set(...pairs[i % POOL]));

  const start = performance.now();
  await inFlight(operations, lanes, (i) => store.set(...pairs[(warmup + i) % POOL]));
  const perSecond = (operations / (performance.now() - start)) * 1000;
  await store.close();
  return { perSecond };
}
