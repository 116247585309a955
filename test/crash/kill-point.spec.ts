import { afterEach, describe, expect, test } from '@jest/globals';
import { type FileSystem, fileEngineOn } from '../../src/storage/log/index.js';
import { killAllChildren } from '../support/child.js';
import { guardedDisk } from '../support/guarded-disk.js';
import { wholeLife } from '../support/kill-drawing.js';
import type { KillProgram, Step } from '../support/kill-program.js';
import { DRAWN_SCENES, EMPTY, type KillScene, LOG, legacyScenes } from '../support/kill-scenes.js';
import { Random } from '../support/random.js';
import { removeAllScratch } from '../support/scratch.js';
import { Round, runRounds } from './lab/experiment.js';
import { deathsOfChild, killChildren } from './lab/kill-points/children.js';
import { killPoints, openingOf } from './lab/kill-points/kill-points.js';
import { dieTwice } from './lab/kill-points/simulated.js';

/** The same in each run: what is tried at every call is not left to chance. */
const BASE_SEED = 3;
const ROUNDS = 1;

const drawnScenes = await Promise.all(DRAWN_SCENES.map((draw) => draw(new Random(BASE_SEED))));
const olderDirectories = await legacyScenes();
const named = (scenes: readonly KillScene[]) => scenes.map((scene): [string, KillScene] => [scene.name, scene]);

let kills = 0;

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

async function killEverywhere(scene: KillScene, program = openingOf(scene)): Promise<void> {
  const round = new Round(BASE_SEED);
  const deaths = await deathsOfChild(scene, program);
  await killChildren(round, scene, program, deaths);
  expect(round.violations).toEqual([]);
  const killed = round.tried.get('kill points') ?? 0;
  // A child that was not killed would prove nothing.
  expect(killed).toBeGreaterThan(deaths.length * 0.95);
  kills += killed;
}

async function dieEverywhere(scene: KillScene, program = openingOf(scene), share = 1): Promise<Round> {
  const round = new Round(BASE_SEED);
  await dieTwice(round, scene, program, share);
  return round;
}

describe('killed by SIGKILL at every call of the file door', () => {
  test('a life of batches, two compactions, one with appends on the way, main files and closes', async () => {
    await killEverywhere(EMPTY, wholeLife(LOG));
  }, 120_000);

  test.each(named(drawnScenes))('the opening of %s', (_, scene) => killEverywhere(scene), 120_000);

  test('the adoption of a torn directory of the reference bot', async () => {
    const torn = olderDirectories.find(({ name }) => name.includes('torn-tail')) as KillScene;
    await killEverywhere(torn, {
      ...openingOf(torn),
      steps: openingOf(torn).steps.filter((step) => step.do === 'open'),
    });
  }, 120_000);

  test('programs, directories and chains of restarts drawn by chance, 500 kills and more in all', async () => {
    const { tried, violations } = await runRounds(killPoints, ROUNDS);
    expect(violations).toEqual([]);
    expect(tried.get('restart chains')).toBeGreaterThanOrEqual(10 * ROUNDS);
    expect(tried.get('simulated deaths')).toBeGreaterThan(300 * ROUNDS);
    kills += tried.get('kill points') ?? 0;
    expect(kills).toBeGreaterThan(500);
  }, 240_000);
});

describe('dead in memory at every call of the file door, and again at every call of the opening', () => {
  test('a life', async () => {
    const { tried, violations } = await dieEverywhere(EMPTY, wholeLife(LOG), 0.3);
    expect(violations).toEqual([]);
    expect(tried.get('simulated deaths')).toBeGreaterThan(500);
  }, 120_000);

  test.each(named(drawnScenes))(
    'the opening of %s',
    async (_, scene) => {
      const { tried, violations } = await dieEverywhere(scene, openingOf(scene), 0.15);
      expect(violations).toEqual([]);
      expect(tried.get('simulated deaths')).toBeGreaterThan(80);
    },
    60_000,
  );

  // The rounds of the lab draw from all of them.
  const adopted = olderDirectories.filter(({ name }) => /compacted|tokens-replaced|torn-tail/.test(name));

  test.each(named(adopted))(
    'the adoption of %s',
    async (_, scene) => {
      const { tried, violations } = await dieEverywhere(scene, openingOf(scene), 0.02);
      expect(violations).toEqual([]);
      expect(tried.get('simulated deaths')).toBeGreaterThan(50);
    },
    60_000,
  );
});

describe('the lab finds an engine', () => {
  const violationsWith = async (flaw: (disk: FileSystem) => FileSystem, program: KillProgram): Promise<string> => {
    const round = new Round(BASE_SEED, (disk) => fileEngineOn(flaw(disk)));
    await dieTwice(round, EMPTY, program, 0);
    return round.violations.join('\n');
  };

  test('that acknowledges before it has written', async () => {
    const writes = (): Step => ({ do: 'write', log: LOG, writes: [{ kind: 'set', key: 'k' }] });
    const steps: Step[] = [{ do: 'open', log: LOG }, ...Array.from({ length: 3 }, writes)];
    const violations = await violationsWith(
      (disk) => {
        let late: () => Promise<unknown> = async () => undefined;
        return guardedDisk(async (call, perform) => {
          if (call.name === 'sync') return perform();
          await late();
          late = async () => undefined;
          if (call.name !== 'write' || !call.path.endsWith('.log')) return perform();
          late = perform;
          return undefined as never;
        }, disk);
      },
      { ...wholeLife(LOG), steps },
    );
    expect(violations).toMatch(/was acknowledged/);
  });

  test('that takes the old log away before the new one is in its place', async () => {
    const violations = await violationsWith((disk) => {
      const same = guardedDisk((_, perform) => perform(), disk);
      return { ...same, rename: (from, to) => disk.remove(to).then(() => disk.rename(from, to)) };
    }, wholeLife(LOG));
    expect(violations).toMatch(/reaches seq 0/);
  });
});
