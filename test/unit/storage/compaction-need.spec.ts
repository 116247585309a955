import { describe, expect, test } from '@jest/globals';
import { isWorthCompacting } from '../../../src/storage/index.js';

describe('isWorthCompacting', () => {
  test.each([
    ['leaves an empty log alone', 0, 0, 0, false],
    ['leaves a log at the threshold alone', 100, 0, 100, false],
    ['folds a log above the threshold', 101, 0, 100, true],
    ['never folds a checkpoint alone, however large', 5_000, 5_000, 100, false],
    ['waits until half a checkpoint was appended', 5_000 + 2_499, 5_000, 100, false],
    ['folds once half a checkpoint was appended', 5_000 + 2_500, 5_000, 100, true],
    ['leaves a small checkpoint with many entries alone below the threshold', 90, 10, 100, false],
    ['folds any entry with a threshold of 0', 1, 0, 0, true],
  ])('%s', (_, sizeBytes, checkpointBytes, thresholdBytes, expected) => {
    expect(isWorthCompacting({ sizeBytes, checkpointBytes }, thresholdBytes)).toBe(expected);
  });

  test('has a threshold of 1 MiB by default', () => {
    expect(isWorthCompacting({ sizeBytes: 1_048_576, checkpointBytes: 0 })).toBe(false);
    expect(isWorthCompacting({ sizeBytes: 1_048_577, checkpointBytes: 0 })).toBe(true);
  });
});
