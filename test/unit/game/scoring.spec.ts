import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scorePoints, winnersOf } from '../../../src/game/rules/index.js';

describe('scorePoints', () => {
  it('gives the share of the round that was left', () => {
    expect(scorePoints(15_000, 15_000)).toBe(100);
    expect(scorePoints(7_500, 15_000)).toBe(50);
    expect(scorePoints(0, 15_000)).toBe(0);
  });

  it('counts on the round time of the game: correct after 20 of 30 seconds brings points', () => {
    expect(scorePoints(10_000, 30_000)).toBe(33);
  });

  it('never leaves 0 to 100, whatever the clock says', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e12, max: 1e12 }), fc.integer({ min: 5_000, max: 60_000 }), (left, roundMs) => {
        const points = scorePoints(left, roundMs);
        expect(Number.isInteger(points)).toBe(true);
        expect(points).toBeGreaterThanOrEqual(0);
        expect(points).toBeLessThanOrEqual(100);
      }),
    );
    expect(scorePoints(Number.NaN, 15_000)).toBe(0);
  });

  it('never gives less for a faster answer', () => {
    fc.assert(
      fc.property(fc.nat(60_000), fc.nat(60_000), fc.integer({ min: 5_000, max: 60_000 }), (a, b, roundMs) => {
        expect(scorePoints(Math.max(a, b), roundMs)).toBeGreaterThanOrEqual(scorePoints(Math.min(a, b), roundMs));
      }),
    );
  });
});

describe('winnersOf', () => {
  it('shares the win among equal best scores', () => {
    const players = [
      { userId: 'a', score: 80 },
      { userId: 'b', score: 120 },
      { userId: 'c', score: 120 },
    ];
    expect(winnersOf(players).map(({ userId }) => userId)).toEqual(['b', 'c']);
  });

  it('finds no winner when everybody has zero points', () => {
    expect(winnersOf([{ score: 0 }, { score: 0 }])).toEqual([]);
  });

  it('finds no winner when nobody has played', () => {
    expect(winnersOf([])).toEqual([]);
  });

  it('crowns exactly those whom nobody beats, and only above zero', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ score: fc.nat(5_000) })), (players) => {
        const winners = new Set(winnersOf(players));
        for (const player of players) {
          const unbeaten = players.every(({ score }) => score <= player.score);
          expect(winners.has(player)).toBe(unbeaten && player.score > 0);
        }
      }),
    );
  });
});
