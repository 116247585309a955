import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GAMES_KEPT } from '../../../src/storage/index.js';
import { openStore, type Store } from '../../support/store.js';

let store: Store;

beforeEach(async () => {
  store = await openStore();
});

afterEach(() => store.close());

const result = (gameId: string, score: number, isWinner = false) => {
  return { gameId, date: '2026-11-22T12:00:00.000Z', score, isWinner, correctAnswers: 2, incorrectAnswers: 1 };
};
const credit = (game: ReturnType<typeof result>) => store.players.creditGame('u1', 'ana', game);
const entryCount = async () => (await store.logs.readLogEntries('players')).length;

describe('withdrawGame', () => {
  test('leaves the record as if the game had never been, but for the note of it', async () => {
    await credit(result('g1', 30));
    const before = await credit(result('g2', 50, true));
    await credit(result('g3', 90, true));
    await expect(store.players.withdrawGame('u1', result('g3', 90, true))).resolves.toEqual({
      ...before,
      withdrawnGames: ['g3'],
    });
    await expect(store.players.getPlayerStats('u1')).resolves.toEqual({ ...before, withdrawnGames: ['g3'] });
  });

  test('leaves nothing but zeros of the only game', async () => {
    await credit(result('g1', 30, true));
    await expect(store.players.withdrawGame('u1', result('g1', 30, true))).resolves.toMatchObject({
      totalGames: 0,
      totalWins: 0,
      totalScore: 0,
      averageScore: 0,
      bestScore: 0,
      totalAnswers: 0,
      accuracyRate: 0,
      gamesHistory: [],
    });
  });

  test('takes a game back once, however often and at the same moment it is repeated', async () => {
    await credit(result('g1', 30));
    await credit(result('g2', 50));
    const withdrawals = await Promise.all(
      Array.from({ length: 5 }, () => store.players.withdrawGame('u1', result('g1', 30))),
    );
    for (const stats of withdrawals) expect(stats).toMatchObject({ totalGames: 1, totalScore: 50 });
    await expect(entryCount()).resolves.toBe(3);
  });

  test('is not undone by a credit that is repeated later', async () => {
    await credit(result('g1', 30));
    await store.players.withdrawGame('u1', result('g1', 30));
    await expect(credit(result('g1', 30))).resolves.toMatchObject({ totalGames: 0, totalScore: 0 });
  });

  test('takes nothing for a game that was never credited, and no credit for it afterwards', async () => {
    const before = await credit(result('g1', 30));
    await expect(store.players.withdrawGame('u1', result('g9', 20))).resolves.toEqual({
      ...before,
      withdrawnGames: ['g9'],
    });
    await expect(credit(result('g9', 20))).resolves.toMatchObject({ totalGames: 1 });
  });

  test('takes back a game that has left the history, once', async () => {
    await credit(result('old', 70));
    for (let game = 0; game < GAMES_KEPT; game += 1) await credit(result(`g${game}`, 10));
    for (let time = 0; time < 2; time += 1) {
      await expect(store.players.withdrawGame('u1', result('old', 70))).resolves.toMatchObject({
        totalGames: GAMES_KEPT,
        totalScore: 10 * GAMES_KEPT,
        bestScore: 10,
      });
    }
  });

  test('keeps a best score that another game made, and one that is known from elsewhere', async () => {
    await credit(result('g1', 90));
    await credit(result('g2', 40));
    await expect(store.players.withdrawGame('u1', result('g2', 40))).resolves.toMatchObject({ bestScore: 90 });
    await credit(result('g3', 20));
    await expect(store.players.withdrawGame('u1', result('g1', 90), 60)).resolves.toMatchObject({ bestScore: 60 });
  });

  test('proves a best score by the history where games are older than any record', async () => {
    const older = { userId: 'u1', username: 'ana', totalGames: 9, totalScore: 300, bestScore: 80 };
    await store.logs.append('players', { op: 'SET', key: 'u1', value: older });
    await credit(result('g1', 50));
    await credit(result('g2', 95));
    await expect(store.players.withdrawGame('u1', result('g2', 95))).resolves.toMatchObject({
      totalGames: 10,
      totalScore: 350,
      bestScore: 50,
    });
  });

  test('takes a list that is none for empty', async () => {
    await store.logs.append('players', { op: 'SET', key: 'u1', value: { totalGames: 0, withdrawnGames: 7 } });
    await expect(credit(result('g1', 30))).resolves.toMatchObject({ totalGames: 1 });
    await expect(store.players.withdrawGame('u1', result('g1', 30))).resolves.toMatchObject({ withdrawnGames: ['g1'] });
  });

  test('writes nothing for a player without a record', async () => {
    await expect(store.players.withdrawGame('u1', result('g1', 30))).resolves.toBeUndefined();
    await expect(entryCount()).resolves.toBe(0);
  });

  test('moves the player on the leaderboard', async () => {
    await credit(result('g1', 90));
    await store.players.updatePlayerStats('u2', 'bea', 40);
    await expect(store.players.getRank('u1')).resolves.toBe(1);
    await store.players.withdrawGame('u1', result('g1', 90), 0, { actor: 'admin', reason: 'wrong pictures' });
    await expect(store.players.getRank('u1')).resolves.toBe(2);
    const entries = await store.logs.readLogEntries('players');
    expect(entries.at(-1)?.meta).toEqual({ actor: 'admin', reason: 'wrong pictures' });
  });

  test.each([
    ['result', undefined],
    ['gameId', { ...result('g1', 1), gameId: '' }],
    ['score', { ...result('g1', 1), score: '1' }],
    ['bestElsewhere', result('g1', 1)],
  ])('refuses a wrong %s', async (argument, given) => {
    await credit(result('g1', 1));
    const best = argument === 'bestElsewhere' ? Number.NaN : 0;
    const withdrawal = store.players.withdrawGame('u1', given as ReturnType<typeof result>, best);
    await expect(withdrawal).rejects.toThrow(`Expected \`${argument}\` to be`);
    await expect(withdrawal).rejects.toBeInstanceOf(TypeError);
    await expect(entryCount()).resolves.toBe(1);
  });
});
