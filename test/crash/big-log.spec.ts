import { afterEach, describe, expect, test } from '@jest/globals';
import { Child, killAllChildren } from '../support/child.js';
import { removeAllScratch, removeScratch, scratchDirectory } from '../support/scratch.js';
import type { BigLogArgument, Phase } from './big-log-child.js';

const SCRIPT = new URL('./big-log-child.js', import.meta.url);
const LOG_BYTES = 300_000_000;
const HEAP_BYTES = 150_000_000;
const STALL_MS = 50;
/** How often a stall must show before it is the program's, unless it computed. */
const MEASURES = 4;

interface Found {
  keys: number;
  appends: number;
  last: number;
  sample: { i: number };
  sizeBytes: number;
}

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

/** Builds a log in one process, and opens, compacts and reopens it in another, which watches itself. */
async function measure(keys: number, entries: number): Promise<Phase[]> {
  const given: Omit<BigLogArgument, 'role'> = {
    dataDir: scratchDirectory(),
    keys,
    entries,
    // A little more than it must be.
    entryBytes: Math.ceil((LOG_BYTES * 1.03) / entries),
  };
  const builder = new Child(SCRIPT, { ...given, role: 'build' });
  const [, builtBytes] = await builder.message('built');
  await builder.ended;
  expect(builtBytes).toBeGreaterThan(LOG_BYTES);

  const child = new Child(SCRIPT, { ...given, role: 'measure' });
  await child.message('done');
  await child.ended;
  removeScratch(given.dataDir);
  const phases = child.messages.flatMap(([kind, phase]) => (kind === 'phase' ? [phase as Phase] : []));
  if (process.env.CRASH_FIGURES) process.stderr.write(`${keys} keys: ${JSON.stringify(phases, undefined, 1)}\n`);
  const found = child.messages.find(([kind]) => kind === 'found')?.[1] as Found;
  expect(found.keys).toBe(keys + 1);
  expect(found.last).toBe(found.appends - 1);
  expect(found.sample.i % keys).toBe(keys - 1);
  expect(found.sample.i).toBeGreaterThanOrEqual(entries - keys);
  expect(phases.map(({ name }) => name)).toEqual(['open', 'compact', 'close', 'reopen']);
  return phases;
}

/** Stalls over the bound, without the time in which the processor was given to others. */
const stalled = (phases: readonly Phase[]) => phases.filter(({ longest }) => longest.ms >= STALL_MS);

/**
 * A thread that neither computed nor waited for a processor waited for the disk, or for a thread that was itself kept
 * waiting: on a busy machine that may be somebody else's doing, so it counts when it happens every time. Computing
 * always counts.
 */
const maybeOthers = (phases: readonly Phase[]) => stalled(phases).every(({ longest }) => longest.cpuMs < STALL_MS);

describe('a log of 300 MB', () => {
  test.each([
    ['200,000 keys written over and over', 200_000, 860_000],
    ['860,000 distinct keys', 860_000, 860_000],
    ['2,000,000 distinct keys', 2_000_000, 2_000_000],
  ])(
    'with %s opens, compacts and reopens in bounded memory without holding up the event loop',
    async (_, keys, entries) => {
      let phases = await measure(keys, entries);
      for (let again = 1; again < MEASURES && stalled(phases).length > 0 && maybeOthers(phases); again += 1) {
        phases = await measure(keys, entries);
      }
      expect(phases.filter(({ maxHeapBytes }) => maxHeapBytes >= HEAP_BYTES)).toEqual([]);
      expect(stalled(phases)).toEqual([]);
    },
    300_000,
  );
});
