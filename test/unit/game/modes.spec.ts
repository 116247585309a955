import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Bot, short } from './bot.js';
import { FakeStore } from './fake-store.js';
import { ada, bob, gallery } from './table.js';

describe('The ways to play', () => {
  let bot: Bot;

  beforeEach(() => {
    Logger.overrideLogger(false);
    bot = new Bot(new FakeStore(), { pieces: gallery(6, 3) });
  });

  afterEach(() => {
    Logger.overrideLogger(['error', 'warn']);
  });

  it('plays a daily challenge, in which a second game of a player counts for nothing', async () => {
    const attempt = { score: 100, rounds: 10, correctAnswers: 1 };
    await bot.game.startGame('one', ada, { mode: 'daily' });
    await bot.clock.advance(3_000);
    const first = bot.game.view('one');
    expect(first).toMatchObject({ mode: 'daily', day: '2026-01-01', rounds: 10, roundMs: 15_000 });
    expect(await bot.answer(ada, bot.right('one'), 'one')).toMatchObject({ status: 'accepted', correct: true });
    bot = bot.crash();
    await bot.game.onApplicationBootstrap();
    await bot.game.startGame('two', bob, { mode: 'daily' });
    await bot.clock.advance(3_000);
    expect(bot.game.view('two')).toMatchObject({ imageUrl: first?.imageUrl, choices: first?.choices });
    expect(await bot.answer(ada, 0, 'two')).toEqual({ status: 'already-played' });
    expect(await bot.answer(bob, bot.right('two'), 'two')).toMatchObject({ status: 'accepted', correct: true });
    await bot.clock.advance(10 * 20_000);
    expect([...bot.store.credits.keys()].sort()).toEqual(['ada', 'bob']);
    expect(await bot.daily.board()).toMatchObject([
      { userId: 'ada', ...attempt },
      { userId: 'bob', ...attempt },
    ]);
  });

  it('lets nobody choose what a daily challenge is like, and refuses an unknown mode', async () => {
    const refused = bot.game.startGame('channel', ada, { mode: 'daily', rounds: 3 });
    await expect(refused).rejects.toMatchObject({ code: 'SETTING_FIXED' });
    await expect(bot.game.startGame('channel', ada, { mode: 'sung' as never })).rejects.toThrow(
      new TypeError('mode must be one of choices, typed, daily, got "sung".'),
    );
    expect(bot.store.saves).toBe(0);
  });

  it('refuses an answer of the wrong kind, and one that is both', async () => {
    await bot.game.startGame('channel', ada, { ...short, mode: 'typed' });
    await bot.clock.advance(3_000);
    await expect(bot.answer(ada, 1)).rejects.toMatchObject({ code: 'WRONG_KIND_OF_ANSWER' });
    const { gameId = '', round = 0 } = bot.game.view('channel') ?? {};
    const both = bot.game.answer('channel', { ...ada, gameId, round, text: 'x', choice: 1 } as never);
    await expect(both).rejects.toThrow('An answer has either a choice or a text, not both.');
    await expect(bot.game.answer('channel', { ...ada, gameId, round, text: ' ' })).rejects.toThrow(TypeError);
    expect(await bot.game.answer('channel', { ...ada, gameId, round, text: 'nobody' })).toEqual({
      status: 'wrong-guess',
      guessesLeft: 4,
    });
  });

  it('tells a player of their attempts, takes them back with an undone game, and forgets them', async () => {
    await bot.game.startGame('one', ada, { mode: 'daily' });
    await bot.clock.advance(3_000);
    await bot.answer(ada, bot.right('one'), 'one');
    await bot.clock.advance(10 * 20_000);
    const { gameId = '' } = bot.game.view('one') ?? {};
    expect((await bot.game.exportPlayer('ada')).daily).toMatchObject([{ day: '2026-01-01', gameId, score: 100 }]);
    await bot.game.undoGame(gameId, { userId: 'admin' });
    expect((await bot.game.exportPlayer('ada')).daily).toEqual([{ day: '2026-01-01', username: 'Ada', gameId }]);
    expect(await bot.daily.board()).toEqual([]);
    await bot.game.forgetPlayer('ada');
    expect((await bot.game.exportPlayer('ada')).daily).toEqual([]);
  });
});
