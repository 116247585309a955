/** Damaged directories by the thousand: the answer is the truth, or a refusal that names the place. */
import { describe, expect, test } from '@jest/globals';
import { DIRECTORIES, damage } from './lab/damage/damage.js';
import { ALMOST_PROVEN, PROVEN } from './lab/damage/proofs.js';
import { OPEN_LOGS } from './lab/damage/under-engine.js';
import { runRounds } from './lab/experiment.js';

/** Each takes another of the small specimens and draws new large ones. */
const ROUNDS = 11;

describe('damage', () => {
  test('in any file is healed, refused in place or told; nothing wrong is ever read', async () => {
    const { tried, violations } = await runRounds(damage, ROUNDS);
    expect(violations.slice(0, 20)).toEqual([]);
    expect(tried.get(DIRECTORIES)).toBeGreaterThanOrEqual(20_000);
    expect(tried.get('strict openings')).toBeGreaterThan(2_000);
    expect(tried.get('salvages')).toBeGreaterThan(2_000);
    expect(tried.get('refusals')).toBeGreaterThan(1_000);
    expect(tried.get('whole states')).toBeGreaterThan(1_000);
    expect(tried.get(OPEN_LOGS)).toBeGreaterThan(1_000);
    expect(tried.get(PROVEN)).toBeGreaterThan(500);
    expect(tried.get(ALMOST_PROVEN)).toBeGreaterThan(500);
  }, 300_000);
});
