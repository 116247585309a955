import { describe, expect, it } from '@jest/globals';
import { gameTimes } from '../../../src/game/rules/index.js';

describe('gameTimes', () => {
  it('fills in every default, so that no pause is NaN', () => {
    expect(gameTimes({})).toEqual({ rounds: 20, roundMs: 15_000, pauseMs: 8_000 });
  });

  it('takes both ends of every range', () => {
    expect(gameTimes({ rounds: 1, roundSeconds: 5, pauseSeconds: 2 })).toEqual({
      rounds: 1,
      roundMs: 5_000,
      pauseMs: 2_000,
    });
    expect(gameTimes({ rounds: 50, roundSeconds: 60, pauseSeconds: 60 })).toEqual({
      rounds: 50,
      roundMs: 60_000,
      pauseMs: 60_000,
    });
  });

  it.each([
    ['rounds', 0, 'rounds must be a whole number from 1 to 50, got 0.'],
    ['rounds', 51, 'rounds must be a whole number from 1 to 50, got 51.'],
    ['rounds', 2.5, 'rounds must be a whole number from 1 to 50, got 2.5.'],
    ['roundSeconds', 4, 'roundSeconds must be a whole number from 5 to 60, got 4.'],
    ['roundSeconds', Number.POSITIVE_INFINITY, 'roundSeconds must be a whole number from 5 to 60, got Infinity.'],
    ['pauseSeconds', Number.NaN, 'pauseSeconds must be a whole number from 2 to 60, got NaN.'],
    ['pauseSeconds', '8', 'pauseSeconds must be a whole number from 2 to 60, got "8".'],
    ['pauseSeconds', null, 'pauseSeconds must be a whole number from 2 to 60, got null.'],
  ])('refuses %s = %p, naming the field, the range and what it got', (name, value, message) => {
    const settings = { [name]: value };
    expect(() => gameTimes(settings)).toThrow(new TypeError(message));
  });

  it('refuses what is no object', () => {
    expect(() => gameTimes(null as unknown as object)).toThrow(TypeError);
  });
});
