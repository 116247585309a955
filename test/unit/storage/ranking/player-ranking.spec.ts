import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  compareBy,
  LEADERBOARD_FIELDS,
  type LeaderboardField,
  type PlayerSummary,
  summaryOf,
} from '../../../../src/storage/leaderboard.js';
import { readPlayerStats } from '../../../../src/storage/player-stats.js';
import { PlayerRanking } from '../../../../src/storage/ranking/index.js';
import { Random, withSeed } from '../../../support/random.js';

type Players = Map<string, PlayerSummary>;

function player(userId: string, figures: Partial<PlayerSummary> = {}): PlayerSummary {
  return { ...summaryOf(readPlayerStats({}, userId)), ...figures };
}

function order(ranking: PlayerRanking, field: LeaderboardField, playersAtOnce = 100): void {
  while (!ranking.orderMore(field, playersAtOnce));
}

/** Keys by a plain sort. */
function sortedKeys(players: Players, field: LeaderboardField): string[] {
  const compare = compareBy(field);
  return [...players].sort(([, a], [, b]) => compare(a, b)).map(([key]) => key);
}

function plainRank(players: Players, field: LeaderboardField, value: number): number {
  return [...players.values()].filter((one) => one[field] > value).length + 1;
}

function expectSame(ranking: PlayerRanking, players: Players, field: LeaderboardField, limit: number): void {
  expect(ranking.size).toBe(players.size);
  expect(ranking.top(field, limit)).toEqual(sortedKeys(players, field).slice(0, limit));
  for (const one of [...players.values()].slice(0, 5)) {
    expect(ranking.rank(field, one[field])).toBe(plainRank(players, field, one[field]));
  }
  for (const value of [-0.5, 0, 1e300]) expect(ranking.rank(field, value)).toBe(plainRank(players, field, value));
}

describe('a ranking', () => {
  test('of nobody is empty', () => {
    const ranking = new PlayerRanking();
    order(ranking, 'totalScore');
    expect(ranking.top('totalScore', 10)).toEqual([]);
    expect(ranking.rank('totalScore', 0)).toBe(1);
    ranking.delete('nobody');
    expect(ranking.size).toBe(0);
  });

  test('is ordered by nothing until it is asked, and stays ordered then', () => {
    const ranking = new PlayerRanking();
    ranking.set('a', player('a', { totalWins: 1 }));
    expect(ranking.isOrderedBy('totalWins')).toBe(false);
    order(ranking, 'totalWins');
    expect(ranking.isOrderedBy('totalWins')).toBe(true);
    expect(ranking.isOrderedBy('totalGames')).toBe(false);
    ranking.set('b', player('b', { totalWins: 2 }));
    ranking.set('a', player('a', { totalWins: 3 }));
    expect(ranking.top('totalWins', 10)).toEqual(['a', 'b']);
    ranking.delete('a');
    expect(ranking.top('totalWins', 10)).toEqual(['b']);
  });

  test('takes in who comes, changes and goes while it is put in order', () => {
    const ranking = new PlayerRanking();
    const players: Players = new Map();
    const set = (key: string, totalScore: number): void => {
      players.set(key, player(key, { totalScore }));
      ranking.set(key, player(key, { totalScore }));
    };
    const remove = (key: string): void => {
      players.delete(key);
      ranking.delete(key);
    };
    for (let i = 0; i < 20; i += 1) set(`p${i}`, i);
    expect(ranking.orderMore('totalScore', 10)).toBe(false);
    set('p3', 50);
    set('p15', 40);
    remove('p5');
    remove('p16');
    set('in the place of p16', 30);
    set('in the place of p5', 35);
    set('last', 60);
    order(ranking, 'totalScore', 3);
    expectSame(ranking, players, 'totalScore', 100);
  });

  test('forgets everybody at once, also when half in order', () => {
    const ranking = new PlayerRanking();
    for (let i = 0; i < 20; i += 1) ranking.set(`p${i}`, player(`p${i}`));
    ranking.orderMore('bestScore', 10);
    ranking.clear();
    ranking.set('new', player('new'));
    order(ranking, 'bestScore');
    expect(ranking.top('bestScore', 10)).toEqual(['new']);
  });

  test('orders names by code units, whatever they are made of', () => {
    const names = ['', '\0', '\0a', '\u0001', '\u0001\u0001', '\u0002', 'a', 'a\0', 'a\u0001', 'aa', 'é', '\u07ff'];
    names.push('\u0800', '\ud800', '\ud83d\ude00', '\udfff', '\ue000', '\uffff', 'ab', 'B', '\u007f', '\u0080');
    const players: Players = new Map();
    for (const username of names) for (const key of names) players.set(username + key, player(key, { username }));
    const ranking = new PlayerRanking();
    for (const [key, one] of players) ranking.set(key, one);
    order(ranking, 'totalScore');
    expect(ranking.top('totalScore', 1000)).toEqual(sortedKeys(players, 'totalScore'));
    for (const key of players.keys()) expect(ranking.slotOf(key)).toBeGreaterThanOrEqual(0);
  });

  test('follows a player who takes another name, or another id in the record', () => {
    const ranking = new PlayerRanking();
    for (const key of ['a', 'b', 'c']) ranking.set(key, player(key));
    order(ranking, 'totalGames');
    ranking.set('a', player('a', { username: 'x'.repeat(1000) }));
    expect(ranking.top('totalGames', 3)).toEqual(['b', 'c', 'a']);
    ranking.set('c', player('a', { username: 'b' }));
    expect(ranking.top('totalGames', 3)).toEqual(['c', 'b', 'a']);
    ranking.set('a', player('a'));
    expect(ranking.top('totalGames', 3)).toEqual(['a', 'c', 'b']);
  });

  test('keeps any finite figure exactly', () => {
    const figures = [-1e308, -3e9, -32_769, -0.5, 0, 0.1, 32_767, 32_768, 2 ** 31, 2 ** 53, 1e308, Number.MIN_VALUE];
    const ranking = new PlayerRanking();
    for (const totalScore of figures) ranking.set(String(totalScore), player('same', { totalScore }));
    order(ranking, 'totalScore');
    const best = figures.toSorted((a, b) => b - a);
    expect(ranking.top('totalScore', 100)).toEqual(best.map(String));
    expect(best.map((value) => ranking.rank('totalScore', value))).toEqual(best.map((_, i) => i + 1));
  });
});

describe('a ranking says what a plain sort says', () => {
  const keys = fc.oneof(fc.integer({ min: 0, max: 9 }).map(String), fc.string({ unit: 'binary', maxLength: 2 }));
  const figure = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -2, max: 2 }) },
    { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  );
  // Ids in records are keys almost always; in two records at once they would leave the order open.
  const record = fc.record({
    username: fc.string({ unit: 'binary', maxLength: 1 }),
    ...(Object.fromEntries(LEADERBOARD_FIELDS.map((field) => [field, figure])) as Record<
      LeaderboardField,
      typeof figure
    >),
  });
  const field = fc.constantFrom(...LEADERBOARD_FIELDS);
  const command = fc.oneof(
    { weight: 10, arbitrary: fc.record({ do: fc.constant('set' as const), key: keys, record }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), key: keys }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('order' as const), field, count: fc.nat(5) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('look' as const), field, limit: fc.nat(30) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('replace' as const), all: fc.array(fc.tuple(keys, record)) }),
    },
  );

  test('after any changes, in any state of order', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        const ranking = new PlayerRanking();
        const players: Players = new Map();
        const set = (key: string, figures: Partial<PlayerSummary>): void => {
          players.set(key, player(key, figures));
          ranking.set(key, player(key, figures));
        };
        for (const step of commands) {
          if (step.do === 'set') set(step.key, step.record);
          if (step.do === 'delete') {
            players.delete(step.key);
            ranking.delete(step.key);
          }
          if (step.do === 'replace') {
            players.clear();
            ranking.clear();
            for (const [key, figures] of step.all) set(key, figures);
          }
          if (step.do === 'order') ranking.orderMore(step.field, step.count);
          if (step.do !== 'look') continue;
          order(ranking, step.field, 7);
          expectSame(ranking, players, step.field, step.limit);
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, (random: Random) => Partial<PlayerSummary>]>([
    ['few of them tied', (random) => ({ totalWins: random.below(5000), totalScore: random.below(1000) })],
    ['most of them tied', (random) => ({ totalWins: random.below(2), totalScore: random.below(2) })],
    ['all of them tied', () => ({})],
  ])('about thousands of players, %s', (_, figures) =>
    withSeed(async (random) => {
      const ranking = new PlayerRanking();
      const players: Players = new Map();
      const change = (key: string, stays: number): void => {
        if (!random.chance(stays)) {
          players.delete(key);
          ranking.delete(key);
          return;
        }
        const one = player(key, { username: `n${random.below(50)}`, ...figures(random) });
        players.set(key, one);
        ranking.set(key, one);
      };
      for (let i = 0; i < 4000; i += 1) change(`p${i}`, 1);
      order(ranking, 'totalWins');
      // Mostly changes, then a crowd that goes, then one that comes: blocks split, run low and merge.
      for (const stays of [0.95, 0.1, 0.9]) {
        for (let i = 0; i < 6000; i += 1) change(`p${random.below(4000)}`, stays);
        expectSame(ranking, players, 'totalWins', players.size);
      }
      for (const key of [...players.keys()]) change(key, 0);
      expect(ranking.top('totalWins', 10)).toEqual([]);
      change('again', 1);
      expect(ranking.top('totalWins', 10)).toEqual(['again']);
    }),
  );

  test.each([
    ['best first', 1],
    ['best last', -1],
  ])('about players who come %s', (_, direction) => {
    const ranking = new PlayerRanking();
    const players: Players = new Map();
    for (let i = 0; i < 40_000; i += 1) {
      players.set(`p${i}`, player(`p${i}`, { totalScore: -direction * i }));
      ranking.set(`p${i}`, players.get(`p${i}`) as PlayerSummary);
    }
    order(ranking, 'totalScore');
    expect(ranking.top('totalScore', 40_000)).toEqual(sortedKeys(players, 'totalScore'));
    for (let i = 0; i < 40_000; i += 997) {
      expect(ranking.rank('totalScore', -direction * i)).toBe(direction > 0 ? i + 1 : 40_000 - i);
    }
  });
});
