// @ts-check
// The replicated engine on one server and on three, beside bare publishes of the same messages and beside files with an
// fsync for each batch. Not one of the scenarios with a goal.
import assert from 'node:assert/strict';
import { companion } from '../companions.js';
import { inFlight } from '../lanes.js';
import { participantNamed } from '../participants/store.js';
import { premadePairs } from '../premade.js';
import { keyOf, playerRecord, scramble } from '../records.js';
import { quantile } from '../statistics.js';

const FILL_LANES = 256;
const LANES = [16, 64, 256];
const CALLERS = 64;
const PROCESSES = 3;
const COUNTER = 'counter';

/** @type {import('./scenario.js').Scenario} */
export const scenario = {
  id: 'cluster',
  title: 'The replicated engine',
  stick: 'none',
  what: () => '',
  sizes: {
    full: { keys: 100_000, awaited: 2000, perLane: 200, counts: 3000, gets: 200_000, uncached: 3000, watched: 1000 },
    quick: { keys: 2000, awaited: 200, perLane: 20, counts: 192, gets: 5000, uncached: 200, watched: 100 },
  },
  entrants: [
    { participant: 'ours', id: 'files', label: 'files', settings: {} },
    { participant: 'raw-jetstream', id: 'raw-1', label: 'raw publishes, 1 server', settings: { servers: 1 } },
    { participant: 'jetstream', id: 'ours-1', label: 'replicated engine, 1 server', settings: { servers: 1 } },
    { participant: 'raw-jetstream', id: 'raw-3', label: 'raw publishes, 3 servers', settings: { servers: 3 } },
    { participant: 'jetstream', id: 'ours-3', label: 'replicated engine, 3 servers', settings: { servers: 3 } },
  ],
  figures: [
    { name: 'perSecond1', label: 'Acknowledged writes, 1 in flight', unit: '/s' },
    ...LANES.map((lanes) => ({
      name: `perSecond${lanes}`,
      label: `Acknowledged writes, ${lanes} in flight`,
      unit: /** @type {const} */ ('/s'),
    })),
    { name: 'p50Us', label: 'One awaited append, p50', unit: 'µs' },
    { name: 'p99Us', label: 'One awaited append, p99', unit: 'µs' },
    { name: 'countsPerSecond', label: '`update` of one key, 64 callers in one process', unit: '/s' },
    { name: 'sharedCountsPerSecond', label: '`update` of one key, 64 callers in each of three processes', unit: '/s' },
    { name: 'getsPerSecond', label: '`get` of a cached value, one at a time', unit: '/s' },
    { name: 'uncachedPerSecond', label: '`get` of a value beyond the cache, one at a time', unit: '/s' },
    { name: 'openMs', label: 'Start of a process, to a view of every key', unit: 'ms' },
    { name: 'rssBytes', label: 'Its resident memory', unit: 'MB' },
    { name: 'seenP50Us', label: 'Seen by another process after the call, p50', unit: 'µs' },
    { name: 'seenP99Us', label: 'Seen by another process after the call, p99', unit: 'µs' },
    { name: 'behindP50Us', label: 'Seen by another process after the acknowledgement, p50', unit: 'µs' },
    { name: 'behindP99Us', label: 'Seen by another process after the acknowledgement, p99', unit: 'µs' },
  ],
  ratio: 'speed',
  goals: [],
  measure,
};

/** @param {import('./scenario.js').Context} context */
async function measure(context) {
  const { directory, entrant, sizes } = context;
  const { open } = /** @type {any} */ (await participantNamed(entrant.participant));
  // Only the servers' side needs their client; the files do without.
  const { startServers } = await import('../participants/nats-servers.js');
  const cluster = entrant.settings.servers ? await startServers(directory, entrant.settings.servers) : undefined;
  const place = cluster
    ? { participant: entrant.participant, servers: cluster.servers }
    : { participant: entrant.participant, directory };
  const opened = (/** @type {object} */ options) =>
    cluster ? open({ servers: cluster.servers, ...options }) : open(directory, options);
  try {
    await fill(opened, sizes.keys);
    const start = await startOfAnother(place, sizes.keys);
    const uncached = { uncachedPerSecond: await getsOf(await opened({ cacheBytes: 0 }), sizes.keys, sizes.uncached) };
    return { ...start, ...uncached, ...(await use(await opened({}), place, sizes)) };
  } finally {
    await cluster?.stop();
  }
}

/** @param {(options: object) => Promise<import('../participants/store.js').SharedStore>} opened @param {number} keys */
async function fill(opened, keys) {
  const store = await opened({});
  await inFlight(keys, FILL_LANES, (i) => store.set(keyOf(i), playerRecord(i, 0)));
  await store.close();
}

/** @param {import('../companion.js').Place} place @param {number} keys */
async function startOfAnother(place, keys) {
  const other = await companion({ ...place, follow: true });
  await other.stop();
  assert.equal(other.began.keys, keys);
  return { openMs: other.began.openMs, rssBytes: other.began.rssBytes };
}

/** Random keys, each awaited; closes the store. @param {any} store @param {number} keys @param {number} gets */
async function getsOf(store, keys, gets) {
  const player = (/** @type {number} */ i) => scramble(i, 3) % keys;
  assert.deepEqual(await store.get(keyOf(player(0))), playerRecord(player(0), 0));
  const perSecond = await rate(gets, 1, (i) => store.get(keyOf(player(i))));
  await store.close();
  return perSecond;
}

/**
 * @param {import('../participants/store.js').SharedStore} store
 * @param {import('../companion.js').Place} place
 * @param {import('./scenario.js').Sizes} sizes
 */
async function use(store, place, sizes) {
  const pairs = premadePairs(sizes.keys, sizes.keys);
  const write = (/** @type {number} */ i) => store.set(...pairs[i % pairs.length]);
  await inFlight(FILL_LANES, FILL_LANES, write);
  /** @type {import('./scenario.js').Figures} */
  const figures = await awaitedOneByOne(sizes.awaited, write);
  for (const lanes of LANES) figures[`perSecond${lanes}`] = await rate(lanes * sizes.perLane, lanes, write);
  figures.countsPerSecond = await rate(sizes.counts, CALLERS, () => store.count(COUNTER));
  // The raw limit has no view to read from.
  if (place.participant !== 'raw-jetstream') {
    assert.equal(await store.get(COUNTER), sizes.counts, 'no update is lost');
    figures.getsPerSecond = await rate(sizes.gets, 1, (i) => store.get(pairs[i % 100][0]));
  }
  if (place.servers) {
    figures.sharedCountsPerSecond = await countTogether(place, sizes.counts);
    if (place.participant === 'jetstream') await seesCounted(store, sizes.counts * 2);
    Object.assign(figures, await seenByAnother(store, place, sizes.watched));
  }
  await store.close();
  return figures;
}

/** @param {number} operations @param {number} lanes @param {(i: number) => unknown} begin */
async function rate(operations, lanes, begin) {
  const start = performance.now();
  await inFlight(operations, lanes, begin);
  return (operations / (performance.now() - start)) * 1000;
}

/** @param {number} operations @param {(i: number) => Promise<unknown>} write */
async function awaitedOneByOne(operations, write) {
  const latenciesMs = new Float64Array(operations);
  const perSecond1 = await rate(operations, 1, async (i) => {
    const start = performance.now();
    await write(i);
    latenciesMs[i] = performance.now() - start;
  });
  return { perSecond1, p50Us: quantile(latenciesMs, 0.5) * 1000, p99Us: quantile(latenciesMs, 0.99) * 1000 };
}

/** @param {import('../companion.js').Place} place @param {number} counts of all together */
async function countTogether(place, counts) {
  const others = await Promise.all(Array.from({ length: PROCESSES }, () => companion(place)));
  const task = { task: 'count', key: COUNTER, times: counts / PROCESSES, lanes: CALLERS };
  const start = performance.now();
  await Promise.all(others.map((other) => other.ask(task)));
  const perSecond = (counts / (performance.now() - start)) * 1000;
  await Promise.all(others.map((other) => other.stop()));
  return perSecond;
}

/** The count of three processes is whole; who did not count sees it by an update of its own. @param {any} store @param {number} counts */
async function seesCounted(store, counts) {
  await store.count(COUNTER);
  assert.equal(await store.get(COUNTER), counts + 1, 'no update is lost');
}

/**
 * @param {import('../participants/store.js').SharedStore} store
 * @param {import('../companion.js').Place} place
 * @param {number} watched
 */
async function seenByAnother(store, place, watched) {
  const other = await companion({ ...place, follow: true });
  const key = (/** @type {number} */ i) => `watched ${i}`;
  /** @type {{ called: number, acknowledged: number }[]} */
  const writes = [];
  for (let i = 0; i < watched; i++) {
    const called = Number(process.hrtime.bigint());
    await store.set(key(i), playerRecord(i, 1));
    writes.push({ called, acknowledged: Number(process.hrtime.bigint()) });
  }
  const seen = await seenAll(other, watched);
  await other.stop();
  const afterCall = writes.map(({ called }, i) => (seen[key(i)] - called) / 1000);
  // Where the other one saw it first, it was not behind.
  const behind = writes.map(({ acknowledged }, i) => Math.max(0, (seen[key(i)] - acknowledged) / 1000));
  return {
    seenP50Us: quantile(afterCall, 0.5),
    seenP99Us: quantile(afterCall, 0.99),
    behindP50Us: quantile(behind, 0.5),
    behindP99Us: quantile(behind, 0.99),
  };
}

/** @param {Awaited<ReturnType<typeof companion>>} other @param {number} count @returns {Promise<Record<string, number>>} */
async function seenAll(other, count) {
  for (;;) {
    const seen = await other.ask({ task: 'seen' });
    if (Object.keys(seen).filter((key) => key.startsWith('watched')).length === count) return seen;
  }
}
