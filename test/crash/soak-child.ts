/** Loads one directory for a given time, tells what the process holds now and then. Needs --expose-gc. */
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileEngineOn, type LogEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { guardedDisk } from '../support/guarded-disk.js';
import { systemError } from '../support/memory-disk.js';
import { argument, endWithParent, silent, tell } from '../support/parent.js';
import { Random } from '../support/random.js';
import type { Sample } from './lab/soak/judgement.js';
import { SoakLoad } from './lab/soak/load.js';

export type Leak = 'streams' | 'entries' | 'timers';

export interface SoakArgument {
  dataDir: string;
  seed: number;
  ms: number;
  /** What is forgotten on purpose, to see that it is found. */
  leak?: Leak;
}

const { dataDir, seed, ms, leak } = argument<SoakArgument>();
const random = new Random(seed);
const began = performance.now();
const forgotten: unknown[] = [];
let room = true;
let fsyncs = true;

const disk = guardedDisk(async (call, perform) => {
  if (!room && (call.name === 'write' || call.name === 'open') && call.changes) {
    if (call.performHalf && random.chance(0.5)) await call.performHalf();
    throw systemError('ENOSPC', call.path);
  }
  if (!fsyncs && call.name === 'sync' && /\.log(\.compacting)?$/.test(call.path)) throw systemError('EIO', call.path);
  return perform();
});

async function opened(): Promise<LogEngine> {
  const fsync = random.pick(['always', 'always', 'everysec', 'never'] as const);
  const options = resolveLogOptions({
    dataDir,
    fsync,
    cacheBytes: 64 * 1024,
    mainFiles: { maxStaleMs: random.below(20) },
  });
  const engine = fileEngineOn(disk)(options, silent);
  await engine.open();
  await engine.openLog('players');
  if (leak === 'entries') engine.onChange((_, entry) => forgotten.push(entry));
  return engine;
}

/** What goes wrong while there is no room, or an fsync fails, is the load's to judge. */
async function trouble(engine: LogEngine, during: Promise<void>): Promise<void> {
  const dice = random.next();
  await delay(random.below(20));
  if (dice < 0.4) {
    room = false;
    await delay(random.below(30));
    room = true;
  } else if (dice < 0.5) {
    fsyncs = false;
    await delay(random.below(10));
    fsyncs = true;
  }
  await during;
  if (leak === 'streams') forgotten.push(await leftOpen(engine));
  if (leak === 'timers') forgotten.push(setInterval(() => undefined, 1_000_000));
}

async function leftOpen(engine: LogEngine): Promise<unknown> {
  const stream = engine.stream('players')[Symbol.asyncIterator]();
  await stream.next();
  return stream;
}

async function sample(): Promise<void> {
  // What was closed may still be on its way back from the thread that closes it.
  await delay(20);
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const told: Sample = {
    atMs: performance.now() - began,
    rssBytes: rss,
    heapBytes: heapUsed,
    externalBytes: external,
    openFiles: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo().length,
    filesInDirectory: readdirSync(dataDir, { recursive: true }).length,
  };
  tell('sample', told);
}

async function run(): Promise<void> {
  const load = new SoakLoad(random, (what) => tell('wrong', what));
  let engine = await opened();
  while (performance.now() - began < ms) {
    await trouble(engine, load.burst(engine));
    if (random.chance(0.3) || engine.stats('players').poisoned !== undefined) {
      await load.close(engine);
      engine = await opened();
      await load.audit(engine);
    }
    await sample();
  }
  await load.audit(engine);
  await load.close(engine);
  tell('done', load.tallies);
  process.exit(0);
}

endWithParent();
run().catch((error) => {
  tell('failed', String((error as Error)?.stack ?? error));
  process.exit(1);
});
