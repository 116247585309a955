/** Games in which the name is typed. */
import { describe, expect, it } from '@jest/globals';
import { nextPicture, type PictureWorld } from '../../../src/game/next-picture.js';
import { unchecked } from '../../../src/game/picture-check.js';
import { Pieces } from '../../../src/game/pieces.js';
import { readSavedState } from '../../../src/game/session/saved-state.js';
import { endRound, GUESSES, recordAnswer, startRound } from '../../../src/game/session/session.js';
import type { GameState } from '../../../src/game/session/state.js';
import { viewOf } from '../../../src/game/session/view.js';
import { ada, aGame, aPicture, bob, gallery, START, seededRandom } from './table.js';

const NAMING = { right: ['Marisol Quenby', 'marisol.tez'], confusable: ['Marisel Quenby'] };

const typedRound = (): GameState =>
  startRound(aGame({ mode: 'typed' }), { ...aPicture, naming: NAMING, title: 'Marisol at dusk' }, START);

function typed(state: GameState, player: typeof ada, text: string, afterMs = 3_000) {
  const { gameId, round } = state;
  return recordAnswer(state, { ...player, gameId, round, text }, START + afterMs);
}

describe('a round in which the name is typed', () => {
  it('shows no names, neither on buttons nor in the title', () => {
    const view = viewOf(typedRound());
    expect(view).toMatchObject({ mode: 'typed', imageUrl: aPicture.imageUrl });
    expect(view).not.toHaveProperty('choices');
    expect(view).not.toHaveProperty('title');
    expect(JSON.stringify(view)).not.toContain('arisol');
  });

  it('brings points for any name the artist goes by, the sooner the more', () => {
    const right = typed(typedRound(), ada, 'marisol quenby');
    expect(right.outcome).toEqual({ status: 'accepted', correct: true, points: 80 });
    const alias = typed(right.state, bob, 'MARISOL', 6_000);
    expect(alias.outcome).toEqual({ status: 'accepted', correct: true, points: 60 });
    expect(alias.state.players.map(({ score }) => score)).toEqual([80, 60]);
  });

  it('lets a player guess again, and takes the last guess as the answer', () => {
    let state = typedRound();
    for (let left = GUESSES - 1; left > 0; left--) {
      const { state: next, outcome } = typed(state, ada, `nobody ${left}`);
      expect(outcome).toEqual({ status: 'wrong-guess', guessesLeft: left });
      expect(next.players).toEqual([]);
      state = next;
    }
    const last = typed(state, ada, 'nobody');
    expect(last.outcome).toEqual({ status: 'accepted', correct: false, points: 0 });
    expect(last.state.players).toMatchObject([{ userId: 'ada', correctAnswers: 0, incorrectAnswers: 1 }]);
    expect(typed(last.state, ada, 'marisol quenby').outcome).toEqual({ status: 'already-answered' });
  });

  it('counts a right guess behind wrong ones, each player for themselves', () => {
    const wrong = typed(typedRound(), ada, 'nobody').state;
    const other = typed(wrong, bob, 'nobody');
    expect(other.outcome).toEqual({ status: 'wrong-guess', guessesLeft: GUESSES - 1 });
    const right = typed(other.state, ada, 'marisol');
    expect(right.outcome).toMatchObject({ status: 'accepted', correct: true });
    const over = endRound(right.state, START + 15_000);
    expect(over.players).toMatchObject([
      { userId: 'ada', correctAnswers: 1, incorrectAnswers: 0 },
      { userId: 'bob', correctAnswers: 0, incorrectAnswers: 1 },
    ]);
    expect(over.lastResult).toMatchObject({
      correctChoice: -1,
      artist: 'Artist 0',
      answers: [
        { userId: 'ada', choice: -1, correct: true },
        { userId: 'bob', username: 'Bob', choice: -1, correct: false, points: 0, afterMs: 15_000 },
      ],
    });
  });

  it('forgives slips, but gives nobody the name of another artist', () => {
    expect(typed(typedRound(), ada, 'Marisol Quenbi').outcome.correct).toBe(true);
    expect(typed(typedRound(), ada, 'Marisel Quenby').outcome.status).toBe('wrong-guess');
  });

  it('comes too late behind its end, also with a right name', () => {
    expect(typed(typedRound(), ada, 'marisol', 15_000).outcome).toEqual({ status: 'too-late' });
  });

  it('comes back from JSON as it went in, guesses included', () => {
    const state = typed(typedRound(), ada, 'nobody').state;
    expect(readSavedState(JSON.parse(JSON.stringify(state)))).toStrictEqual(state);
    expect(readSavedState({ ...state, mode: 'sung' })).toBeUndefined();
  });
});

describe('the names of a typed round', () => {
  const catalogue = () =>
    new Pieces({
      tokens: ['a', 'b', 'c', 'd', 'e'].map((artist, place) => ({
        tokenId: String(place),
        contract: 'KT1',
        imageUrl: 'https://example.org/x.png',
        artists: place === 0 ? ['a', 'b'] : [artist],
        primaryArtist: artist,
      })),
      artistInfo: {
        a: { displayName: 'Marisol', hasResolution: true, info: { alias: 'Mari', tzdomain: 'marisol.tez' } },
        b: { displayName: 'Bram', hasResolution: true, info: null },
        c: { displayName: 'Marisal', hasResolution: true, info: { alias: '', tzdomain: 7 } },
        d: { displayName: 'Zuzu', hasResolution: true },
      },
    });

  const worldOf = (pieces: Pieces): PictureWorld => ({
    pieces,
    check: unchecked,
    random: seededRandom(),
    reportUnloadable: ({ key }) => {
      throw new Error(`${key} is passed over.`);
    },
  });

  it('are all that its makers go by, and those they could be taken for', async () => {
    const picture = await nextPicture({ upcoming: ['KT1:0'], mode: 'typed' }, worldOf(catalogue()));
    expect(picture?.naming).toEqual({
      right: ['Marisol', 'Mari', 'marisol.tez', 'Bram'],
      confusable: ['Marisal'],
    });
  });

  it('are not there in other games', async () => {
    for (const mode of [undefined, 'choices', 'daily'] as const) {
      const picture = await nextPicture({ upcoming: ['KT1:0'], ...(mode ? { mode } : {}) }, worldOf(gallery()));
      expect(picture).toHaveProperty('choices');
      expect(picture).not.toHaveProperty('naming');
    }
  });
});
