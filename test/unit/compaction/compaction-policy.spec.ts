import { expect, test } from '@jest/globals';
import { decide } from '../../../src/compaction/compaction-policy.js';

test.each([
  ['small', 100, 0, false, 'log: 100 bytes are within the threshold of 1000'],
  ['large', 1_001, 0, true, 'log: 1001 of 1001 bytes can be folded'],
  ['nothing but a checkpoint', 5_000, 5_000, false, 'log: 0 bytes after a checkpoint of 5000 are too few'],
  ['hardly more than a checkpoint', 6_000, 5_000, false, 'log: 1000 bytes after a checkpoint of 5000 are too few'],
  ['grown by half a checkpoint', 7_500, 5_000, true, 'log: 2500 of 7500 bytes can be folded'],
])('decides about a log that is %s, and says why', (_, sizeBytes, checkpointBytes, compact, why) => {
  expect(decide({ log: 'log', sizeBytes, checkpointBytes }, 1_000)).toEqual({ compact, why });
});
