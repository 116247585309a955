import { describe, expect, it } from '@jest/globals';
import { confusableWith, namesArtist, plainName } from '../../../src/game/rules/index.js';

describe('a typed name', () => {
  it.each([
    ['Oona Papadopple', 'oona papadopple'],
    ['Oona Papadopple', 'OONAPAPADOPPLE'],
    ['Oona Papadopple', '  oona-papadopple!'],
    ['Zoë Ångström', 'zoe angstrom'],
    ['The Glitch Choir', 'glitch choir'],
    ['glitch choir', 'The Glitch Choir'],
    ['@marisol', 'marisol'],
    ['marisol.tez', 'Marisol'],
    ['Fish & Chips', 'fish and chips'],
    ['Ｗｉｄｅ', 'wide'],
    ['Łukasz', 'Łukasz'],
    ['草間彌生', '草間彌生'],
    ['***', '***'],
  ])('%s may be written %s', (name, typed) => {
    expect(namesArtist(typed, [name])).toBe(true);
  });

  it.each([
    ['marisol', 'marsiol', 'two neighbours swapped'],
    ['marisol', 'marisoll', 'one letter too many'],
    ['marisol', 'marisl', 'one letter missing'],
    ['marisol', 'narisol', 'one letter wrong'],
    ['papadopple', 'papadoplle', 'one letter wrong in a long name'],
    ['papadopple', 'papadople s', 'two slips in a long name'],
  ])('%s may be slipped as %s: %s', (name, typed) => {
    expect(namesArtist(typed, [name])).toBe(true);
  });

  it.each([
    ['bob', 'rob', 'one letter makes another short name'],
    ['marisol', 'masirlo', 'too many slips'],
    ['artist1', 'artist2', 'digits tell artists apart'],
    ['artist12', 'artist1', 'digits tell artists apart'],
    ['marisol', '', 'nothing'],
    ['marisol', '   ', 'blanks'],
    ['marisol', '!!!', 'signs'],
    ['***', '**', 'a name of signs has to be right'],
    ['', '', 'no name at all'],
    ['x'.repeat(120), 'x'.repeat(120), 'longer than any name'],
  ])('%s is not %s: %s', (name, typed) => {
    expect(namesArtist(typed, [name])).toBe(false);
  });

  it('may be any that the artist goes by', () => {
    expect(namesArtist('oona', ['Oona Papadopple', 'oona.tez'])).toBe(true);
  });

  it('is never taken from somebody else to whom it is as near', () => {
    expect(namesArtist('marisel', ['marisol'], ['marisal'])).toBe(false);
    expect(namesArtist('marisal', ['marisol'], ['marisal'])).toBe(false);
    expect(namesArtist('marisol', ['marisol'], ['marisal'])).toBe(true);
    expect(namesArtist('marisool', ['marisol'], ['marisal'])).toBe(true);
  });
});

describe('confusable names', () => {
  it('are those that a text with slips may lie between', () => {
    expect(confusableWith(['marisol'], ['marisal', 'marizal', 'casimir', 'marisol', 'artist1'])).toEqual([
      'marisal',
      'marizal',
    ]);
    expect(confusableWith(['bob'], ['rob'])).toEqual([]);
  });

  it('are judged as they are spoken', () => {
    expect(plainName('The Zoë & Co.tez')).toBe('zoeandco');
  });
});
