/**
 * Bots on one store in virtual time, while processes are stopped and killed, messages are slow, cut off or lost, and
 * clocks go at different rates. A life is the same each time for one seed.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type Random, withSeed } from '../../../support/random.js';
import { type LifeOptions, life } from './life.js';
import { PLANTED_BUGS, withPlanted } from './planted-bugs.js';

const OPTIONS: LifeOptions = { durationMs: 600_000 };

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['log', 'warn', 'error', 'fatal']));

async function liveWell(random: Random, lives: number, options: LifeOptions): Promise<void> {
  for (let n = 0; n < lives; n += 1) {
    const seed = random.below(2 ** 32);
    const { violation, counts } = await life(seed, options);
    expect([seed, violation]).toEqual([seed, undefined]);
    // Enough has happened for something to go wrong.
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(0);
  }
}

describe('processes that share games', () => {
  it('never hold one at the same time, write over nobody, and lose none for longer than a minute', async () => {
    await withSeed((random) => liveWell(random, 8, OPTIONS));
  }, 120_000);

  it('write over nobody and lose none where a clock stands still for a while', async () => {
    await withSeed((random) => liveWell(random, 4, { ...OPTIONS, losesTime: true }));
  }, 120_000);

  it('live the same life again from the same seed', async () => {
    const { counts } = await life(7, OPTIONS);
    expect((await life(7, OPTIONS)).counts).toEqual(counts);
  }, 60_000);
});

describe('the simulation finds processes that', () => {
  it.each(PLANTED_BUGS.map((bug) => [bug.name, bug] as const))(
    '%s',
    async (_, { changes, seed: first, within, options }) => {
      await withPlanted(changes, async (code) => {
        for (let seed = first; seed < first + within; seed += 1) {
          const { violation } = await life(seed, { ...OPTIONS, ...options }, code);
          if (violation === undefined) continue;
          // The very same life, and nothing to find in it.
          expect((await life(seed, { ...OPTIONS, ...options })).violation).toBeUndefined();
          return;
        }
        throw new Error(`Nothing was found from seed ${first} on in ${within} lives.`);
      });
    },
    120_000,
  );

  it('are copies that work as ours do where nothing was planted', async () => {
    await withPlanted([], async (code) => {
      expect(await life(1, OPTIONS, code)).toMatchObject({ violation: undefined });
    });
  }, 60_000);
});
