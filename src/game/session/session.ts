/**
 * The course of a game as pure steps: starting → round → pause → round → … → pause → finished.
 * Every step takes a saved state and the time, and returns the next state; nothing is changed in place.
 */
import type { AnswerOutcome, GameAnswer, GamePlayer, RoundResult } from '../game.types.js';
import { type GameMode, type GameTimes, namesArtist, scorePoints, winnersOf } from '../rules/index.js';
import {
  type CurrentRound,
  type GameState,
  type PlayerTally,
  type RecordedAnswer,
  STATE_VERSION,
  TYPED,
} from './state.js';

/** Between the start of a game and its first round. */
export const STARTING_MS = 3_000;
/** The answer to the last round stays up this long at most before the podium. */
export const LAST_PAUSE_MS = 5_000;
/** What a phase has left at least when the process comes back, so that nobody loses a round to a restart. */
export const GRACE_MS = 5_000;
/** Guesses that a player has in a round where names are typed; the last one stands, right or wrong. */
export const GUESSES = 5;

export interface NewGame {
  gameId: string;
  channelId: string;
  serverId?: string | undefined;
  host: GamePlayer;
  times: GameTimes;
  mode: GameMode;
  /** Of a daily challenge. */
  day?: string;
  /** Keys of the pieces, one a round. */
  pieces: string[];
}

/** A game that is about to begin. */
export function newGame(game: NewGame, now: number): GameState {
  return {
    version: STATE_VERSION,
    gameId: game.gameId,
    channelId: game.channelId,
    ...(game.serverId === undefined ? {} : { serverId: game.serverId }),
    mode: game.mode,
    ...(game.day === undefined ? {} : { day: game.day }),
    host: game.host,
    times: { ...game.times, rounds: Math.min(game.times.rounds, game.pieces.length) },
    createdAt: now,
    phase: 'starting',
    round: 0,
    endsAt: now + STARTING_MS,
    suspendedAt: null,
    upcoming: game.pieces,
    current: null,
    players: [],
    lastResult: null,
    outcome: null,
  };
}

export interface RoundPicture extends Omit<CurrentRound, 'answers' | 'guesses'> {
  /** The pieces that come after this one. */
  upcoming: string[];
}

/** The next round; its clock is set again by {@link restartClock} when the picture is really shown. */
export function startRound(state: GameState, picture: RoundPicture, now: number): GameState {
  const { upcoming, ...shown } = picture;
  return {
    ...state,
    phase: 'round',
    round: state.round + 1,
    // Pieces that have left the catalogue since the start shorten the game.
    times: { ...state.times, rounds: state.round + 1 + upcoming.length },
    endsAt: now + state.times.roundMs,
    upcoming,
    current: { ...shown, answers: [] },
  };
}

/** The running phase from now on in full length. */
export function restartClock(state: GameState, now: number): GameState {
  return { ...state, endsAt: now + phaseMs(state) };
}

/** Counts an answer, or says why not. The state is the same object when nothing was counted. */
export function recordAnswer(
  state: GameState,
  answer: GameAnswer,
  at: number,
): { state: GameState; outcome: AnswerOutcome } {
  const { current } = state;
  const open = state.phase === 'round' && answer.gameId === state.gameId && answer.round === state.round;
  if (!open || current === null) return { state, outcome: { status: 'too-late' } };
  if (current.answers.some(({ userId }) => userId === answer.userId)) {
    return { state, outcome: { status: 'already-answered' } };
  }
  if (at >= state.endsAt) return { state, outcome: { status: 'too-late' } };
  const correct = isRight(current, answer);
  const guessesLeft = 'text' in answer && !correct ? GUESSES - guessesOf(current, answer.userId) - 1 : 0;
  if (guessesLeft > 0) {
    return { state: guessed(state, current, answer), outcome: { status: 'wrong-guess', guessesLeft } };
  }
  const recorded = judge(state, answer, correct, at);
  return {
    state: withAnswer(state, current, answer, recorded),
    outcome: { status: 'accepted', correct, points: recorded.points },
  };
}

/** Ends the running round and shows its answer. */
export function endRound(state: GameState, now: number): GameState {
  if (state.phase !== 'round' || state.current === null) throw new Error('There is no running round to end.');
  const pauseMs = state.upcoming.length > 0 ? state.times.pauseMs : Math.min(state.times.pauseMs, LAST_PAUSE_MS);
  const over = withoutGuesses(state, state.current);
  return { ...over, phase: 'pause', endsAt: now + pauseMs, lastResult: resultOf(over, over.current) };
}

/** The end, with its winners; scores are booked from here on and not before. */
export function finishGame(state: GameState, now: number): GameState {
  const winners = winnersOf(state.players).map(({ userId }) => userId);
  return { ...state, phase: 'finished', endsAt: now, upcoming: [], outcome: { finishedAt: now, winners } };
}

/** The clock stops for an orderly shutdown. */
export function suspend(state: GameState, now: number): GameState {
  return { ...state, suspendedAt: now };
}

/**
 * A saved game goes on. An orderly shutdown wrote down when its clock stopped, so that exactly the rest is left. After a
 * crash the moment is not known and the clock on the wall counts. Either way at least {@link GRACE_MS} are left (or
 * the whole phase, where that is shorter), and never more than a whole phase, even if the clock was set back.
 */
export function resume(state: GameState, now: number): GameState {
  if (state.phase === 'finished') return state;
  const whole = phaseMs(state);
  const left = state.endsAt - (state.suspendedAt ?? now);
  const given = Math.min(whole, Math.max(left, GRACE_MS));
  return { ...state, endsAt: now + given, suspendedAt: null };
}

function phaseMs(state: GameState): number {
  const { pauseMs, roundMs } = state.times;
  if (state.phase === 'starting') return STARTING_MS;
  if (state.phase === 'round') return roundMs;
  return state.upcoming.length > 0 ? pauseMs : Math.min(pauseMs, LAST_PAUSE_MS);
}

function isRight(current: CurrentRound, answer: GameAnswer): boolean {
  if ('choice' in answer) return answer.choice === current.correctChoice;
  const { right, confusable } = current.naming ?? { right: [], confusable: [] };
  return namesArtist(answer.text, right, confusable);
}

function guessesOf(current: CurrentRound, userId: string): number {
  return current.guesses?.find((guesses) => guesses.userId === userId)?.count ?? 0;
}

/** One more wrong guess; nothing is counted yet. */
function guessed(state: GameState, current: CurrentRound, { userId, username }: GamePlayer): GameState {
  const others = (current.guesses ?? []).filter((guesses) => guesses.userId !== userId);
  const count = guessesOf(current, userId) + 1;
  return { ...state, current: { ...current, guesses: [...others, { userId, username, count }] } };
}

/** Whoever guessed and never got it has answered wrong. */
function withoutGuesses(state: GameState, current: CurrentRound): GameState & { current: CurrentRound } {
  const { guesses = [], ...rest } = current;
  let over = { ...state, current: rest as CurrentRound };
  for (const { userId, username } of guesses) {
    if (over.current.answers.some((answer) => answer.userId === userId)) continue;
    const missed = { userId, choice: TYPED, correct: false, points: 0, afterMs: state.times.roundMs };
    over = withAnswer(over, over.current, { userId, username }, missed);
  }
  return over;
}

function withAnswer(
  state: GameState,
  current: CurrentRound,
  player: GamePlayer,
  recorded: RecordedAnswer,
): GameState & { current: CurrentRound } {
  return {
    ...state,
    current: { ...current, answers: [...current.answers, recorded] },
    players: tallied(state.players, player, recorded),
  };
}

function judge(state: GameState, answer: GameAnswer, correct: boolean, at: number): RecordedAnswer {
  const { roundMs } = state.times;
  const remainingMs = Math.min(roundMs, state.endsAt - at);
  return {
    userId: answer.userId,
    choice: 'choice' in answer ? answer.choice : TYPED,
    correct,
    points: correct ? scorePoints(remainingMs, roundMs) : 0,
    afterMs: roundMs - remainingMs,
  };
}

function tallied(players: readonly PlayerTally[], player: GamePlayer, answer: RecordedAnswer): PlayerTally[] {
  const known = players.find(({ userId }) => userId === player.userId);
  const before = known ?? { score: 0, correctAnswers: 0, incorrectAnswers: 0 };
  const after: PlayerTally = {
    userId: player.userId,
    username: player.username,
    score: before.score + answer.points,
    correctAnswers: before.correctAnswers + (answer.correct ? 1 : 0),
    incorrectAnswers: before.incorrectAnswers + (answer.correct ? 0 : 1),
  };
  return known ? players.map((tally) => (tally === known ? after : tally)) : [...players, after];
}

function resultOf(state: GameState, current: CurrentRound): RoundResult {
  const names = new Map(state.players.map(({ userId, username }) => [userId, username]));
  return {
    round: state.round,
    correctChoice: state.mode === 'typed' ? TYPED : current.correctChoice,
    artist: current.choices[current.correctChoice]?.artist ?? '',
    title: current.title,
    description: current.description,
    imageUrl: current.imageUrl,
    answers: current.answers.map((answer) => ({ ...answer, username: names.get(answer.userId) ?? '' })),
  };
}
