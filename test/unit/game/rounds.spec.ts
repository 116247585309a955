import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type PieceOfArt, pickRounds } from '../../../src/game/rules/index.js';

const piecesBy = (...artists: string[]): PieceOfArt[] =>
  artists.map((artist, place) => ({ key: `piece ${place}`, primaryArtist: artist, artists: [artist] }));
const artistsOf = (pieces: PieceOfArt[]) => pieces.map(({ primaryArtist }) => primaryArtist);

describe('pickRounds', () => {
  it('plays at most as many rounds as there are pieces', () => {
    expect(pickRounds(piecesBy('a', 'b', 'c'), 20, Math.random)).toHaveLength(3);
    expect(pickRounds([], 20, Math.random)).toEqual([]);
  });

  it('shows a piece once, though the catalogue lists it twice', () => {
    const pieces = piecesBy('a', 'b');
    expect(pickRounds([...pieces, ...pieces], 20, Math.random)).toHaveLength(2);
  });

  it('gives every artist a turn before one has three', () => {
    const pieces = piecesBy(...'aaaaabbbbbcccccddddd');
    const turns = artistsOf(pickRounds(pieces, 12, Math.random));
    for (const artist of 'abcd') expect(turns.filter((turn) => turn === artist).length).toBeGreaterThanOrEqual(1);
  });

  it('picks differently from game to game', () => {
    const pieces = piecesBy(...'aaabbbcccddd');
    const games = new Set(Array.from({ length: 20 }, () => JSON.stringify(pickRounds(pieces, 6, Math.random))));
    expect(games.size).toBeGreaterThan(10);
  });

  it('never repeats a piece, and shows one artist twice in a row only when no other is left', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (artists, rounds, source) => {
          const pieces = piecesBy(...artists);
          const picked = pickRounds(pieces, rounds, () => source.next().value as number);
          expect(picked).toHaveLength(Math.min(rounds, pieces.length));
          expect(new Set(picked).size).toBe(picked.length);
          picked.forEach((piece, place) => {
            if (piece.primaryArtist !== picked[place - 1]?.primaryArtist) return;
            const left = pieces.filter((other) => !picked.slice(0, place).includes(other));
            expect(new Set(artistsOf(left)).size).toBe(1);
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
