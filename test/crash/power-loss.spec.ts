import { describe, expect, test } from '@jest/globals';
import { runRounds } from './lab/experiment.js';
import { pagesInAnyOrder, powerLoss } from './lab/power-loss/power-loss.js';

const ROUNDS = 18;

describe('when the power goes', () => {
  test('nothing acknowledged is lost, nothing deleted is back, and the log opens by itself', async () => {
    const { tried, violations } = await runRounds(powerLoss, ROUNDS);
    expect(violations).toEqual([]);
    expect(tried.get('power-loss states')).toBeGreaterThan(5_000);
    expect(tried.get('power losses while recovering')).toBeGreaterThan(500);
  }, 180_000);

  test('and pages were written in any order, a log opens with all that was acknowledged, or is refused', async () => {
    const { tried, violations } = await runRounds(pagesInAnyOrder, 6);
    expect(violations).toEqual([]);
    expect(tried.get('power-loss states with pages in any order')).toBeGreaterThan(500);
  }, 60_000);
});
