import { describe, expect, test } from '@jest/globals';
import { judgeHealing } from '../../../support/damage-judge.js';
import { ALL_BITS, everyFlip, LOG_PATH, lineStarts, SPECIMENS } from '../../../support/specimens.js';

describe('a flipped bit at every byte is healed, refused in place or cut as a torn tail', () => {
  test.each(SPECIMENS)(
    'in %s',
    async (_, build) => {
      const specimen = await build();
      const lastLine = lineStarts(specimen.disk.bytesOf(LOG_PATH)).at(-2) as number;
      const wrong = await everyFlip(
        specimen,
        () => ALL_BITS,
        async (disk, at, bit) => {
          const { outcome, report } = await judgeHealing(specimen, disk, bit === at % 8);
          if (outcome !== 'refused' && report?.clean) throw new Error('the damage was not told');
          if (outcome !== 'cut') return;
          if (at < lastLine) throw new Error('a line before others was cut away as if it were torn');
          if (!report?.events.some((event) => event.found === 'torn-tail')) throw new Error('the cut was not told');
        },
      );
      expect(wrong.slice(0, 10)).toEqual([]);
    },
    120_000,
  );
});
