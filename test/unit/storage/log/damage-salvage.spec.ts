import { describe, expect, test } from '@jest/globals';
import { judgeSalvage, judgeStrictness } from '../../../support/damage-judge.js';
import { everyFlip, OLDER_LINES, oneBit, SPECIMENS, type Specimen } from '../../../support/specimens.js';

describe('strict recovery refuses a flipped bit at every byte and changes nothing', () => {
  test.each(SPECIMENS)(
    'in %s',
    async (_, build) => {
      const specimen = await build();
      const wrong = await everyFlip(specimen, oneBit, async (disk) => {
        const { outcome } = await judgeStrictness(specimen, disk);
        if (outcome !== 'refused') throw new Error(`damage was accepted: ${outcome}`);
      });
      expect(wrong.slice(0, 10)).toEqual([]);
    },
    120_000,
  );
});

describe('salvage opens after a flipped bit at every byte, and tells what is lost', () => {
  test.each(SPECIMENS)(
    'in %s',
    async (_, build) => {
      const specimen = await build();
      const wrong = await everyFlip(specimen, oneBit, async (disk, at) => {
        const { report } = await judgeSalvage(specimen, disk, { provable: at >= unprovenBytes(specimen) });
        if (report?.clean) throw new Error('the damage was not told');
      });
      expect(wrong.slice(0, 10)).toEqual([]);
    },
    120_000,
  );
});

/** An older line has no checksum of its own: if it still reads as an entry, nobody can say which of them is wrong. */
function unprovenBytes({ name }: Specimen): number {
  return name.startsWith('older') ? Buffer.byteLength(OLDER_LINES.join('')) : 0;
}
