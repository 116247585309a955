/** Tests of the lab itself: engines in which a bug was planted are found out, every time, and one without is not. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { knownSeed } from './lab/experiment.js';
import {
  CONTROLS,
  hunt,
  NO_CHANGE,
  PLANTED_BUGS,
  type PlantedBug,
  plantedFolder,
  replaceOnce,
  withPlanted,
} from './lab/planted-bugs.js';

/** Hunts for one bug from seeds that have nothing to do with each other. */
const TIMES = 3;

const named = (bugs: readonly PlantedBug[]) => bugs.map((bug): [string, PlantedBug] => [bug.name, bug]);
const everyTime = PLANTED_BUGS.filter(({ seed }) => seed === undefined);
const others = PLANTED_BUGS.filter(({ seed }) => seed !== undefined);

describe('the lab finds every time an engine that', () => {
  test.each(named(everyTime))(
    '%s',
    async (_, bug) => {
      await withPlanted(bug, async (engineOn) => {
        for (let times = 0; times < TIMES; times += 1) {
          const seed = (knownSeed() + times * 1000) >>> 0;
          const { violation } = await hunt(bug.foundBy, engineOn, bug.within, seed);
          expect([seed, violation]).toEqual([seed, expect.any(String)]);
        }
      });
    },
    120_000,
  );

  test.each(named(others))(
    '%s',
    async (_, bug) => {
      await withPlanted(bug, async (engineOn) => {
        const { violation } = await hunt(bug.foundBy, engineOn, bug.within, bug.seed as number);
        expect(violation).toEqual(expect.any(String));
      });
    },
    240_000,
  );

  test('are the three that matter most, and some more', () => {
    expect(everyTime.map(({ name }) => name)).toEqual([
      'acknowledges before the fsync',
      'renames without the fsync of the directory',
      'skips the checksum',
    ]);
    expect(others.length).toBeGreaterThanOrEqual(8);
  });
});

describe('a copy of the engine without a bug', () => {
  test.each(CONTROLS.map((experiment) => [experiment.name, experiment] as const))(
    'is not found fault with by %s',
    async (_, experiment) => {
      await withPlanted(NO_CHANGE, async (engineOn) => {
        const { violation } = await hunt(experiment, engineOn, 1, knownSeed());
        expect(violation).toBeUndefined();
      });
    },
    120_000,
  );
});

describe('planting', () => {
  const change = { file: 'a.js', find: 'b', replace: '$&c' };

  test('changes the one place that is meant', () => {
    expect(replaceOnce('abd', change)).toBe('a$&cd');
    expect(() => replaceOnce('acd', change)).toThrow('0 times');
    expect(() => replaceOnce('abdb', change)).toThrow('2 times');
  });

  test('leaves nothing behind, also where it fails', async () => {
    const failing = withPlanted(NO_CHANGE, async () => {
      expect(existsSync(plantedFolder)).toBe(true);
      throw new Error('as planned');
    });
    await expect(failing).rejects.toThrow('as planned');
    expect(existsSync(plantedFolder)).toBe(false);
    await expect(withPlanted({ ...NO_CHANGE, find: 'nowhere' }, async () => undefined)).rejects.toThrow('0 times');
    expect(existsSync(plantedFolder)).toBe(false);
  });
});
