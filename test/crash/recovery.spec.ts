import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { logPath, readRawLog } from '../support/audit.js';
import { Child, killAllChildren } from '../support/child.js';
import { copyWritable, crashedDirectory, legacyDirectories, openedEquals } from '../support/crash-scenes.js';
import { type Random, withSeed } from '../support/random.js';
import { removeAllScratch, removeScratch, scratchDirectory } from '../support/scratch.js';

const SCRIPT = new URL('./opener-child.js', import.meta.url);
const ROUNDS = 30;
/** About as long as opening takes on the slow disk. */
const OPENING_MS = 80;

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

/** Kills a process while it opens a directory. @returns whether it had not come to an end by then */
async function killOpening(random: Random, dataDir: string, logs: string[]): Promise<boolean> {
  const child = new Child(SCRIPT, { dataDir, logs, slowSeed: random.below(2 ** 32) });
  await child.message('opening');
  await delay(random.below(OPENING_MS));
  await child.kill();
  expect(child.stderr).toBe('');
  return !child.messages.some(([kind]) => kind === 'opened');
}

/** Looks at a copy, so that the directory itself stays as the kill left it. */
async function copyEquals(dataDir: string, expected: Record<string, object>): Promise<void> {
  const copy = scratchDirectory();
  cpSync(dataDir, copy, { recursive: true });
  await openedEquals(copy, expected);
  removeScratch(copy);
}

describe('SIGKILL while a directory is being opened', () => {
  test('a torn log, 30 times in a row: its whole lines are all there', async () => {
    await withSeed(async (random) => {
      const scene = await crashedDirectory();
      const dataDir = scene.copy();
      const path = logPath(dataDir, 'players');
      let inMidOpening = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const { wholeBytes, size } = readRawLog(path);
        const half = `{"timestamp":"2031-01-01T00:00:00.000Z","op":"SET","key":"torn","value":"${'x'.repeat(random.below(9000))}`;
        if (size === wholeBytes) appendFileSync(path, half.slice(0, 1 + random.below(half.length - 1)));
        if (await killOpening(random, dataDir, ['players'])) inMidOpening += 1;
        await copyEquals(dataDir, scene.expected);
      }
      await openedEquals(dataDir, scene.expected);
      const { wholeBytes, size } = readRawLog(path);
      expect(size).toBe(wholeBytes);
      expect(inMidOpening).toBeGreaterThan(ROUNDS / 3);
    });
  }, 60_000);

  test('directories of the reference bot, 30 times: each still equals its expected.json', async () => {
    await withSeed(async (random) => {
      let kills = 0;
      let inMidOpening = 0;
      for (const [name, source] of legacyDirectories()) {
        const expected = JSON.parse(readFileSync(`${source}/expected.json`, 'utf8')) as Record<string, object>;
        const dataDir = scratchDirectory();
        copyWritable(`${source}/data`, dataDir);
        for (let round = 0; round < Math.ceil(ROUNDS / legacyDirectories().length); round += 1) {
          if (await killOpening(random, dataDir, Object.keys(expected))) inMidOpening += 1;
          kills += 1;
          await copyEquals(dataDir, expected).catch((error) => {
            throw new Error(`${name}, kill ${round + 1}: ${(error as Error).message}`, { cause: error });
          });
        }
        await openedEquals(dataDir, expected);
      }
      expect(kills).toBeGreaterThanOrEqual(ROUNDS);
      expect(inMidOpening).toBeGreaterThan(ROUNDS / 3);
    });
  }, 60_000);
});
