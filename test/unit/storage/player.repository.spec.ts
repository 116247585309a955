import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LeaderboardField } from '../../../src/storage/index.js';
import { openStore, type Store } from '../../support/store.js';

let store: Store;
const entryCount = async (): Promise<number> => (await store.logs.readLogEntries('players')).length;

beforeEach(async () => {
  store = await openStore();
});

afterEach(() => store.close());

describe('updatePlayerStats', () => {
  test('counts a first game', async () => {
    const stats = await store.players.updatePlayerStats('u1', 'ana', 90, true, 3, 1);
    expect(stats).toEqual({
      userId: 'u1',
      username: 'ana',
      totalGames: 1,
      totalWins: 1,
      totalScore: 90,
      averageScore: 90,
      bestScore: 90,
      totalCorrectAnswers: 3,
      totalIncorrectAnswers: 1,
      totalAnswers: 4,
      accuracyRate: 75,
      gamesHistory: [
        {
          date: expect.stringMatching(/^\d{4}-.*Z$/),
          score: 90,
          isWinner: true,
          correctAnswers: 3,
          incorrectAnswers: 1,
        },
      ],
    });
    await expect(store.players.getPlayerStats('u1')).resolves.toEqual(stats);
  });

  test('adds up, rounds averages and rates, keeps the best score and the newest name', async () => {
    await store.players.updatePlayerStats('u1', 'ana', 100, true, 1, 0);
    await store.players.updatePlayerStats('u1', 'ana', 51, false, 0, 1);
    const stats = await store.players.updatePlayerStats('u1', 'Ana II', 50, false, 1, 0);
    expect(stats).toMatchObject({
      username: 'Ana II',
      totalGames: 3,
      totalWins: 1,
      totalScore: 201,
      averageScore: 67,
      bestScore: 100,
      totalAnswers: 3,
      accuracyRate: 67,
    });
  });

  test('has no accuracy without answers', async () => {
    await expect(store.players.updatePlayerStats('u1', 'ana', 0)).resolves.toMatchObject({
      totalWins: 0,
      totalAnswers: 0,
      accuracyRate: 0,
    });
  });

  test('keeps the newest 50 games', async () => {
    for (let score = 1; score <= 52; score += 1) await store.players.updatePlayerStats('u1', 'ana', score);
    const stats = await store.players.getPlayerStats('u1');
    expect(stats?.totalGames).toBe(52);
    expect(stats?.gamesHistory.map(({ score }) => score)).toEqual(Array.from({ length: 50 }, (_, i) => i + 3));
  });

  test('counts twenty games that end at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => store.players.updatePlayerStats('u1', 'ana', 5, true, 1, 1)));
    await expect(store.players.getPlayerStats('u1')).resolves.toMatchObject({
      totalGames: 20,
      totalScore: 100,
      totalWins: 20,
      totalAnswers: 40,
    });
  });

  test('counts twenty players at once', async () => {
    const updates = Array.from({ length: 20 }, (_, i) => store.players.updatePlayerStats(`u${i}`, `n${i}`, i));
    await Promise.all(updates);
    expect(Object.keys(await store.players.loadPlayers())).toHaveLength(20);
  });

  test.each([
    ['userId', ['', 'ana', 1]],
    ['userId', [5, 'ana', 1]],
    ['username', ['u1', undefined, 1]],
    ['score', ['u1', 'ana', Number.NaN]],
    ['score', ['u1', 'ana', '5']],
    ['score', ['u1', 'ana', Number.POSITIVE_INFINITY]],
    ['isWinner', ['u1', 'ana', 1, 'yes']],
    ['correctAnswers', ['u1', 'ana', 1, true, -1]],
    ['incorrectAnswers', ['u1', 'ana', 1, true, 0, 1.5]],
  ])('refuses a wrong %s: %j', async (argument, given) => {
    const update = store.players.updatePlayerStats(...(given as Parameters<typeof store.players.updatePlayerStats>));
    await expect(update).rejects.toThrow(`Expected \`${argument}\` to be`);
    await expect(update).rejects.toBeInstanceOf(TypeError);
    await expect(entryCount()).resolves.toBe(0);
  });
});

describe('an older record', () => {
  const older = { userId: 'u1', username: 'ana', totalGames: 1, totalScore: 40, bestScore: 40, guild: 'g' };

  beforeEach(() => store.logs.append('players', { op: 'SET', key: 'u1', value: older }));

  test('reads as complete', async () => {
    const complete = {
      ...older,
      totalWins: 0,
      averageScore: 0,
      totalCorrectAnswers: 0,
      totalIncorrectAnswers: 0,
      totalAnswers: 0,
      accuracyRate: 0,
      gamesHistory: [],
    };
    await expect(store.players.getPlayerStats('u1')).resolves.toEqual(complete);
    await expect(store.players.loadPlayers()).resolves.toEqual({ u1: complete });
  });

  test('is counted on, and keeps the members that are not known here', async () => {
    await expect(store.players.updatePlayerStats('u1', 'ana', 20, true, 1, 0)).resolves.toMatchObject({
      totalGames: 2,
      totalScore: 60,
      averageScore: 30,
      totalWins: 1,
      accuracyRate: 100,
      guild: 'g',
    });
  });

  test('takes its place on every leaderboard', async () => {
    await store.players.updatePlayerStats('u2', 'bea', 10, true, 1, 0);
    await expect(store.players.getLeaderboard('totalCorrectAnswers')).resolves.toMatchObject([
      { userId: 'u2', totalCorrectAnswers: 1 },
      { userId: 'u1', totalCorrectAnswers: 0 },
    ]);
    await expect(store.players.getRank('u1', 'accuracyRate')).resolves.toBe(2);
  });
});

describe('creditGame', () => {
  const result = {
    gameId: 'game-7',
    date: '2026-11-22T12:00:00.000Z',
    score: 30,
    isWinner: true,
    correctAnswers: 2,
    incorrectAnswers: 1,
  };

  test('credits a game once, however often it is repeated', async () => {
    const first = await store.players.creditGame('u1', 'ana', result);
    expect(first).toMatchObject({ totalGames: 1, totalScore: 30, gamesHistory: [result] });
    await expect(store.players.creditGame('u1', 'ana', result)).resolves.toEqual(first);
    await expect(entryCount()).resolves.toBe(1);
  });

  test('credits a game once when it is repeated at the same moment', async () => {
    const credits = await Promise.all(Array.from({ length: 5 }, () => store.players.creditGame('u1', 'ana', result)));
    for (const credit of credits) expect(credit.totalGames).toBe(1);
    await expect(entryCount()).resolves.toBe(1);
  });

  test('credits each player and each game', async () => {
    await store.players.creditGame('u1', 'ana', result);
    await store.players.creditGame('u2', 'bea', result);
    await expect(store.players.creditGame('u1', 'ana', { ...result, gameId: 'game-8' })).resolves.toMatchObject({
      totalGames: 2,
    });
    await expect(store.players.getPlayerStats('u2')).resolves.toMatchObject({ totalGames: 1 });
  });

  test('tells in the audit trail who and which game', async () => {
    await store.players.creditGame('u1', 'ana', result);
    await store.players.creditGame('u2', 'bea', result, { actor: 'referee' });
    const entries = await store.logs.readLogEntries('players');
    expect(entries.map(({ meta }) => meta)).toEqual([{ actor: 'u1', reason: 'game game-7' }, { actor: 'referee' }]);
  });

  test.each([
    ['gameId', { ...result, gameId: '' }],
    ['score', { ...result, score: Number.NaN }],
    ['result', undefined],
    ['date', { ...result, date: 'yesterday' }],
  ])('refuses a wrong %s', async (argument, given) => {
    await expect(store.players.creditGame('u1', 'ana', given as typeof result)).rejects.toThrow(argument);
    await expect(store.players.creditGame('u1', 'ana', given as typeof result)).rejects.toBeInstanceOf(TypeError);
    await expect(entryCount()).resolves.toBe(0);
  });
});

describe('a leaderboard', () => {
  beforeEach(async () => {
    await store.players.updatePlayerStats('u1', 'ana', 10, true, 1, 1);
    await store.players.updatePlayerStats('u2', 'bea', 30, false, 1, 0);
    await store.players.updatePlayerStats('u3', 'cem', 20, false, 0, 3);
    await store.players.updatePlayerStats('u3', 'cem', 20, false, 2, 0);
  });

  const names = async (...[sortBy, limit]: [LeaderboardField?, number?]): Promise<string[]> =>
    (await store.players.getLeaderboard(sortBy, limit)).map(({ username }) => username);

  test.each<[LeaderboardField, string[]]>([
    ['totalScore', ['cem', 'bea', 'ana']],
    ['totalWins', ['ana', 'cem', 'bea']],
    ['averageScore', ['bea', 'cem', 'ana']],
    ['bestScore', ['bea', 'cem', 'ana']],
    ['accuracyRate', ['bea', 'ana', 'cem']],
    ['totalGames', ['cem', 'bea', 'ana']],
    ['totalCorrectAnswers', ['cem', 'bea', 'ana']],
  ])('by %s', async (field, expected) => {
    await expect(names(field)).resolves.toEqual(expected);
  });

  test('is by total score and of ten players when nothing else is said', async () => {
    for (let i = 0; i < 12; i += 1) await store.players.updatePlayerStats(`x${i}`, `x${i}`, 1);
    const ten = await names();
    expect(ten.slice(0, 4)).toEqual(['cem', 'bea', 'ana', 'x0']);
    expect(ten).toHaveLength(10);
    await expect(names('totalScore', 2)).resolves.toEqual(['cem', 'bea']);
  });

  test('follows updates, deletions and whole new states', async () => {
    await names();
    await store.players.updatePlayerStats('u1', 'ana', 100);
    await expect(names()).resolves.toEqual(['ana', 'cem', 'bea']);
    await store.players.delete('u3');
    await expect(names()).resolves.toEqual(['ana', 'bea']);
    await store.logs.append('players', { op: 'SET', data: { u9: { username: 'new', totalScore: 1 } } });
    await expect(names()).resolves.toEqual(['new']);
    await expect(store.players.getRank('u9')).resolves.toBe(1);
  });

  test('gives whole records', async () => {
    const [best] = await store.players.getLeaderboard();
    expect(best).toEqual(await store.players.getPlayerStats('u3'));
  });

  test('ranks players, equal values alike, strangers not at all', async () => {
    await store.players.updatePlayerStats('u4', 'dan', 40);
    const rank = (userId: string): Promise<number | undefined> => store.players.getRank(userId);
    await expect(Promise.all(['u3', 'u4', 'u2', 'u1', 'nobody'].map(rank))).resolves.toEqual([1, 1, 3, 4, undefined]);
    await expect(store.players.getRank('u2', 'bestScore')).resolves.toBe(2);
  });

  test.each([
    ['sortBy', 'gamesHistory', 10],
    ['sortBy', '__proto__', 10],
    ['limit', 'totalScore', 0],
    ['limit', 'totalScore', 1.5],
    ['limit', 'totalScore', '10'],
  ])('refuses a wrong %s (%s, %s)', async (argument, sortBy, limit) => {
    const board = store.players.getLeaderboard(sortBy as LeaderboardField, limit as number);
    await expect(board).rejects.toThrow(`Expected \`${argument}\` to be`);
    await expect(board).rejects.toBeInstanceOf(TypeError);
  });

  test('is current when it is first asked for in the middle of writes', async () => {
    const writes = Array.from({ length: 30 }, (_, i) => store.players.updatePlayerStats(`w${i % 5}`, `w${i % 5}`, 100));
    const early = store.players.getLeaderboard();
    await Promise.all([...writes, early]);
    await expect(names('totalScore', 5)).resolves.toEqual(['w0', 'w1', 'w2', 'w3', 'w4']);
    await expect(store.players.getRank('w0')).resolves.toBe(1);
  });
});

test('keeps players whose ids trip up objects', async () => {
  for (const id of ['__proto__', 'constructor', 'toString']) await store.players.updatePlayerStats(id, id, 1);
  const players = await store.players.loadPlayers();
  expect(Object.keys(players)).toEqual(['__proto__', 'constructor', 'toString']);
  expect(Object.getPrototypeOf(players)).toBe(Object.prototype);
  await expect(store.players.getRank('__proto__')).resolves.toBe(1);
});

test('is a repository too: a whole record is validated before it is set', async () => {
  const stats = await store.players.updatePlayerStats('u1', 'ana', 5);
  await expect(store.players.set('u2', { ...stats, totalGames: -1 })).rejects.toThrow(/totalGames/);
  await expect(store.players.set('u2', { ...stats, userId: 'u2' })).resolves.toMatchObject({ userId: 'u2' });
});
