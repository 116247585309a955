/** Builds a large log, or opens, compacts and reopens it while watching the heap and the event loop. */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileEngine, resolveLogOptions } from '../../src/storage/log/index.js';
import { argument, endWithParent, silent, tell } from '../support/parent.js';

export interface BigLogArgument {
  dataDir: string;
  role: 'build' | 'measure';
  keys: number;
  entries: number;
  entryBytes: number;
}

/** One stretch in which the event loop did not turn. */
export interface Stall {
  /** Beyond the probe's own interval, without the time in which the processor was given to others. */
  ms: number;
  /** Of it, the time that this thread was computing. */
  cpuMs: number;
  /** The wall clock's view, and what the thread waited for a processor. */
  wallMs: number;
  starvedMs: number;
}

export interface Phase {
  name: string;
  durationMs: number;
  maxHeapBytes: number;
  maxRssBytes: number;
  longest: Stall;
  /** The longest delay by perf_hooks.monitorEventLoopDelay, of the wall clock. */
  loopDelayMs: number;
}

const LOG = 'players';
const PROBE_MS = 5;
const HEAP_PROBE_MS = 10;
const BATCH = 8192;
const given = argument<BigLogArgument>();

async function build(): Promise<void> {
  const engine = fileEngine(resolveLogOptions({ dataDir: given.dataDir, fsync: 'never', mainFiles: false }), silent);
  await engine.open();
  const padding = 'p'.repeat(given.entryBytes);
  for (let i = 0; i < given.entries; ) {
    const batch: Promise<unknown>[] = [];
    for (; batch.length < BATCH && i < given.entries; i += 1) {
      const key = `user ${i % given.keys}`;
      const bytesBeside = 120 + key.length;
      batch.push(engine.append(LOG, { op: 'SET', key, value: { i, padding: padding.slice(bytesBeside) } }));
    }
    await Promise.all(batch);
  }
  const size = await engine.logSize(LOG);
  await engine.close();
  tell('built', size);
}

/** Time on a processor and time in wait for one, of this thread, which is the process's first. */
function scheduled(): { cpuMs: number; starvedMs: number } {
  const [cpu, starved] = readFileSync('/proc/self/schedstat', 'latin1').split(' ').map(Number) as [number, number];
  return { cpuMs: cpu / 1e6, starvedMs: starved / 1e6 };
}

async function watch(name: string, work: () => Promise<void>): Promise<Phase> {
  const phase: Phase = {
    name,
    durationMs: 0,
    maxHeapBytes: 0,
    maxRssBytes: 0,
    longest: { ms: 0, cpuMs: 0, wallMs: 0, starvedMs: 0 },
    loopDelayMs: 0,
  };
  const delay = monitorEventLoopDelay({ resolution: PROBE_MS });
  let last = performance.now();
  let lastScheduled = scheduled();
  const probe = () => {
    const now = performance.now();
    const nowScheduled = scheduled();
    const wallMs = now - last - PROBE_MS;
    const starvedMs = nowScheduled.starvedMs - lastScheduled.starvedMs;
    const ms = wallMs - starvedMs;
    if (ms > phase.longest.ms) {
      phase.longest = { ms, cpuMs: nowScheduled.cpuMs - lastScheduled.cpuMs, wallMs, starvedMs };
    }
    last = now;
    lastScheduled = nowScheduled;
  };
  const sample = () => {
    const { heapUsed, rss } = process.memoryUsage();
    phase.maxHeapBytes = Math.max(phase.maxHeapBytes, heapUsed);
    phase.maxRssBytes = Math.max(phase.maxRssBytes, rss);
  };
  const timers = [setInterval(probe, PROBE_MS), setInterval(sample, HEAP_PROBE_MS)];
  delay.enable();
  const began = performance.now();
  await work();
  // A stall at the very end shows at the next turn only.
  await new Promise((resolve) => setTimeout(resolve, PROBE_MS * 2));
  phase.durationMs = performance.now() - began;
  probe();
  sample();
  delay.disable();
  phase.loopDelayMs = delay.max / 1e6;
  for (const timer of timers) clearInterval(timer);
  return phase;
}

async function measure(): Promise<void> {
  const options = resolveLogOptions({ dataDir: given.dataDir });
  let engine = fileEngine(options, silent);
  const open = async () => {
    await engine.open();
    await engine.openLog(LOG);
  };
  tell('phase', await watch('open', open));
  let compacting = true;
  let appends = 0;
  const phase = await watch('compact', async () => {
    const compaction = engine.compact(LOG).finally(() => {
      compacting = false;
    });
    while (compacting) {
      await engine.append(LOG, { op: 'SET', key: 'on the way', value: appends });
      appends += 1;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await compaction;
  });
  tell('phase', phase);
  tell('phase', await watch('close', () => engine.close()));
  engine = fileEngine(options, silent);
  tell('phase', await watch('reopen', open));
  tell('found', {
    keys: engine.size(LOG),
    appends,
    last: await engine.get(LOG, 'on the way'),
    sample: await engine.get<{ i: number }>(LOG, `user ${given.keys - 1}`),
    sizeBytes: await engine.logSize(LOG),
  });
  await engine.close();
}

endWithParent();
await (given.role === 'build' ? build() : measure());
tell('done');
process.exit(0);
