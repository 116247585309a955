/** Damage beside the log, in what only proves or shows it: the log itself decides. */
import { describe, expect, test } from '@jest/globals';
import { judgeHealing, judgeSalvage } from '../../../support/damage-judge.js';
import {
  compacted,
  everyFlip,
  LOG_PATH,
  MAIN_PATH,
  oneBit,
  SEAL_PATH,
  type Specimen,
  sealed,
} from '../../../support/specimens.js';

const backupOf = ({ disk }: Specimen): string =>
  Object.keys(disk.picture()).find((path) => path.includes('.backup.')) as string;

describe('a flipped bit at every byte', () => {
  test.each([
    ['the seal', SEAL_PATH, 'damaged-seal'],
    ['the main file', MAIN_PATH, 'lost-view'],
  ])('of %s is told and costs nothing', async (_, path, found) => {
    const specimen = await sealed();
    const wrong = await everyFlip(
      specimen,
      oneBit,
      async (disk) => {
        const { outcome, report } = await judgeHealing(specimen, disk);
        if (outcome !== 'whole') throw new Error(outcome);
        if (!report?.events.some((event) => event.found === found)) throw new Error(`${found} was not told`);
      },
      path,
    );
    expect(wrong.slice(0, 10)).toEqual([]);
  });

  test('of a backup changes nothing while the log is whole', async () => {
    const specimen = await compacted();
    const wrong = await everyFlip(
      specimen,
      oneBit,
      async (disk) => {
        const { outcome, report } = await judgeHealing(specimen, disk, false);
        if (outcome !== 'whole' || !report?.clean) throw new Error(outcome);
      },
      backupOf(specimen),
    );
    expect(wrong.slice(0, 10)).toEqual([]);
  });

  test('of a backup is never taken over into a log whose CHECKPOINT is damaged', async () => {
    const specimen = await compacted();
    const bytes = specimen.disk.bytesOf(LOG_PATH);
    bytes.fill('x', bytes.indexOf('"state"'), bytes.indexOf('"state"') + 5);
    specimen.disk.put(LOG_PATH, bytes);
    specimen.disk.drop(SEAL_PATH);
    specimen.disk.drop(MAIN_PATH);
    const wrong = await everyFlip(
      specimen,
      oneBit,
      async (disk) => {
        const { outcome } = await judgeHealing(specimen, disk, false);
        if (outcome === 'cut') throw new Error('healed to an older state');
      },
      backupOf(specimen),
    );
    expect(wrong.slice(0, 10)).toEqual([]);
  });
});

describe('a damaged main file', () => {
  test.each([
    ['gone', (disk: Specimen['disk']) => disk.drop(MAIN_PATH)],
    ['empty', (disk: Specimen['disk']) => disk.put(MAIN_PATH, '')],
    ['cut', (disk: Specimen['disk']) => disk.put(MAIN_PATH, disk.bytesOf(MAIN_PATH).subarray(0, 20))],
    ['an array', (disk: Specimen['disk']) => disk.put(MAIN_PATH, '[]')],
  ])('%s is written anew from the log', async (_, damage) => {
    const specimen = await sealed();
    const whole = specimen.disk.bytesOf(MAIN_PATH).toString();
    const disk = specimen.disk.copy();
    damage(disk);
    const { outcome, report } = await judgeHealing(specimen, disk, false);
    expect(outcome).toBe('whole');
    expect(report?.events).toMatchObject([{ found: 'lost-view', action: 'rewritten', file: MAIN_PATH }]);
    expect(disk.bytesOf(MAIN_PATH).toString()).toBe(whole);
  });
});

test('salvage takes a whole log as it is, whatever lies beside it', async () => {
  const specimen = await sealed();
  specimen.disk.put(SEAL_PATH, 'x');
  specimen.disk.put(MAIN_PATH, 'x');
  const { outcome } = await judgeSalvage(specimen, specimen.disk);
  expect(outcome).toBe('whole');
});
