/** Several damages at once, at random: whatever is left, an engine refuses or shows a state that was. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeHealing, judgeSalvage } from '../../../support/damage-judge.js';
import type { MemoryDisk } from '../../../support/memory-disk.js';
import { LOG_PATH, lineStarts, MAIN_PATH, SEAL_PATH, SPECIMENS } from '../../../support/specimens.js';

interface Damage {
  kind: 'flip' | 'cut' | 'zero' | 'lose line' | 'double line' | 'garbage' | 'drop file';
  file: number;
  /** Where, as a share of the file. */
  at: number;
  bit: number;
}

const damages = fc.array(
  fc.record({
    kind: fc.constantFrom<Damage['kind']>(
      'flip',
      'flip',
      'cut',
      'zero',
      'lose line',
      'double line',
      'garbage',
      'drop file',
    ),
    // Mostly the log itself.
    file: fc.constantFrom(0, 0, 0, 1, 2, 3),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    bit: fc.nat(7),
  }),
  { minLength: 1, maxLength: 3 },
);

function damage(disk: MemoryDisk, { kind, file, at, bit }: Damage): void {
  const backup = Object.keys(disk.picture()).find((path) => path.includes('.backup.'));
  const path = [LOG_PATH, SEAL_PATH, MAIN_PATH, backup][file];
  if (path === undefined || !disk.has(path)) return;
  if (kind === 'drop file') {
    disk.drop(path);
    return;
  }
  const bytes = disk.bytesOf(path);
  const offset = Math.floor(at * bytes.length);
  const starts = lineStarts(bytes);
  const line = starts.findLastIndex((start) => start <= offset);
  const [start, end] = [starts[line] ?? 0, starts[line + 1] ?? bytes.length];
  const without = (from: number, to: number, ...between: Buffer[]) =>
    disk.put(path, Buffer.concat([bytes.subarray(0, from), ...between, bytes.subarray(to)]));
  if (kind === 'cut') without(offset, bytes.length);
  else if (kind === 'zero') without(offset, Math.min(bytes.length, offset + 20), Buffer.alloc(20));
  else if (kind === 'lose line') without(start, end);
  else if (kind === 'double line') without(end, end, bytes.subarray(start, end));
  else if (kind === 'garbage') without(offset, offset, Buffer.from('{"timestamp":"x\n'));
  else if (bytes.length > 0) {
    bytes[offset] = (bytes[offset] as number) ^ (1 << bit);
    disk.put(path, bytes);
  }
}

/** Found by chance: a first line and a value of the main file, which then stood in for what the line had held. */
const FOUND: [Damage[]][] = [
  [
    [
      { kind: 'flip', file: 0, at: 0, bit: 0 },
      { kind: 'flip', file: 2, at: 0.07042253521126761, bit: 0 },
    ],
  ],
];

const sealedOrCrashed = SPECIMENS.filter(([name]) => !name.startsWith('older'));

describe.each(sealedOrCrashed)('%s', (_, build) => {
  test('damaged at random is refused, or shows a state that it had', async () => {
    const specimen = await build();
    specimen.states[0] ??= '[]';
    await fc.assert(
      fc.asyncProperty(damages, async (list) => {
        const disk = specimen.disk.copy();
        for (const each of list) damage(disk, each);
        await judgeHealing(specimen, disk);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test('damaged at random is salvaged with values that were there', async () => {
    const specimen = await build();
    await fc.assert(
      fc.asyncProperty(damages, async (list) => {
        const disk = specimen.disk.copy();
        for (const each of list) damage(disk, each);
        const { report } = await judgeSalvage(specimen, disk, { told: false });
        expect(report?.events.every((event) => event.message !== '')).toBe(true);
      }),
      { numRuns: 150, examples: FOUND },
    );
  }, 60_000);
});
