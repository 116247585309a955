import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  compareBy,
  LEADERBOARD_FIELDS,
  type LeaderboardField,
  type PlayerSummary,
  summaryOf,
} from '../../../src/storage/leaderboard.js';
import { readPlayerStats } from '../../../src/storage/player-stats.js';
import { PlayerRanking } from '../../../src/storage/ranking/index.js';

function player(userId: string, figures: Partial<PlayerSummary> = {}): PlayerSummary {
  return { ...summaryOf(readPlayerStats({}, userId)), ...figures };
}

const byKey = (players: PlayerSummary[]): [string, PlayerSummary][] => players.map((one) => [one.userId, one]);

function rankingOf(players: Iterable<[string, PlayerSummary]>, field: LeaderboardField): PlayerRanking {
  const ranking = new PlayerRanking();
  for (const [key, one] of players) ranking.set(key, one);
  while (!ranking.orderMore(field, 100));
  return ranking;
}

function topOf(players: Iterable<[string, PlayerSummary]>, field: LeaderboardField, limit: number): string[] {
  return rankingOf(players, field).top(field, limit);
}

function rankOf(value: number, players: PlayerSummary[], field: LeaderboardField): number {
  return rankingOf(byKey(players), field).rank(field, value);
}

describe('the order of players', () => {
  test.each(LEADERBOARD_FIELDS)('puts the greatest %s first', (field) => {
    const players = [player('low', { [field]: 1 }), player('high', { [field]: 3 }), player('middle', { [field]: 2 })];
    expect(topOf(byKey(players), field, 10)).toEqual(['high', 'middle', 'low']);
  });

  test('breaks ties by total score, then by name, then by id', () => {
    const tied = [
      player('4', { totalWins: 1, totalScore: 5, username: 'b' }),
      player('3', { totalWins: 1, totalScore: 5, username: 'a' }),
      player('2', { totalWins: 1, totalScore: 5, username: 'a' }),
      player('1', { totalWins: 1, totalScore: 9, username: 'z' }),
    ];
    expect(topOf(byKey(tied), 'totalWins', 10)).toEqual(['1', '2', '3', '4']);
  });

  test('keeps no more than the limit', () => {
    const players = Array.from({ length: 20 }, (_, i) => player(`p${i}`, { totalScore: i }));
    expect(topOf(byKey(players), 'totalScore', 3)).toEqual(['p19', 'p18', 'p17']);
  });

  test('is what sorting everybody would give, for any players', () => {
    const figure = fc.integer({ min: 0, max: 3 });
    const anyPlayers = fc.array(
      fc.record({ totalScore: figure, totalWins: figure, username: fc.string({ maxLength: 1 }) }),
    );
    fc.assert(
      fc.property(anyPlayers, fc.integer({ min: 1, max: 8 }), (figures, limit) => {
        const players = figures.map((of, i) => player(String(i), of));
        const sorted = [...players].sort(compareBy('totalWins')).slice(0, limit);
        expect(topOf(byKey(players), 'totalWins', limit)).toEqual(sorted.map(({ userId }) => userId));
      }),
    );
  });

  test('gives equal values one rank and counts everybody ahead', () => {
    const players = [5, 9, 5, 1].map((bestScore, i) => player(String(i), { bestScore }));
    expect([9, 5, 1].map((value) => rankOf(value, players, 'bestScore'))).toEqual([1, 2, 4]);
  });
});
