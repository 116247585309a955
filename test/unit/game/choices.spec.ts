import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  distinctNames,
  isPlayable,
  makeChoices,
  NotEnoughArtistsError,
  nameKey,
  type PieceOfArt,
} from '../../../src/game/rules/index.js';

const plainName = (address: string) => `Name of ${address}`;
const piece = (primaryArtist: string, ...others: string[]): PieceOfArt => ({
  key: 'piece',
  primaryArtist,
  artists: [primaryArtist, ...others],
});

describe('makeChoices', () => {
  it('offers four artists and knows where the right one stands', () => {
    const { choices, correctChoice } = makeChoices(piece('a'), ['a', 'b', 'c', 'd', 'e'], plainName, Math.random);
    expect(choices).toHaveLength(4);
    expect(choices[correctChoice]).toEqual({ address: 'a', artist: 'Name of a' });
  });

  it('never offers a co-creator of the piece as a wrong answer', () => {
    for (let run = 0; run < 200; run++) {
      const { choices } = makeChoices(piece('a', 'b', 'c'), ['a', 'b', 'c', 'd', 'e', 'f'], plainName, Math.random);
      const offered = choices.map(({ address }) => address).sort();
      expect(offered).toEqual(['a', 'd', 'e', 'f']);
    }
  });

  it('never shows one name twice, though two addresses share it', () => {
    const names: Record<string, string> = { a: 'Ada', b: 'ADA ', c: 'Bo', d: 'bo', e: 'Cy', f: 'Di' };
    const nameOf = (address: string) => names[address] ?? address;
    for (let run = 0; run < 200; run++) {
      const { choices } = makeChoices(piece('a'), Object.keys(names), nameOf, Math.random);
      expect(choices.map(({ artist }) => nameKey(artist)).sort()).toEqual(['ada', 'bo', 'cy', 'di']);
      expect(choices.some(({ address }) => address === 'b')).toBe(false);
    }
  });

  it('does not offer a stranger who bears the name of a co-creator', () => {
    const nameOf = (address: string) => (address === 'twin' ? 'Name of b' : plainName(address));
    expect(() => makeChoices(piece('a', 'b'), ['a', 'b', 'twin', 'c', 'd'], nameOf, Math.random)).toThrow(
      NotEnoughArtistsError,
    );
  });

  it('says clearly that there are too few artists', () => {
    expect(() => makeChoices(piece('a'), ['a', 'b', 'c'], plainName, Math.random)).toThrow(
      /needs 3 artists .* catalogue has 2/,
    );
  });

  it('puts the right answer on every button equally often', () => {
    const places = [0, 0, 0, 0];
    for (let run = 0; run < 4_000; run++) {
      const { correctChoice } = makeChoices(piece('a'), ['a', 'b', 'c', 'd', 'e'], plainName, Math.random);
      places[correctChoice] = (places[correctChoice] ?? 0) + 1;
    }
    // Five standard deviations of a fair coin of four sides.
    for (const times of places) expect(Math.abs(times - 1_000)).toBeLessThan(140);
  });

  it('holds its promises for any artists, names, makers and randomness, or refuses', () => {
    const address = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', '__proto__', 'constructor');
    const name = fc.constantFrom('Ada', 'ada', 'Ａｄａ', 'Bo', 'Cy', 'Di', 'Eve', '');
    const random = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(
        fc.uniqueArray(address, { minLength: 1 }),
        fc.dictionary(address, name),
        fc.array(address, { maxLength: 3 }),
        random,
        (everybody, names, makers, source) => {
          const nameOf = (one: string) => (Object.hasOwn(names, one) ? (names[one] as string) : `Name of ${one}`);
          const asked = piece(everybody[0] as string, ...makers);
          const next = () => source.next().value as number;
          const playable = isPlayable(asked, distinctNames(everybody, nameOf), nameOf);
          if (!playable) {
            expect(() => makeChoices(asked, everybody, nameOf, next)).toThrow(NotEnoughArtistsError);
            return;
          }
          const { choices, correctChoice } = makeChoices(asked, everybody, nameOf, next);
          expect(choices[correctChoice]?.address).toBe(asked.primaryArtist);
          expect(new Set(choices.map(({ artist }) => nameKey(artist))).size).toBe(4);
          const wrong = choices.filter((_, place) => place !== correctChoice);
          expect(wrong.some((choice) => asked.artists.includes(choice.address))).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});
