import { describe, expect, it } from '@jest/globals';
import { checkedAnswer, checkedId, cleanName, MAX_NAME_LENGTH } from '../../../src/game/identity.js';

describe('cleanName', () => {
  it.each([
    ['  Ada  ', 'Ada'],
    ['Ada\n\tLovelace', 'Ada Lovelace'],
    ['Ada\u0000\u0007', 'Ada'],
    ['\u202eadA\u2066', 'adA'],
    ['Ada\ud83d', 'Ada'],
    ['Ada\u2028Bo', 'Ada Bo'],
    ['👩‍👩‍👧 Zoë', '👩‍👩‍👧 Zoë'],
  ])('keeps %j as %j', (given, kept) => {
    expect(cleanName(given)).toBe(kept);
  });

  it('cuts a long name after whole characters', () => {
    expect(cleanName('👩‍👩‍👧'.repeat(20))).toMatch(/^(👩‍👩‍👧)+$/u);
    expect(cleanName('x'.repeat(1_000_000))).toBe('x'.repeat(MAX_NAME_LENGTH));
    expect(cleanName(`a${'\u0301'.repeat(10_000)}b`).length).toBeLessThan(300);
  });

  it.each(['', '   ', '\u0000', '\u200b', undefined, 7])('refuses %j', (given) => {
    expect(() => cleanName(given)).toThrow(/username/);
  });
});

describe('ids', () => {
  it('keeps any text that can be a key', () => {
    for (const id of ['1', '__proto__', 'constructor', 'web:room', '😀']) expect(checkedId('userId', id)).toBe(id);
  });

  it.each(['', undefined, 7, 'a\u0000b', '\ud83d', 'x'.repeat(257)])('refuses %j', (id) => {
    expect(() => checkedId('userId', id)).toThrow(/^userId must/);
  });
});

describe('checkedAnswer', () => {
  const answer = { userId: 'ada', username: 'Ada', gameId: 'g', round: 1, choice: 0 };

  it.each([-1, 4, 1.5, Number.NaN, '1'])('refuses choice %p', (choice) => {
    expect(() => checkedAnswer({ ...answer, choice: choice as number })).toThrow(/^choice must .* 0 to 3/);
  });

  it('takes nothing along that is not part of an answer', () => {
    expect(checkedAnswer({ ...answer, mayManage: true } as typeof answer)).toEqual(answer);
  });
});
