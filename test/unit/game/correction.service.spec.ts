import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { creditPlayers } from '../../../src/game/crediting.js';
import { recordOf } from '../../../src/game/records/index.js';
import type { GameState } from '../../../src/game/session/state.js';
import { FakeStore } from './fake-store.js';
import { ada, aFinishedGame, aGame, aRound, bob, ManualClock, START } from './table.js';

let store: FakeStore;
let clock: ManualClock;
let archive: ReturnType<FakeStore['archive']>;

beforeEach(() => {
  Logger.overrideLogger(false);
  store = new FakeStore();
  clock = new ManualClock();
  archive = store.archive(clock);
});

afterEach(() => {
  Logger.overrideLogger(['error', 'warn']);
  jest.restoreAllMocks();
});

/** A game as it is once it has been settled. */
async function book(state: GameState): Promise<void> {
  await archive.records.write(recordOf(state));
  await creditPlayers(state, store.players, () => undefined);
}

const scores = async (period: 'day' | 'season' = 'day') =>
  (await archive.boards.board({ serverId: 's1', period })).map(({ userId, bestScore }) => `${userId} ${bestScore}`);
const place = { serverId: 's1' };
const never = () => false;

/** The n-th write from now on fails, the others do not. */
function failAt(write: number): void {
  let writes = 0;
  store.beforeWrite = () => {
    writes += 1;
    if (writes === write) throw new Error('disk full');
  };
}

describe('taking a game back', () => {
  beforeEach(async () => {
    await book(aFinishedGame('g1', { ada: 30, bob: 80 }, place));
    await book(aFinishedGame('g2', { ada: 90 }, place));
  });

  it('marks it, keeps it, and takes it from boards and players', async () => {
    await clock.advance(5_000);
    const record = await archive.corrections.undo('g2', { userId: 'admin', reason: ' wrong\npictures ' });
    expect(record.undone).toEqual({ by: 'admin', at: clock.now(), reason: 'wrong pictures', isWithdrawn: true });
    expect(await archive.records.get('g2')).toEqual(record);
    expect(await scores()).toEqual(['bob 80', 'ada 30']);
    expect(store.credits.get('ada')).toMatchObject([{ gameId: 'g1' }]);
    expect(store.games.metas.slice(2)).toEqual([
      { actor: 'admin', reason: 'game undone: wrong pictures' },
      { actor: 'admin', reason: 'game undone: wrong pictures' },
    ]);
  });

  it('takes a player off the board whose only game it was', async () => {
    await archive.corrections.undo('g1', { userId: 'admin' });
    expect(await scores()).toEqual(['ada 90']);
    expect(await scores('season')).toEqual(['ada 90']);
  });

  it('counts a better game in, that finishes while it goes on', async () => {
    let isWritten = false;
    store.beforeWrite = async () => {
      if (isWritten) return;
      isWritten = true;
      await archive.records.write(recordOf(aFinishedGame('g3', { ada: 60 }, place)));
    };
    await archive.corrections.undo('g2', { userId: 'admin' });
    expect(await scores()).toEqual(['ada 60', 'bob 80']);
  });

  it('happens once, also when two ask at the same time', async () => {
    const undo = () => archive.corrections.undo('g2', { userId: 'admin' });
    const undos = await Promise.allSettled([undo(), undo()]);
    expect(undos.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(undo()).rejects.toMatchObject({ code: 'ALREADY_UNDONE' });
    expect(await scores()).toEqual(['bob 80', 'ada 30']);
  });

  it('needs a finished game whose scores are all written', async () => {
    await expect(archive.corrections.undo('none', { userId: 'admin' })).rejects.toMatchObject({ code: 'NO_GAME' });
    await store.states.saveGameState('channel', aFinishedGame('g2', { ada: 90 }, place));
    const undo = archive.corrections.undo('g2', { userId: 'admin' });
    await expect(undo).rejects.toMatchObject({ code: 'GAME_FINISHING' });
    expect(await scores()).toEqual(['ada 90', 'bob 80']);
  });

  it.each([
    ['gameId', '', { userId: 'admin' }],
    ['userId', 'g2', { userId: '' }],
    ['userId', 'g2', undefined],
    ['reason', 'g2', { userId: 'admin', reason: 7 }],
  ])('refuses a wrong %s', async (member, gameId, by) => {
    const undo = archive.corrections.undo(gameId, by as { userId: string });
    await expect(undo).rejects.toThrow(new RegExp(`^${member} must`));
    expect(await scores()).toEqual(['ada 90', 'bob 80']);
  });

  it('changes nothing when the mark cannot be written', async () => {
    failAt(1);
    await expect(archive.corrections.undo('g1', { userId: 'admin' })).rejects.toThrow('disk full');
    expect(await scores()).toEqual(['ada 90', 'bob 80']);
    await archive.corrections.undo('g1', { userId: 'admin' });
    expect(await scores()).toEqual(['ada 90']);
  });

  it.each([2, 3, 4])(
    'is finished before the next correction, or at the next start, when write %d fails',
    async (write) => {
      for (const [gameId, isRestarted] of Object.entries({ g1: false, g2: true })) {
        failAt(gameId === 'g1' ? write : 2);
        await expect(archive.corrections.undo(gameId, { userId: 'admin' })).rejects.toThrow('disk full');
        store.beforeWrite = () => {};
        if (isRestarted) {
          archive = store.archive(clock);
          await archive.corrections.onApplicationBootstrap();
        } else {
          const next = archive.corrections.undo('none', { userId: 'admin' });
          await expect(next).rejects.toMatchObject({ code: 'NO_GAME' });
        }
        expect((await archive.records.get(gameId))?.undone?.isWithdrawn).toBe(true);
      }
      expect(await scores()).toEqual([]);
      expect([...store.credits.values()].flat()).toEqual([]);
    },
  );

  it('ends for everybody else when the record of one player refuses it', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const withdraw = store.players.withdrawGame.bind(store.players);
    store.players.withdrawGame = async (...args) => {
      if (args[0] === 'ada') throw new TypeError('totalGames must be an integer');
      return withdraw(...args);
    };
    await archive.corrections.undo('g1', { userId: 'admin' });
    expect(store.credits.get('bob')).toEqual([]);
    expect((await archive.records.get('g1'))?.undone?.isWithdrawn).toBe(true);
    expect(String(error.mock.calls[0]?.[0])).toMatch(/ada.*g1.*totalGames must be/);
  });
});

describe('forgetting a person', () => {
  beforeEach(async () => {
    await book(aFinishedGame('g1', { ada: 30, bob: 80 }, { ...place, host: 'bob' }));
    await book(aFinishedGame('g2', { ada: 90 }, { ...place, host: 'bob' }));
    await book(aFinishedGame('g3', { bob: 10 }, place));
    await archive.boards.startSeason('s1', { userId: 'bob' });
    await archive.corrections.undo('g3', { userId: 'bob' });
  });

  const stored = () => {
    const logs = [store.games, store.seasons, store.requests].flatMap(({ values }) => [...values]);
    return JSON.stringify([...logs, ...store.saved, ...store.credits]);
  };

  it('leaves scores of nobody, another nobody in each game', async () => {
    expect(await archive.corrections.forget('bob', never)).toEqual({ records: 1, games: 3 });
    expect(stored()).not.toMatch(/"bob"|"BOB"/);
    expect(store.erased).toEqual(['bob']);
    const [g1, g2, g3] = await Promise.all(['g1', 'g2', 'g3'].map((gameId) => archive.records.get(gameId)));
    expect(g1?.players[1]).toMatchObject({ userId: g1?.host.userId, username: 'Somebody who left', score: 80 });
    expect(g1?.host.userId).toMatch(/^forgotten-/);
    expect(g3?.undone?.by).toBe(g3?.players[0]?.userId);
    const nobodies = [g1?.host.userId, g2?.host.userId, g3?.undone?.by];
    expect(new Set(nobodies).size).toBe(3);
    expect(await scores()).toEqual(['ada 90']);
    archive = store.archive(clock);
    expect(await scores()).toEqual(['ada 90']);
  });

  it('tells nowhere who asked, but in the tombstones themselves', async () => {
    const before = store.games.metas.length;
    await archive.corrections.forget('bob', never);
    const metas = [...store.games.metas.slice(before), ...store.requests.metas];
    expect(metas).toHaveLength(5);
    for (const meta of metas) expect(meta).toEqual({ actor: 'game', reason: 'a player asked to be forgotten' });
  });

  it('leaves nothing to export, and nothing to do a second time', async () => {
    expect(await archive.corrections.export('bob')).toMatchObject({ games: [{}, {}, {}], seasons: [{ number: 2 }] });
    await archive.corrections.forget('bob', never);
    const { exportedAt: _, ...left } = await archive.corrections.export('bob');
    expect(left).toEqual({ userId: 'bob', stats: null, games: [], running: [], seasons: [], daily: [] });
    const saves = store.saves;
    expect(await archive.corrections.forget('bob', never)).toEqual({ records: 0, games: 0 });
    expect(store.saves).toBe(saves);
  });

  it('waits until they play no more', async () => {
    const forget = archive.corrections.forget('bob', () => true);
    await expect(forget).rejects.toMatchObject({ code: 'PLAYER_IN_GAME' });
    await expect(archive.corrections.forget('', never)).rejects.toThrow(/^userId must/);
    expect(await archive.corrections.export('bob')).toMatchObject({ games: [{}, {}, {}] });
  });

  it.each([2, 3, 4, 5, 6, 7])('is finished at the next start when write %d fails', async (write) => {
    failAt(write);
    await expect(archive.corrections.forget('bob', never)).rejects.toThrow('disk full');
    store.beforeWrite = () => {};
    archive = store.archive(clock);
    await archive.corrections.onApplicationBootstrap();
    expect(stored()).not.toMatch(/"bob"|"BOB"/);
    expect(store.requests.values.size).toBe(0);
    expect(await scores()).toEqual(['ada 90']);
  });

  it('does not take a game of nobody back from anybody', async () => {
    await archive.corrections.forget('bob', never);
    await book(aFinishedGame('g4', { bob: 5 }, place));
    await archive.corrections.undo('g1', { userId: 'admin' });
    expect(await scores()).toEqual(['ada 90', 'bob 5']);
    expect(store.credits.get('bob')).toMatchObject([{ gameId: 'g4' }]);
  });
});

describe('what is told to a person', () => {
  it('is their own part of finished and running games, and nobody else’s', async () => {
    await book(aFinishedGame('g2', { ada: 30, bob: 80 }, { ...place, finishedAt: START + 90_000 }));
    await book(aFinishedGame('g1', { bob: 40 }));
    await archive.corrections.undo('g1', { userId: 'admin', reason: 'wrong pictures' });
    const answer = { userId: 'bob', choice: 1, correct: true, points: 80, afterMs: 3_000 };
    const round = aRound();
    const players = [{ ...bob, score: 80, correctAnswers: 1, incorrectAnswers: 0 }];
    await store.states.saveGameState('channel', {
      ...round,
      players,
      current: { ...round.current, answers: [answer, { ...answer, userId: 'cem' }] },
    });
    await store.states.saveGameState('elsewhere', aGame({ channelId: 'elsewhere' }));
    const told = await archive.corrections.export('bob');
    expect(told).toEqual({
      userId: 'bob',
      exportedAt: START,
      stats: expect.objectContaining({ userId: 'bob' }),
      games: [
        {
          gameId: 'g1',
          channelId: 'channel',
          mode: 'choices',
          rounds: 2,
          startedAt: START,
          finishedAt: START + 60_000,
          played: { username: 'BOB', score: 40, isWinner: true, correctAnswers: 2, incorrectAnswers: 1 },
          undone: { at: START, reason: 'wrong pictures', byThisPerson: false },
        },
        expect.objectContaining({ gameId: 'g2', serverId: 's1', finishedAt: START + 90_000 }),
      ],
      running: [
        {
          gameId: 'game-1',
          channelId: 'channel',
          mode: 'choices',
          rounds: 2,
          phase: 'round',
          round: 1,
          played: { username: 'Bob', score: 80, correctAnswers: 1, incorrectAnswers: 0 },
          answers: [{ round: 1, choice: 1, correct: true, points: 80, afterMs: 3_000 }],
        },
      ],
      seasons: [],
      daily: [],
    });
    expect(JSON.stringify(told)).not.toMatch(/ada|cem/i);
    expect((await archive.corrections.export(ada.userId)).running).toMatchObject([
      { channelId: 'channel', hostedAs: 'Ada', answers: [] },
      { channelId: 'elsewhere', hostedAs: 'Ada', phase: 'starting' },
    ]);
  });
});
