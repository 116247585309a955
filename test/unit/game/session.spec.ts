import { describe, expect, it } from '@jest/globals';
import { readSavedState } from '../../../src/game/session/saved-state.js';
import {
  endRound,
  finishGame,
  GRACE_MS,
  LAST_PAUSE_MS,
  recordAnswer,
  resume,
  STARTING_MS,
  startRound,
  suspend,
} from '../../../src/game/session/session.js';
import type { GameState } from '../../../src/game/session/state.js';
import { viewOf } from '../../../src/game/session/view.js';
import { ada, aGame, answerTo, aPicture, aRound, bob, START } from './table.js';

const play = (state: GameState, player: typeof ada, choice: number, afterMs: number) =>
  recordAnswer(state, answerTo(state, player, choice), state.endsAt - state.times.roundMs + afterMs);

describe('a game', () => {
  it('starts with a short wait and no more rounds than pieces', () => {
    const state = aGame({ times: { rounds: 20, roundMs: 15_000, pauseMs: 8_000 } });
    expect(state).toMatchObject({ phase: 'starting', round: 0, endsAt: START + STARTING_MS, times: { rounds: 2 } });
  });

  it('goes through rounds and pauses to the end', () => {
    const first = aRound();
    expect(first).toMatchObject({ phase: 'round', round: 1, endsAt: START + 15_000 });
    const pause = endRound(first, START + 15_000);
    expect(pause).toMatchObject({ phase: 'pause', round: 1, endsAt: START + 23_000 });
    const second = startRound(pause, { ...aPicture, upcoming: [] }, START + 23_000);
    expect(second).toMatchObject({ phase: 'round', round: 2, upcoming: [] });
    const last = endRound(second, START + 38_000);
    expect(last.endsAt).toBe(START + 38_000 + LAST_PAUSE_MS);
    expect(finishGame(last, START + 43_000)).toMatchObject({
      phase: 'finished',
      outcome: { finishedAt: START + 43_000, winners: [] },
    });
  });

  it('is shorter by the pieces that have left the catalogue', () => {
    const state = startRound(aGame(), { ...aPicture, pieceKey: 'KT1:1', upcoming: [] }, START);
    expect(state.times.rounds).toBe(1);
  });

  it('keeps the place and the mode that it is given, and does without them as before there were any', () => {
    const placed = { ...aGame({ serverId: 'server' }), mode: 'typed' };
    expect(placed.serverId).toBe('server');
    expect(readSavedState(JSON.parse(JSON.stringify(placed)))).toStrictEqual(placed);
    expect(Object.keys(aGame())).not.toContain('serverId');
    for (const wrong of [{ serverId: 7 }, { mode: null }]) {
      expect(readSavedState({ ...aGame(), ...wrong })).toBeUndefined();
    }
  });

  it('comes back from JSON as it went in, at every step', () => {
    const answered = play(aRound(), ada, 1, 3_000).state;
    const pause = endRound(answered, START + 15_000);
    for (const state of [aGame(), aRound(), answered, pause, suspend(pause, START), finishGame(pause, START)]) {
      const stored = JSON.parse(JSON.stringify({ ...state, lastUpdated: '2026-01-01T00:00:00.000Z' }));
      expect(readSavedState(stored)).toStrictEqual(state);
    }
  });
});

describe('an answer', () => {
  it('brings points for speed when it is right, and none when it is wrong', () => {
    const right = play(aRound(), ada, 1, 3_000);
    expect(right.outcome).toEqual({ status: 'accepted', correct: true, points: 80 });
    expect(right.state.players).toEqual([{ ...ada, score: 80, correctAnswers: 1, incorrectAnswers: 0 }]);
    const wrong = play(right.state, bob, 0, 3_000);
    expect(wrong.outcome).toEqual({ status: 'accepted', correct: false, points: 0 });
    expect(wrong.state.players[1]).toEqual({ ...bob, score: 0, correctAnswers: 0, incorrectAnswers: 1 });
  });

  it('brings points after 20 seconds of a round of 30', () => {
    const slow = aGame({ times: { rounds: 2, roundMs: 30_000, pauseMs: 15_000 } });
    expect(play(startRound(slow, aPicture, START), ada, 1, 20_000).outcome.points).toBe(33);
  });

  it('brings full points in the second round, however long the pause was', () => {
    const slow = aGame({ times: { rounds: 2, roundMs: 15_000, pauseMs: 60_000 } });
    const pause = endRound(startRound(slow, aPicture, START), START + 15_000);
    const second = startRound(pause, { ...aPicture, upcoming: [] }, pause.endsAt);
    expect(play(second, ada, 1, 0).outcome.points).toBe(100);
  });

  it('stands: the second one of a player changes nothing', () => {
    const { state } = play(aRound(), ada, 0, 1_000);
    const again = play(state, ada, 1, 2_000);
    expect(again.outcome).toEqual({ status: 'already-answered' });
    expect(again.state).toBe(state);
  });

  it('is too late at the deadline, in a pause, and with the button of another round or game', () => {
    const state = aRound();
    expect(play(state, ada, 1, 14_999).outcome.status).toBe('accepted');
    expect(play(state, ada, 1, 15_000).outcome.status).toBe('too-late');
    expect(play(endRound(state, START), ada, 1, 1_000).outcome.status).toBe('too-late');
    for (const other of [{ round: 2 }, { round: 0 }, { gameId: 'game-0' }]) {
      const answer = { ...answerTo(state, ada, 1), ...other };
      expect(recordAnswer(state, answer, START).outcome.status).toBe('too-late');
    }
  });

  it('changes no state that was there before', () => {
    const state = aRound();
    const before = structuredClone(state);
    endRound(play(state, ada, 1, 1_000).state, START);
    expect(state).toStrictEqual(before);
  });
});

describe('a saved game that goes on', () => {
  it('keeps its deadline when the process was away for a moment', () => {
    expect(resume(aRound(), START + 2_000).endsAt).toBe(START + 15_000);
  });

  it('gives a round whose deadline passed meanwhile a few seconds more', () => {
    expect(resume(aRound(), START + 60_000).endsAt).toBe(START + 60_000 + GRACE_MS);
  });

  it('goes on with exactly the time that an orderly shutdown left', () => {
    const suspended = suspend(aRound(), START + 4_000);
    expect(resume(suspended, START + 900_000)).toMatchObject({ endsAt: START + 911_000, suspendedAt: null });
  });

  it('never lasts longer than a whole phase, though the clock was set back', () => {
    expect(resume(aRound(), START - 3_600_000).endsAt).toBe(START - 3_600_000 + 15_000);
    expect(resume(aGame(), START + 60_000).endsAt).toBe(START + 60_000 + STARTING_MS);
  });

  it('keeps artwork, choices, answers and scores', () => {
    const { state } = play(aRound(), ada, 1, 3_000);
    const back = resume(state, START + 60_000);
    expect(back).toStrictEqual({ ...state, endsAt: back.endsAt });
  });

  it('is not taken for ours when another program saved it', () => {
    const legacy = { currentRound: 3, players: {}, isActive: true, lastUpdated: '2025-10-22T00:00:00.000Z' };
    const { times: _, ...torn } = aRound();
    const strangers = [legacy, null, 'text', [], { ...aRound(), version: 2 }, torn, { ...aRound(), current: null }];
    for (const stranger of strangers) expect(readSavedState(stranger)).toBeUndefined();
    expect(readSavedState({ ...aRound(), phase: 'finished' })).toBeUndefined();
  });
});

describe('what everybody sees', () => {
  it('never tells the answer of a running round, nor by a score that moves', () => {
    const { state } = play(aRound(), ada, 1, 3_000);
    const view = viewOf(state);
    expect(JSON.stringify(view)).not.toMatch(/correctChoice|tz\d|points/);
    expect(view.players).toEqual([{ ...ada, score: 0, correctAnswers: 0, incorrectAnswers: 0, answered: true }]);
    expect(view.choices).toHaveLength(4);
  });

  it('keeps back a title that names an artist', () => {
    expect(viewOf(aRound({ title: 'Self-portrait of artist 0' })).title).toBeUndefined();
    expect(viewOf(aRound()).title).toBe('Piece 0');
    expect(viewOf(endRound(aRound({ title: 'Self-portrait of artist 0' }), START)).title).toBe(
      'Self-portrait of artist 0',
    );
  });

  it('tells the answer and the scores once the round is over, best first', () => {
    const both = play(play(aRound(), bob, 0, 1_000).state, ada, 1, 3_000).state;
    const view = viewOf(endRound(both, START + 15_000));
    expect(view.players.map(({ userId, score, answered }) => [userId, score, answered])).toEqual([
      ['ada', 80, false],
      ['bob', 0, false],
    ]);
    expect(view.lastResult).toMatchObject({ round: 1, correctChoice: 1, artist: 'Artist 0', title: 'Piece 0' });
    expect(view.lastResult?.answers).toEqual([
      { ...bob, choice: 0, correct: false, points: 0, afterMs: 1_000 },
      { ...ada, choice: 1, correct: true, points: 80, afterMs: 3_000 },
    ]);
  });

  it('has winners only at the end, none when all are at zero', () => {
    const pause = endRound(play(aRound(), ada, 0, 1_000).state, START);
    expect(viewOf(pause).winners).toBeUndefined();
    expect(viewOf(finishGame(pause, START)).winners).toEqual([]);
    expect(viewOf(finishGame(pause, START)).endsAt).toBeUndefined();
  });

  it('shares nothing with the state, so that a reader cannot change the game', () => {
    const state = endRound(play(aRound(), ada, 1, 3_000).state, START);
    const before = structuredClone(state);
    const view = viewOf(state);
    view.host.username = 'Mallory';
    view.lastResult?.answers.pop();
    view.players.pop();
    expect(state).toStrictEqual(before);
  });
});
