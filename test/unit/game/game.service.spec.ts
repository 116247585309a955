import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { GameEvent } from '../../../src/game/game.types.js';
import { Bot, short, wholeGameMs } from './bot.js';
import { FakeStore } from './fake-store.js';
import { ada, answerTo, bob, gallery, settled } from './table.js';

describe('GameService', () => {
  let bot: Bot;

  beforeEach(() => {
    Logger.overrideLogger(false);
    bot = new Bot();
  });

  afterEach(() => {
    Logger.overrideLogger(['error', 'warn']);
    jest.restoreAllMocks();
  });

  it('plays a whole game and credits everybody who answered, once', async () => {
    await bot.game.startGame('channel', ada, short);
    await bot.clock.advance(3_000);
    expect((await bot.answer(ada)).points).toBe(100);
    await bot.clock.advance(4_000);
    expect((await bot.answer(bob)).points).toBe(60);
    await bot.clock.advance(wholeGameMs);
    const { gameId } = bot.game.view('channel') ?? { gameId: '' };
    const date = expect.stringMatching(/^2026-01-01T00:00:/);
    expect([...bot.store.credits]).toEqual([
      ['ada', [{ gameId, date, score: 100, isWinner: true, correctAnswers: 1, incorrectAnswers: 0 }]],
      ['bob', [{ gameId, date, score: 60, isWinner: false, correctAnswers: 1, incorrectAnswers: 0 }]],
    ]);
    expect(bot.store.saved.size).toBe(0);
    expect(bot.game.view('channel')).toMatchObject({ phase: 'finished', winners: ['ada'] });
    expect(await bot.game.leaderboard()).toMatchObject([
      { userId: 'ada', rank: 1 },
      { userId: 'bob', rank: 2 },
    ]);
    expect(await bot.game.playerStats('ada')).toMatchObject({ totalScore: 100, rank: 1 });
    expect(await bot.game.playerStats('nobody')).toBeUndefined();
  });

  it('shares the win in a tie', async () => {
    await bot.game.startGame('channel', ada, short);
    await bot.clock.advance(3_000);
    await Promise.all([bot.answer(ada), bot.answer(bob)]);
    await bot.clock.advance(wholeGameMs);
    expect(bot.game.view('channel')?.winners).toEqual(['ada', 'bob']);
    expect([...bot.store.credits.values()].flat().every(({ isWinner }) => isWinner)).toBe(true);
  });

  it('has no winner when everybody answered wrong, and still counts the game', async () => {
    await bot.game.startGame('channel', ada, short);
    await bot.clock.advance(3_000);
    await bot.answer(ada, (bot.right() + 1) % 4);
    await bot.clock.advance(wholeGameMs);
    expect(bot.game.view('channel')?.winners).toEqual([]);
    expect(bot.store.credits.get('ada')).toMatchObject([{ score: 0, isWinner: false, incorrectAnswers: 1 }]);
  });

  it('ends quietly when nobody answers, not even the host', async () => {
    await bot.game.startGame('channel', ada, short);
    await bot.clock.advance(wholeGameMs);
    expect(bot.game.view('channel')).toMatchObject({ phase: 'finished', winners: [] });
    expect(bot.store.credits.size).toBe(0);
  });

  it('runs one game in a channel, also when two people start at once, and others elsewhere', async () => {
    const starts = await Promise.allSettled([
      bot.game.startGame('channel', ada, short),
      bot.game.startGame('channel', bob, short),
      bot.game.startGame('elsewhere', bob, short),
    ]);
    expect(starts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(bot.game.startGame('channel', ada, short)).rejects.toMatchObject({ code: 'GAME_RUNNING' });
  });

  it('keeps the podium until the next game starts', async () => {
    const first = await bot.game.startGame('channel', ada, short);
    await bot.clock.advance(wholeGameMs);
    const second = await bot.game.startGame('channel', bob, short);
    expect(second.gameId).not.toBe(first.gameId);
    expect(bot.game.view('channel')).toMatchObject({ gameId: second.gameId, phase: 'starting', players: [] });
  });

  it('does not start over a game whose scores are still on their way', async () => {
    await bot.game.startGame('channel', ada, { ...short, rounds: 1 });
    await bot.clock.advance(3_000);
    await bot.answer(ada);
    await bot.clock.advance(10_000);
    bot.store.beforeWrite = () => {
      if (bot.store.saved.get('channel')?.includes('"phase":"finished"')) throw new Error('disk full');
    };
    await bot.clock.advance(5_000);
    await expect(bot.game.startGame('channel', ada, short)).rejects.toMatchObject({ code: 'GAME_FINISHING' });
    bot.store.beforeWrite = () => {};
    await bot.clock.advance(20_000);
    await bot.game.startGame('channel', ada, short);
    expect(bot.store.credits.get('ada')).toHaveLength(1);
  });

  it('leaves no trace of a game whose start could not be saved', async () => {
    bot.store.beforeWrite = () => {
      throw new Error('disk full');
    };
    await expect(bot.game.startGame('channel', ada, short)).rejects.toThrow('disk full');
    expect(bot.game.view('channel')).toBeUndefined();
    expect(bot.events).toEqual([]);
    expect(bot.clock.running).toBe(0);
    bot.store.beforeWrite = () => {};
    expect(await bot.game.startGame('channel', ada, short)).toMatchObject({ phase: 'starting' });
  });

  it('says that the catalogue has too few artists', async () => {
    const poor = new Bot(new FakeStore(), { pieces: gallery(3) });
    await expect(poor.game.startGame('channel', ada, short)).rejects.toMatchObject({ code: 'NOT_ENOUGH_ARTISTS' });
  });

  it('refuses wrong settings and people before it writes anything', async () => {
    await expect(bot.game.startGame('channel', ada, { rounds: 0 })).rejects.toThrow(/^rounds must/);
    await expect(bot.game.startGame('', ada)).rejects.toThrow(/^channelId must/);
    await expect(bot.game.startGame('channel', { ...ada, userId: '' })).rejects.toThrow(/^userId must/);
    await expect(bot.game.startGame('channel', { ...ada, username: ' ' })).rejects.toThrow(/^username must/);
    expect(bot.store.saves).toBe(0);
  });

  it('ends for everybody else when the store refuses the record of one player for good', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    const credit = bot.store.players.creditGame.bind(bot.store.players);
    bot.store.players.creditGame = async (...args) => {
      if (args[0] === 'ada') throw new TypeError('totalGames must be an integer');
      return credit(...args);
    };
    await bot.game.startGame('channel', ada, { ...short, rounds: 1 });
    await bot.clock.advance(3_000);
    await Promise.all([bot.answer(ada), bot.answer(bob)]);
    await bot.clock.advance(wholeGameMs);
    expect(bot.store.credits.get('bob')).toHaveLength(1);
    expect(bot.store.saved.size).toBe(0);
    expect(error).toHaveBeenCalledTimes(1);
    expect(String(error.mock.calls[0]?.[0])).toMatch(/ada.*totalGames must be/);
  });

  it('credits the others at once when one credit has to be tried again', async () => {
    const credit = bot.store.players.creditGame.bind(bot.store.players);
    let failures = 1;
    bot.store.players.creditGame = async (...args) => {
      if (args[0] === 'ada' && failures-- > 0) throw new Error('disk full');
      return credit(...args);
    };
    await bot.game.startGame('channel', ada, { ...short, rounds: 1 });
    await bot.clock.advance(3_000);
    await Promise.all([bot.answer(ada), bot.answer(bob)]);
    await bot.clock.advance(10_000 + 5_000);
    expect([...bot.store.credits.keys()]).toEqual(['bob']);
    await bot.clock.advance(1_000);
    expect([...bot.store.credits.keys()].sort()).toEqual(['ada', 'bob']);
    expect(bot.store.saved.size).toBe(0);
  });

  it('never shows a piece twice in a game, nor more rounds than pieces', async () => {
    const view = await bot.game.startGame('channel', ada, { ...short, rounds: 50 });
    expect(view.rounds).toBe(12);
    await bot.clock.advance(3_000 + 12 * 15_000);
    const shown = bot.events.flatMap((event) => (event.type === 'round-started' ? [event.view.imageUrl] : []));
    expect(new Set(shown).size).toBe(12);
  });

  it('tells answers without a game from answers to another game', async () => {
    expect(await bot.answer(ada, 0)).toEqual({ status: 'no-game' });
    const view = await bot.game.startGame('channel', ada, short);
    expect((await bot.answer(ada, 0)).status).toBe('too-late');
    await bot.clock.advance(3_000);
    const stale = { ...answerTo({ gameId: 'another', round: 1 }, ada, 0) };
    expect((await bot.game.answer('channel', stale)).status).toBe('too-late');
    expect((await bot.game.answer('channel', answerTo({ ...view, round: 2 }, ada, 0))).status).toBe('too-late');
    await bot.clock.advance(wholeGameMs);
    expect((await bot.answer(ada, 0)).status).toBe('no-game');
  });

  it('tells events of a channel only to those who listen there', async () => {
    const heard: GameEvent[] = [];
    bot.game.events('elsewhere').subscribe((event) => heard.push(event));
    await bot.game.startGame('channel', ada, short);
    expect(heard).toEqual([]);
    await bot.game.startGame('elsewhere', ada, short);
    expect(heard.map(({ type }) => type)).toEqual(['game-started']);
  });

  it('keeps names clean and short', async () => {
    const view = await bot.game.startGame('channel', { userId: 'x', username: `  A\u0000\u202e${'b'.repeat(100)}` });
    expect(view.host.username).toBe(`A${'b'.repeat(31)}`);
  });

  it('counts players called __proto__ and constructor like anybody', async () => {
    await bot.game.startGame('channel', ada, { ...short, rounds: 1 });
    await bot.clock.advance(3_000);
    for (const userId of ['__proto__', 'constructor']) await bot.answer({ userId, username: userId });
    await bot.clock.advance(wholeGameMs);
    expect([...bot.store.credits.keys()]).toEqual(['__proto__', 'constructor']);
  });
});

describe('stopping', () => {
  let bot: Bot;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    bot = new Bot();
    await bot.game.startGame('channel', ada, short);
    await bot.clock.advance(3_000);
    await bot.answer(bob);
  });

  afterEach(() => Logger.overrideLogger(['error', 'warn']));

  it('books nothing', async () => {
    await bot.game.stopGame('channel', { userId: 'ada' });
    await bot.clock.advance(wholeGameMs);
    expect(bot.store.credits.size).toBe(0);
    expect(bot.store.saved.size).toBe(0);
    expect(bot.game.view('channel')).toBeUndefined();
  });

  it('is for the host, or for who manages the channel', async () => {
    await expect(bot.game.stopGame('channel', { userId: 'bob' })).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect(bot.game.view('channel')?.phase).toBe('round');
    expect((await bot.game.stopGame('channel', { userId: 'bob', mayManage: true })).phase).toBe('stopped');
    expect(bot.events.at(-1)).toMatchObject({ type: 'game-stopped', by: bob });
  });

  it('needs a game that runs', async () => {
    await expect(bot.game.stopGame('elsewhere', { userId: 'ada' })).rejects.toMatchObject({ code: 'NO_GAME' });
    await bot.clock.advance(wholeGameMs);
    await expect(bot.game.stopGame('channel', { userId: 'ada' })).rejects.toMatchObject({ code: 'NO_GAME' });
    expect(bot.store.credits.get('bob')).toHaveLength(1);
  });

  it('leaves no timer that could end a round of the next game', async () => {
    await bot.clock.advance(9_000);
    await bot.game.stopGame('channel', { userId: 'ada' });
    await bot.game.startGame('channel', ada, short);
    await bot.clock.advance(3_000);
    expect(bot.game.view('channel')).toMatchObject({ phase: 'round', round: 1 });
    await bot.clock.advance(9_900);
    expect(bot.game.view('channel')).toMatchObject({ phase: 'round', round: 1 });
    expect(bot.clock.running).toBe(1);
  });
});

describe('a restart', () => {
  let bot: Bot;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    bot = new Bot();
    await bot.game.startGame('channel', ada, short);
    await bot.clock.advance(3_000);
    await bot.answer(bob);
  });

  afterEach(() => {
    Logger.overrideLogger(['error', 'warn']);
    jest.restoreAllMocks();
  });

  it('goes on in mid-round after a crash and finishes the game', async () => {
    const before = bot.game.view('channel');
    const next = bot.crash();
    await next.game.onApplicationBootstrap();
    expect(next.game.view('channel')).toEqual(before);
    await next.answer(ada, (next.right() + 1) % 4);
    await next.clock.advance(wholeGameMs);
    expect(next.store.credits.get('bob')).toMatchObject([{ score: 100, isWinner: true }]);
    expect(next.store.credits.get('ada')).toMatchObject([{ score: 0, isWinner: false }]);
  });

  it('refuses a second game in the channel even before the hook has run', async () => {
    const next = bot.crash();
    await expect(next.game.startGame('channel', bob, short)).rejects.toMatchObject({ code: 'GAME_RUNNING' });
  });

  it('takes no answers and no games during shutdown, says goodbye to listeners, and loses nothing', async () => {
    let completed = false;
    bot.game.events().subscribe({ complete: () => (completed = true) });
    await bot.game.beforeApplicationShutdown();
    expect(completed).toBe(true);
    expect(bot.clock.running).toBe(0);
    await expect(bot.answer(ada)).rejects.toMatchObject({ code: 'GAME_CLOSING' });
    await expect(bot.game.startGame('x', ada)).rejects.toMatchObject({ code: 'GAME_CLOSING' });
    await expect(bot.game.stopGame('channel', { userId: 'ada' })).rejects.toMatchObject({ code: 'GAME_CLOSING' });
    const next = bot.crash();
    await next.game.onApplicationBootstrap();
    expect(next.game.view('channel')).toMatchObject({ phase: 'round', players: [{ userId: 'bob', answered: true }] });
  });

  it('saves a game that was being started when the shutdown came', async () => {
    let release = () => {};
    bot.store.beforeWrite = () => new Promise((resolve) => (release = resolve));
    const started = bot.game.startGame('late', ada, short);
    await settled();
    const shutdown = bot.game.beforeApplicationShutdown();
    bot.store.beforeWrite = () => {};
    release();
    await Promise.all([started, shutdown]);
    expect(bot.clock.running).toBe(0);
    expect(bot.store.saved.get('late')).toContain('"suspendedAt":1');
  });

  it('does not play a game that lies under the name of another channel', async () => {
    bot.store.saved.set('copy', bot.store.saved.get('channel') ?? '');
    const next = bot.crash();
    await next.game.onApplicationBootstrap();
    expect(next.game.view('copy')).toBeUndefined();
    expect(next.game.view('channel')?.phase).toBe('round');
  });

  it('leaves a game of another program untouched and says so once', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    const legacy = JSON.stringify({ currentRound: 3, isActive: true, lastUpdated: '2025-10-22T00:00:00.000Z' });
    bot.store.saved.set('old-1', legacy).set('old-2', legacy);
    const next = bot.crash();
    await next.game.onApplicationBootstrap();
    await next.clock.advance(wholeGameMs);
    expect(next.store.saved.get('old-1')).toBe(legacy);
    expect(next.game.view('old-1')).toBeUndefined();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]?.[0])).toContain('old-1, old-2');
  });
});
