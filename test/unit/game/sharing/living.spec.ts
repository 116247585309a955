import { beforeEach, describe, expect, it } from '@jest/globals';
import { Living } from '../../../../src/game/sharing/living.js';

describe('Living', () => {
  let living: Living;

  beforeEach(() => {
    living = new Living(1_000);
  });

  it('takes a process for gone a quarter later than it takes itself for alive', () => {
    living.hear('a', 1_000, 5_000);
    expect(living.isGone('a', 6_249, 6_249)).toBe(false);
    expect(living.isGone('a', 6_250, 6_250)).toBe(true);
  });

  it('waits as long as the process itself said', () => {
    living.hear('a', 4_000, 0);
    expect(living.isGone('a', 4_999, 4_999)).toBe(false);
    expect(living.isGone('a', 5_000, 5_000)).toBe(true);
  });

  it('counts only up to the moment until which everything is known to have been heard', () => {
    living.hear('a', 1_000, 0);
    expect(living.isGone('a', 1_249, 1_000_000)).toBe(false);
    expect(living.lost(1_249, 1_000_000)).toEqual([]);
  });

  it('waits for a process that is named and was never heard of, from the moment at which it asks', () => {
    expect(living.isGone('a', 50_000, 50_000)).toBe(false);
    expect(living.isGone('a', 51_249, 51_249)).toBe(false);
    expect(living.isGone('a', 51_250, 51_250)).toBe(true);
  });

  it('believes a process that gives a sign again', () => {
    living.hear('a', 1_000, 0);
    living.bury('a');
    expect(living.isGone('a', 1, 1)).toBe(true);
    living.hear('a', 1_000, 2);
    expect(living.isGone('a', 1_251, 1_251)).toBe(false);
  });

  it('names the lost once, until somebody buries them', () => {
    living.hear('a', 1_000, 0);
    living.hear('b', 1_000, 500);
    expect(living.lost(1_250, 1_250)).toEqual(['a']);
    living.bury('a');
    expect(living.lost(1_250, 1_250)).toEqual([]);
    expect(living.lost(1_750, 1_750)).toEqual(['b']);
  });
});
