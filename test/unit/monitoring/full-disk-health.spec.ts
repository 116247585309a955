import { afterEach, expect, test } from '@jest/globals';
import { removeAllScratch } from '../../support/scratch.js';
import { runOnTmpfs } from '../../support/tmpfs.js';

const SCRIPT = new URL('./full-disk-child.js', import.meta.url);

afterEach(removeAllScratch);

test('health warns of a real disk that fills, is down while it is full, and up again once a write found room', async () => {
  const told = await runOnTmpfs(SCRIPT, {}, { bytes: 2 * 1024 * 1024 }, 50_000);
  const nearlyFull = { about: 'disk-nearly-full', message: expect.stringMatching(/bytes are free, 1 MiB are wanted/) };
  expect(told).toEqual([
    ['health', 'up', [], [], expect.any(Number)],
    ['health', 'up', [], [nearlyFull], expect.any(Number)],
    ['refused', 'LOG_DISK_FULL'],
    [
      'health',
      'down',
      [{ about: 'disk-full', log: 'players', message: expect.stringMatching(/^The newest write to players found no/) }],
      [nearlyFull],
      0,
    ],
    ['health', 'up', [], [], expect.any(Number)],
  ]);
}, 60_000);
