import { describe, expect, it } from '@jest/globals';
import { answerText } from '../../../src/discord/answer-text.js';
import { boardEmbed, statsEmbed } from '../../../src/discord/board-message.js';
import { podiumMessage } from '../../../src/discord/podium-message.js';
import { pieceAddress } from '../../../src/discord/result-message.js';
import { roundMessage } from '../../../src/discord/round-message.js';
import { LEADERBOARD_SORTS, type RankedPlayer } from '../../../src/game/index.js';
import { viewOf } from '../../../src/game/session/view.js';
import { aFinishedGame, aRound } from '../game/table.js';

const words = (body: ReturnType<typeof podiumMessage>) => body.embeds?.[0]?.description ?? '';

/** A record of the reference bot from before some figures were counted. */
const old = { rank: 1, userId: 'a', username: 'Ada', totalGames: 2, totalWins: 1, totalScore: 10 } as RankedPlayer;

describe('messages', () => {
  it('name one winner, several, or nobody', () => {
    expect(words(podiumMessage(viewOf(aFinishedGame('1', { a: 10, b: 5 }))))).toContain('**A** wins.');
    expect(words(podiumMessage(viewOf(aFinishedGame('1', { a: 10, b: 10 }))))).toContain(
      '**A** and **B** win together.',
    );
    expect(words(podiumMessage(viewOf(aFinishedGame('1', { a: 0, b: 0 }))))).toContain('nobody wins');
    expect(words(podiumMessage(viewOf(aFinishedGame('1', {}))))).toContain('Nobody answered');
  });

  it('fit into what Discord takes, however long names are', () => {
    const players = Object.fromEntries(Array.from({ length: 200 }, (_, place) => [`${'*'.repeat(31)}${place}`, 10]));
    expect(words(podiumMessage(viewOf(aFinishedGame('1', players)))).length).toBeLessThanOrEqual(4_096);
    const choices = ['1', '2', '3', '4'].map((address) => ({ address, artist: 'x'.repeat(500) }));
    const { components } = roundMessage(viewOf(aRound({ choices, title: '*'.repeat(5_000) })));
    for (const label of JSON.stringify(components).match(/(?<="label":")[^"]*/g) ?? []) {
      expect(label.length).toBeLessThanOrEqual(80);
    }
  });

  it.each(LEADERBOARD_SORTS)('show old records by %s without holes', (sortBy) => {
    expect(boardEmbed('Board', [old], sortBy).toJSON().description).not.toMatch(/undefined|NaN/);
  });

  it('show a player without answers no accuracy', () => {
    const none = { averageScore: 5, bestScore: 7, totalCorrectAnswers: 0, totalIncorrectAnswers: 0, totalAnswers: 0 };
    const fields = statsEmbed({ ...old, ...none, accuracyRate: 0, gamesHistory: [] }).toJSON().fields;
    expect(fields).toContainEqual(expect.objectContaining({ name: 'Accuracy', value: 'no answers yet' }));
  });

  it('link a piece of objkt, else its picture, else nothing', () => {
    const contract = 'KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton';
    expect(pieceAddress({ pieceKey: `${contract}:7`, imageUrl: '' })).toBe(`https://objkt.com/tokens/${contract}/7`);
    expect(pieceAddress({ pieceKey: 'x:7', imageUrl: 'https://a.example/1.png' })).toBe('https://a.example/1.png');
    expect(pieceAddress({ imageUrl: '/art/1.svg' })).toBeUndefined();
  });

  it('tell a player how many guesses are left', () => {
    expect(answerText({ status: 'wrong-guess', guessesLeft: 1 })).toBe('Not this name. 1 guess left.');
    expect(answerText({ status: 'wrong-guess', guessesLeft: 0 })).toContain('last guess');
  });
});
