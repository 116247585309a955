import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type BoardQuery, type GameRecord, recordOf } from '../../../src/game/records/index.js';
import { FakeStore } from './fake-store.js';
import { aFinishedGame, ManualClock, START } from './table.js';

const DAY = 86_400_000;

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

function restart(): void {
  archive = store.archive(clock);
}

async function finish(gameId: string, scores: Record<string, number>, serverId: string | undefined = 's1') {
  const place = { finishedAt: clock.now(), ...(serverId === undefined ? {} : { serverId }) };
  await archive.records.write(recordOf(aFinishedGame(gameId, scores, place)));
}

const scores = async (query: BoardQuery) =>
  (await archive.boards.board(query)).map(({ userId, totalScore }) => `${userId} ${totalScore}`);

describe('a board', () => {
  it('counts what is finished, before a restart and after it', async () => {
    await finish('g1', { ada: 30, bob: 10 });
    expect(await scores({ serverId: 's1', period: 'day' })).toEqual(['ada 30', 'bob 10']);
    await finish('g2', { bob: 50 });
    await finish('g3', { cem: 90 }, 's2');
    for (const again of [() => {}, restart]) {
      again();
      expect(await scores({ serverId: 's1', period: 'day' })).toEqual(['bob 60', 'ada 30']);
      expect(await scores({ period: 'week' })).toEqual(['cem 90', 'bob 60', 'ada 30']);
      expect(await scores({ period: 'season', limit: 1 })).toEqual(['cem 90']);
    }
  });

  it('counts a game once that is finished while the boards are being built, wherever the reading is', async () => {
    const later = async <T>(turns: number, act: () => Promise<T>) => {
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      return act();
    };
    // From well before the pass begins until after its end, a turn of the promises at a time.
    for (let turns = -30; turns < 50; turns++) {
      store = new FakeStore();
      restart();
      await finish('old', { ada: 1 });
      restart();
      // What is on the disk may be read a good while before its writer hears of it.
      const set = store.games.set.bind(store.games);
      store.games.set = async (...args) => {
        const written = await set(...args);
        return later(25, async () => written);
      };
      await Promise.all([
        later(-turns, () => scores({ serverId: 's1' })),
        later(turns, () => finish('new', { ada: 1 })),
      ]);
      expect({ turns, scores: await scores({ serverId: 's1' }) }).toEqual({ turns, scores: ['ada 2'] });
    }
  });

  it('counts a game once whose record is written again', async () => {
    await finish('g1', { ada: 30 });
    await finish('g1', { ada: 30 });
    restart();
    await finish('g1', { ada: 30 });
    expect(await scores({ period: 'day' })).toEqual(['ada 30']);
    expect(store.games.metas).toHaveLength(1);
  });

  it('of a day that is over is counted from the records', async () => {
    await finish('g1', { ada: 30 });
    await clock.advance(DAY);
    await finish('g2', { ada: 5 });
    const yesterday = clock.now() - DAY;
    expect(await scores({ serverId: 's1', period: 'day' })).toEqual(['ada 5']);
    expect(await scores({ serverId: 's1', period: 'day', at: yesterday })).toEqual(['ada 30']);
    expect(await scores({ serverId: 's2', period: 'day', at: yesterday })).toEqual([]);
    expect(await scores({ serverId: 's1', period: 'all', at: yesterday })).toEqual(['ada 35']);
  });

  it("of all time and everybody is the players' own, which knows more than the records", async () => {
    await store.players.creditGame('old', 'Old', { ...creditOf(70), gameId: 'before the records' });
    await finish('g1', { ada: 30 });
    expect(await archive.boards.board()).toMatchObject([{ userId: 'old', totalScore: 70, rank: 1 }]);
    expect((await archive.boards.board())[0]).not.toHaveProperty('gamesHistory');
  });

  it.each<[string, unknown]>([
    ['serverId', { serverId: '' }],
    ['period', { period: 'year' }],
    ['sortBy', { sortBy: 'gamesHistory' }],
    ['limit', { limit: 0 }],
    ['limit', { limit: 1.5 }],
    ['at', { at: Number.NaN }],
    ['at', { at: 9e15 }],
    ['query', null],
  ])('refuses a wrong %s: %j', async (member, query) => {
    const board = archive.boards.board(query as BoardQuery);
    await expect(board).rejects.toBeInstanceOf(TypeError);
    await expect(board).rejects.toThrow(new RegExp(`^${member} must`));
  });

  it('leaves out what is no game, and says so once', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    await finish('g1', { ada: 30 });
    const { players: _, ...torn } = recordOf(aFinishedGame('torn', {}));
    for (const [key, value] of Object.entries({
      null: null,
      text: 'text',
      torn,
      copy: recordOf(aFinishedGame('g1', {})),
    })) {
      store.games.values.set(key, JSON.stringify(value));
    }
    restart();
    expect(await scores({ period: 'day' })).toEqual(['ada 30']);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]?.[0])).toContain('null, text, torn, copy');
  });

  it('is built at the next question where the log could not be read', async () => {
    await finish('g1', { ada: 30 });
    restart();
    const entries = store.games.entries.bind(store.games);
    store.games.entries = () => {
      throw new Error('the disk is away');
    };
    await archive.boards.onApplicationBootstrap();
    await expect(scores({ period: 'day' })).rejects.toThrow('the disk is away');
    store.games.entries = entries;
    await finish('g2', { ada: 1 });
    expect(await scores({ period: 'day' })).toEqual(['ada 31']);
  });
});

describe('a season', () => {
  it('is the first from the first game on, until one is started', async () => {
    expect(await archive.boards.season('s1')).toEqual({
      serverId: 's1',
      number: 1,
      name: 'Season 1',
      startedAt: START,
    });
    await clock.advance(5_000);
    await finish('g1', { ada: 30 });
    await clock.advance(5_000);
    await finish('g2', { ada: 30 });
    expect(await archive.boards.season('s1')).toMatchObject({ number: 1, startedAt: START + 5_000 });
  });

  it('begins with an empty board, even in the millisecond of a game, and leaves the other boards alone', async () => {
    await finish('g1', { ada: 30 });
    await finish('g2', { ada: 7 }, 's2');
    const season = await archive.boards.startSeason('s1', { userId: 'admin', name: ' Winter\n2026 ' });
    expect(season).toEqual({ serverId: 's1', number: 2, name: 'Winter 2026', startedAt: START + 1 });
    expect(store.seasons.metas).toEqual([{ actor: 'admin', reason: 'season started' }]);
    await clock.advance(1_000);
    await finish('g3', { bob: 5 });
    for (const again of [() => {}, restart]) {
      again();
      expect(await archive.boards.season('s1')).toEqual(season);
      expect(await scores({ serverId: 's1', period: 'season' })).toEqual(['bob 5']);
      expect(await scores({ serverId: 's1', period: 'season', at: START })).toEqual(['ada 30']);
      expect(await scores({ serverId: 's2', period: 'season' })).toEqual(['ada 7']);
      expect(await scores({ serverId: 's1' })).toEqual(['ada 30', 'bob 5']);
      expect(await scores({ period: 'season' })).toEqual(['ada 37', 'bob 5']);
    }
  });

  it('counts a game that finishes while it is being written down', async () => {
    await finish('g1', { ada: 30 });
    await clock.advance(1_000);
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => {
      store.beforeWrite = () => {
        resolve();
        return released;
      };
    });
    const started = archive.boards.startSeason('s1', { userId: 'admin' });
    await reached;
    store.beforeWrite = () => {};
    await finish('g2', { bob: 5 });
    release();
    await started;
    expect(await scores({ serverId: 's1', period: 'season' })).toEqual(['bob 5']);
  });

  it.each<[string, string, unknown]>([
    ['serverId', '', { userId: 'admin' }],
    ['userId', 's1', undefined],
    ['name', 's1', { userId: 'admin', name: ' ' }],
  ])('is refused with a wrong %s', async (member, serverId, by) => {
    const started = archive.boards.startSeason(serverId, by as { userId: string });
    await expect(started).rejects.toThrow(new RegExp(`^${member} must`));
    expect(store.saves).toBe(0);
  });
});

describe('the records', () => {
  const idsOf = (records: GameRecord[]) => records.map(({ gameId }) => gameId);

  it('are told the newest first, by channel, server or player', async () => {
    await finish('g1', { ada: 1 });
    await clock.advance(1_000);
    await finish('g2', { bob: 1 }, 's2');
    await clock.advance(1_000);
    await finish('g3', { ada: 1, bob: 1 });
    expect(idsOf(await archive.records.recent({}))).toEqual(['g3', 'g2', 'g1']);
    expect(idsOf(await archive.records.recent({}, 2))).toEqual(['g3', 'g2']);
    expect(idsOf(await archive.records.recent({ serverId: 's1' }))).toEqual(['g3', 'g1']);
    expect(idsOf(await archive.records.recent({ userId: 'bob' }, 1))).toEqual(['g3']);
    expect(idsOf(await archive.records.recent({ channelId: 'elsewhere' }))).toEqual([]);
    await expect(archive.records.recent({ userId: '' })).rejects.toThrow(/^userId must/);
    await expect(archive.records.recent({}, 0)).rejects.toThrow(/^limit must/);
  });
});

function creditOf(score: number) {
  return { date: new Date(START).toISOString(), score, isWinner: true, correctAnswers: 1, incorrectAnswers: 0 };
}
