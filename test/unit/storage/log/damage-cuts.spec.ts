import { describe, expect, test } from '@jest/globals';
import { judgeHealing, judgeSalvage, judgeStrictness } from '../../../support/damage-judge.js';
import {
  LOG_PATH,
  lineStarts,
  SEAL_PATH,
  SPECIMENS,
  type Specimen,
  sealed,
  sealedAlone,
} from '../../../support/specimens.js';

/** Cuts the log at every byte of its last three lines, and lists the cases that went wrong. */
async function everyCut(
  specimen: Specimen,
  judge: (disk: Specimen['disk'], at: number, isLineEnd: boolean) => Promise<void>,
): Promise<string[]> {
  const bytes = specimen.disk.bytesOf(LOG_PATH);
  const starts = lineStarts(bytes);
  const wrong: string[] = [];
  for (let at = starts.at(-4) ?? 0; at < bytes.length; at += 1) {
    const disk = specimen.disk.copy();
    disk.put(LOG_PATH, bytes.subarray(0, at));
    try {
      await judge(disk, at, starts.includes(at));
    } catch (error) {
      wrong.push(`cut at byte ${at} of ${bytes.length}: ${error}`);
    }
  }
  return wrong;
}

describe('a cut at every byte of the last three lines is cut back, healed or refused', () => {
  test.each(SPECIMENS)('in %s', async (_, build) => {
    const specimen = await build();
    const hasSeal = specimen.disk.has(SEAL_PATH);
    const wrong = await everyCut(specimen, async (disk, at, isLineEnd) => {
      const { outcome, report } = await judgeHealing(specimen, disk);
      if (hasSeal && outcome === 'cut') throw new Error('what the seal proves was cut away');
      if (outcome !== 'refused' && report?.clean && (hasSeal || !isLineEnd)) throw new Error('the cut was not told');
      if (!hasSeal && outcome === 'refused' && at > 0 && !specimen.name.startsWith('a CHECKPOINT')) {
        throw new Error('a torn tail was refused');
      }
    });
    expect(wrong.slice(0, 10)).toEqual([]);
  });
});

test('strict recovery refuses what is torn, and changes nothing', async () => {
  const specimen = await sealedAlone();
  const wrong = await everyCut(specimen, async (disk) => {
    const { outcome } = await judgeStrictness(specimen, disk);
    if (outcome !== 'refused') throw new Error(`accepted: ${outcome}`);
  });
  expect(wrong).toEqual([]);
});

test.each(SPECIMENS)('salvage opens %s, whatever was cut', async (_, build) => {
  const specimen = await build();
  const hasSeal = specimen.disk.has(SEAL_PATH);
  const wrong = await everyCut(specimen, async (disk, _at, isLineEnd) => {
    if (isLineEnd && !hasSeal) return;
    await judgeSalvage(specimen, disk);
  });
  expect(wrong.slice(0, 10)).toEqual([]);
});

test('a log sealed with its main file is healed from any cut', async () => {
  const specimen = await sealed();
  const wrong = await everyCut(specimen, async (disk) => {
    const { outcome, report } = await judgeHealing(specimen, disk);
    if (outcome !== 'whole') throw new Error(outcome);
    if (!report?.events.every((event) => event.action === 'healed')) throw new Error('it was not told as healed');
  });
  expect(wrong).toEqual([]);
});

test('a log sealed alone is refused with the seq that are missing', async () => {
  const specimen = await sealedAlone();
  const bytes = specimen.disk.bytesOf(LOG_PATH);
  const disk = specimen.disk.copy();
  disk.put(LOG_PATH, bytes.subarray(0, lineStarts(bytes).at(-3)));
  const { outcome, error } = await judgeHealing(specimen, disk);
  expect(outcome).toBe('refused');
  expect(error?.message).toContain('seq 7 to 8');
  expect(error).toMatchObject({ file: LOG_PATH, line: 7, offset: lineStarts(bytes).at(-3) });
});
