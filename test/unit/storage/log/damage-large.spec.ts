/** Damage in logs larger than the window in which they are read: long lines, streamed states, many windows. */
import { describe, expect, test } from '@jest/globals';
import type { LogEngine } from '../../../../src/storage/log/index.js';
import { judgeHealing, judgeSalvage } from '../../../support/damage-judge.js';
import { replaceAll, set } from '../../../support/log-bench.js';
import {
  flipped,
  LOG,
  LOG_PATH,
  lineStarts,
  type Specimen,
  withoutProofs,
  written,
} from '../../../support/specimens.js';

const MEGABYTE = 1024 * 1024;
const members = (count: number, tag: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${tag} ${i}`, { tag, text: 'J'.repeat(210), i }]));

const SPECIMENS: [string, () => Promise<Specimen>][] = [
  [
    'lines over many windows',
    () =>
      written('many windows', false, [
        (engine) => engine.append(LOG, set('first', 1)),
        ...Array.from(
          { length: 300 },
          (_, i) => (engine: LogEngine) => engine.append(LOG, set(`k${i % 5}`, `${'x'.repeat(8000)}${i}`)),
        ),
        (engine) => engine.append(LOG, set('last', 1)),
        (engine) => engine.append(LOG, set('very last', 1)),
      ]),
  ],
  [
    'a line longer than a window',
    () =>
      written('long line', false, [
        (engine) => engine.append(LOG, set('first', 1)),
        (engine) => engine.append(LOG, set('long', 'J'.repeat(2.5 * MEGABYTE))),
        (engine) => engine.append(LOG, set('last', 1)),
        (engine) => engine.append(LOG, set('very last', 1)),
      ]),
  ],
  [
    'a streamed CHECKPOINT',
    () =>
      written('streamed checkpoint', false, [
        (engine) => engine.append(LOG, replaceAll(members(5000, 'a'))),
        (engine) => engine.append(LOG, set('a 5', 'new')),
        (engine) => engine.compact(LOG),
        (engine) => engine.append(LOG, set('last', 1)),
        (engine) => engine.append(LOG, set('very last', 1)),
      ]),
  ],
  [
    'a streamed whole state',
    () =>
      written('streamed state', false, [
        (engine) => engine.append(LOG, set('first', 1)),
        (engine) => engine.append(LOG, replaceAll(members(5000, 'b'))),
        (engine) => engine.append(LOG, set('last', 1)),
        (engine) => engine.append(LOG, set('very last', 1)),
      ]),
  ],
];

/** Places that matter: the ends of lines, the ends of windows, and some in between. */
function places(bytes: Buffer): number[] {
  const chosen = new Set<number>([20, 45, bytes.length - 5]);
  for (let at = MEGABYTE; at < bytes.length; at += MEGABYTE) for (const near of [-1, 0]) chosen.add(at + near);
  const starts = lineStarts(bytes);
  for (const start of [...starts.slice(0, 3), ...starts.slice(-3)]) {
    for (const near of [-3, -1, 0, 70]) chosen.add(start + near);
  }
  for (let i = 1; i < 4; i += 1) chosen.add(Math.floor((bytes.length * i) / 4));
  return [...chosen].filter((at) => at >= 0 && at < bytes.length);
}

describe.each(SPECIMENS)('%s', (_, build) => {
  test('with a flipped bit is healed, refused or cut at its end', async () => {
    const specimen = withoutProofs(await build());
    const bytes = specimen.disk.bytesOf(LOG_PATH);
    const lastLine = lineStarts(bytes).at(-2) as number;
    const wrong: string[] = [];
    for (const at of places(bytes)) {
      const disk = specimen.disk.copy();
      disk.put(LOG_PATH, flipped(bytes, at, at % 8));
      try {
        const { outcome, report } = await judgeHealing(specimen, disk, false);
        if (outcome !== 'refused' && report?.clean) throw new Error('the damage was not told');
        if (outcome === 'cut' && at < lastLine) throw new Error('a line before others was cut away');
      } catch (error) {
        wrong.push(`byte ${at} of ${bytes.length}: ${String(error).slice(0, 200)}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  test('cut anywhere is cut back to its last whole line, or refused', async () => {
    const specimen = withoutProofs(await build());
    const bytes = specimen.disk.bytesOf(LOG_PATH);
    const wrong: string[] = [];
    for (const at of places(bytes)) {
      const disk = specimen.disk.copy();
      disk.put(LOG_PATH, bytes.subarray(0, at));
      try {
        const { report } = await judgeHealing(specimen, disk, false);
        const torn = !lineStarts(bytes).includes(at);
        if (torn && report?.clean) throw new Error('the cut was not told');
      } catch (error) {
        wrong.push(`cut at byte ${at} of ${bytes.length}: ${String(error).slice(0, 200)}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  test('is salvaged with values that were there', async () => {
    const specimen = withoutProofs(await build());
    const bytes = specimen.disk.bytesOf(LOG_PATH);
    for (const at of [60, Math.floor(bytes.length / 2), bytes.length - 150]) {
      const disk = specimen.disk.copy();
      disk.put(LOG_PATH, flipped(bytes, at, 1));
      const { report } = await judgeSalvage(specimen, disk);
      expect(report?.clean).toBe(false);
    }
  }, 120_000);
});
