/** What `GameService` does with games that are over, on a real data directory and by a clock of the test's own. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppendLogService, GameStateRepository } from '../../../src/storage/index.js';
import { bootQuiz, type Quiz } from '../../support/mortal-quiz.js';
import { temporaryDirectory } from '../../support/store.js';
import { ada, answerTo, bob, START } from './table.js';

const SHORT = { rounds: 1, roundSeconds: 10, pauseSeconds: 5 };

let quiz: Quiz;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
  quiz = await bootQuiz(directory.path);
});

afterEach(async () => {
  await quiz.app.close();
  await directory.remove();
});

/** Time goes on in small steps, since the disk takes its own. */
async function until(isReached: () => boolean | Promise<boolean>): Promise<void> {
  for (let tick = 0; tick < 2_000 && !(await isReached()); tick++) await quiz.clock.advance(100);
  expect(await isReached()).toBe(true);
}

const isPhase =
  (phase: string, channel = 'channel') =>
  () =>
    quiz.game.view(channel)?.phase === phase;
const isSettled = async () => !(await quiz.app.get(GameStateRepository).has('channel'));

async function play(serverId?: string): Promise<string> {
  await quiz.game.startGame('channel', ada, SHORT, serverId === undefined ? undefined : { serverId });
  await until(isPhase('round'));
  const view = quiz.game.view('channel')!;
  await Promise.all([ada, bob].map((player, choice) => quiz.game.answer('channel', answerTo(view, player, choice))));
  await until(isPhase('finished'));
  await until(isSettled);
  return view.gameId;
}

describe('a game that is over', () => {
  it('is recorded with its place, and its score counts on every board', async () => {
    const gameId = await play('s1');
    const [record] = await quiz.game.recentGames({ serverId: 's1', channelId: 'channel', userId: 'bob' });
    expect(record).toMatchObject({
      gameId,
      channelId: 'channel',
      serverId: 's1',
      mode: 'choices',
      host: ada,
      rounds: 1,
    });
    expect(record?.startedAt).toBe(START);
    expect(record?.players.map(({ userId }) => userId).sort()).toEqual(['ada', 'bob']);
    const totals = new Map(record?.players.map(({ userId, score }) => [userId, score]));
    for (const period of ['day', 'week', 'month', 'season', 'all'] as const) {
      for (const query of [{ period }, { period, serverId: 's1' }]) {
        const rows = await quiz.game.board(query);
        expect(new Map(rows.map(({ userId, totalScore }) => [userId, totalScore]))).toEqual(totals);
      }
    }
    expect(await quiz.game.board({ serverId: 's2' })).toEqual([]);
    const [entry] = await quiz.app.get(AppendLogService).readLogEntries('games');
    expect(entry).toMatchObject({ op: 'SET', key: gameId, meta: { actor: 'game', reason: 'game finished' } });
  });

  it('is recorded without players where nobody answered, and not at all where it was stopped', async () => {
    await quiz.game.startGame('channel', ada, SHORT);
    await quiz.game.stopGame('channel', { userId: 'ada' });
    await quiz.game.startGame('channel', ada, SHORT);
    await until(isPhase('finished'));
    await until(isSettled);
    const records = await quiz.game.recentGames();
    expect(records).toMatchObject([{ channelId: 'channel', players: [] }]);
    expect(records[0]?.serverId).toBeUndefined();
  });

  it('can be taken back, and leaves every board as it was', async () => {
    const gameId = await play('s1');
    expect(await quiz.game.undoGame(gameId, { userId: 'admin' })).toMatchObject({ undone: { by: 'admin' } });
    expect(await quiz.game.board({ serverId: 's1' })).toEqual([]);
    expect(await quiz.game.playerStats('ada')).toMatchObject({ totalGames: 0, totalScore: 0, gamesHistory: [] });
  });
});

describe('a server', () => {
  it('must have an id that can be kept', async () => {
    await expect(quiz.game.startGame('channel', ada, SHORT, { serverId: '' })).rejects.toThrow(/^serverId must/);
    expect(quiz.game.view('channel')).toBeUndefined();
  });

  it('has seasons', async () => {
    await play('s1');
    expect(await quiz.game.season('s1')).toMatchObject({ number: 1, name: 'Season 1' });
    await quiz.clock.advance(1_000);
    const season = await quiz.game.startSeason('s1', { userId: 'admin' });
    expect(season).toEqual({ serverId: 's1', number: 2, name: 'Season 2', startedAt: quiz.clock.now() });
    expect(await quiz.game.board({ serverId: 's1', period: 'season' })).toEqual([]);
    expect(await quiz.game.board({ serverId: 's1' })).toHaveLength(2);
  });
});

describe('a player who leaves', () => {
  it('is gone from the podium that is still shown, and from everything that is told', async () => {
    await play('s1');
    expect(await quiz.game.forgetPlayer('ada')).toEqual({ records: 1, games: 1 });
    const view = quiz.game.view('channel');
    expect(JSON.stringify(view)).not.toMatch(/"ada"|"Ada"/);
    expect(view?.host.username).toBe('Somebody who left');
    expect(view?.players).toHaveLength(2);
    expect(await quiz.game.exportPlayer('ada')).toMatchObject({ stats: null, games: [], running: [] });
    expect(await quiz.game.playerStats('ada')).toBeUndefined();
    expect((await quiz.game.board()).map(({ userId }) => userId)).toEqual(['bob']);
  });

  it('must have played to the end, as host too', async () => {
    await quiz.game.startGame('channel', ada, SHORT);
    await expect(quiz.game.forgetPlayer('ada')).rejects.toMatchObject({ code: 'PLAYER_IN_GAME' });
    expect(await quiz.game.exportPlayer('ada')).toMatchObject({ running: [{ hostedAs: 'Ada' }] });
    await quiz.game.stopGame('channel', { userId: 'ada' });
    expect(await quiz.game.forgetPlayer('ada')).toEqual({ records: 0, games: 0 });
  });
});
