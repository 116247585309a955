/** One process under load for a while; and that what it forgets to let go is found by the same judgement. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { killAllChildren } from '../support/child.js';
import { removeAllScratch } from '../support/scratch.js';
import { Round, runRounds } from './lab/experiment.js';
import { growing, type Sample } from './lab/soak/judgement.js';
import { soak, soakFor } from './lab/soak/soak.js';
import type { Leak } from './soak-child.js';

const LEAKING_MS = 8_000;

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

test('a process under load holds no more in the end than in the middle, and every acknowledged write', async () => {
  const { tried, violations } = await runRounds(soak, 1);
  expect(violations).toEqual([]);
  for (const what of ['compactions', 'streams', 'reopenings', 'refused writes', 'samples']) {
    expect([what, (tried.get(what) ?? 0) > 5]).toEqual([what, true]);
  }
  expect(tried.get('writes')).toBeGreaterThan(3_000);
}, 120_000);

test('a process that forgets streams, entries or timers is found out', async () => {
  const leaks: [Leak, RegExp][] = [
    ['streams', /openFiles grew/],
    ['entries', /heapBytes grew/],
    ['timers', /resources grew/],
  ];
  const rounds = leaks.map(async ([leak, complaint]) => {
    const round = new Round(1);
    await soakFor(LEAKING_MS, leak).run(round);
    expect(round.violations).toEqual([expect.stringMatching(complaint)]);
  });
  await Promise.all(rounds);
}, 120_000);

describe('the judgement', () => {
  const level: Sample = {
    atMs: 0,
    rssBytes: 8e7,
    heapBytes: 6e6,
    externalBytes: 2e6,
    openFiles: 23,
    resources: 1,
    filesInDirectory: 8,
  };
  const life = (make: (atMs: number) => Partial<Sample>) =>
    Array.from({ length: 100 }, (_, i) => ({ ...level, atMs: i * 10, ...make(i * 10) }));

  test('lets pass what grows at first, and what jumps now and then', () => {
    const samples = life((atMs) => ({
      heapBytes: Math.min(6e6, 3e6 + atMs * 2e4),
      openFiles: atMs % 70 === 0 ? 40 : 23,
    }));
    expect(growing(samples, 1000)).toEqual([]);
  });

  test.each(['rssBytes', 'heapBytes', 'externalBytes', 'openFiles', 'resources', 'filesInDirectory'] as const)(
    'complains of %s that go on growing',
    (what) => {
      const samples = life((atMs) => ({ [what]: level[what] * (1 + atMs / 100) }));
      expect(growing(samples, 1000)).toEqual([expect.stringContaining(`${what} grew`)]);
    },
  );

  test('complains of a life with too few samples to tell', () => {
    expect(growing(life(() => ({})).slice(0, 20), 1000)).toEqual([expect.stringMatching(/^only 0 and 0 samples/)]);
  });
});
