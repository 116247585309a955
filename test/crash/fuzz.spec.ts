/** Logs that nobody wrote: refused with a LogError, or read as a plain reader reads them. */
import { expect, test } from '@jest/globals';
import { runRounds } from './lab/experiment.js';
import { fuzz, LOGS } from './lab/fuzz/fuzz.js';

const ROUNDS = 5;

test('mutated logs never crash or hang the engine, nor show what is not in them', async () => {
  const { tried, violations } = await runRounds(fuzz, ROUNDS);
  expect(violations.slice(0, 20)).toEqual([]);
  expect(tried.get(LOGS)).toBeGreaterThanOrEqual(7_000);
  expect(tried.get('logs taken as they are')).toBeGreaterThan(2_000);
  expect(tried.get('refused logs')).toBeGreaterThan(1_000);
  expect(tried.get('hostile logs')).toBeGreaterThan(500);
}, 180_000);
