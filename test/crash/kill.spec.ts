import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { FsyncMode } from '../../src/storage/log/index.js';
import { auditBytes, auditDirectory } from '../support/audit.js';
import { Child, killAllChildren } from '../support/child.js';
import { type Random, withSeed } from '../support/random.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';
import { LogModel, takeMessage } from '../support/write-model.js';
import type { WriterArgument } from './writer-child.js';

const SCRIPT = new URL('./writer-child.js', import.meta.url);
const LOGS = ['players', 'tokens'];
const IDS_PER_ROUND = 1_000_000;

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

interface Killing {
  rounds: number;
  fsync: FsyncMode;
  writers: number;
  compacts(random: Random): boolean;
}

interface Outcome {
  acknowledged: number;
  /** Rounds that were killed after a compaction had begun to run. */
  compacted: number;
  torn: number;
}

/** Kills one writer after the other on the same directory, and looks at what is left after each. */
async function killAgainAndAgain(random: Random, killing: Killing): Promise<Outcome> {
  const dataDir = scratchDirectory();
  const models = new Map(LOGS.map((log) => [log, new LogModel()]));
  const outcome: Outcome = { acknowledged: 0, compacted: 0, torn: 0 };
  for (let round = 0; round < killing.rounds; round += 1) {
    const given: WriterArgument = {
      dataDir,
      fsync: killing.fsync,
      seed: random.below(2 ** 32),
      firstId: round * IDS_PER_ROUND,
      writers: killing.writers,
      compacts: killing.compacts(random),
      opensFirst: random.chance(0.5),
      slowDisk: random.chance(0.5),
    };
    let compacted = false;
    const child = new Child(SCRIPT, given, {
      onMessage: (message) => {
        if (message[0] === 'acknowledged') outcome.acknowledged += 1;
        else if (message[0] === 'compacted') compacted = true;
        takeMessage(models, message);
      },
    });
    // Most are killed while they write, some while they start, some behind a compaction, in the next one.
    if (given.compacts && random.chance(0.7)) await child.message('compacted');
    else if (random.chance(0.85)) await child.message('writing');
    await delay(random.next() ** 2 * 250);
    await child.kill();
    expect(child.stderr).toBe('');
    try {
      auditBytes(dataDir, models);
      outcome.torn += (await auditDirectory(dataDir, models)).torn;
    } catch (error) {
      (error as Error).message = `After kill ${round + 1}, ${JSON.stringify(given)}: ${(error as Error).message}`;
      throw error;
    }
    if (compacted) outcome.compacted += 1;
  }
  return outcome;
}

describe('after SIGKILL at a random moment', () => {
  test('50 times in a row, 64 in flight, compacting or not: every acknowledged write is there, nothing else', async () => {
    await withSeed(async (random) => {
      const outcome = await killAgainAndAgain(random, {
        rounds: 50,
        fsync: 'always',
        writers: 64,
        compacts: () => random.chance(0.6),
      });
      // A test that killed nothing at work would prove nothing.
      expect(outcome.acknowledged).toBeGreaterThan(5_000);
      expect(outcome.compacted).toBeGreaterThan(5);
    });
  }, 120_000);

  test.each<FsyncMode>(['everysec', 'never'])(
    'with fsync %s, what was acknowledged is there too',
    async (fsync) => {
      await withSeed(async (random) => {
        const outcome = await killAgainAndAgain(random, {
          rounds: 8,
          fsync,
          writers: 64,
          compacts: () => random.chance(0.5),
        });
        expect(outcome.acknowledged).toBeGreaterThan(1_000);
      });
    },
    60_000,
  );

  test('with a single write in flight, each acknowledgement is kept', async () => {
    await withSeed(async (random) => {
      await killAgainAndAgain(random, { rounds: 6, fsync: 'always', writers: 1, compacts: () => true });
    });
  }, 60_000);
});
