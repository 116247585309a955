import type { GamePlayer, RoundResult } from '../game.types.js';
import type { GameMode, GameTimes, NamedArtist } from '../rules/index.js';

/** The version of the saved shape; a state of any other version is not touched. */
export const STATE_VERSION = 1;

/**
 * A game as it is saved: plain JSON, `null` for what is not there, so that it comes back exactly as it went in. Members
 * that came later are optional, and absent where they have nothing to say: games saved before them are read as well.
 * Players are a list and not an object by userId, because any text, `__proto__` too, may be a userId.
 */
export interface GameState {
  version: typeof STATE_VERSION;
  gameId: string;
  channelId: string;
  /** The Discord guild of the channel; absent for a game of the play page. */
  serverId?: string;
  /** Absent in a game that an older version saved: `choices`. */
  mode?: GameMode;
  /** Of a daily challenge: its day, `2026-11-27`. */
  day?: string;
  host: GamePlayer;
  times: GameTimes;
  createdAt: number;
  phase: 'starting' | 'round' | 'pause' | 'finished';
  /** Counted from 1; 0 while the game is starting. */
  round: number;
  /** When the running phase ends. */
  endsAt: number;
  /** When an orderly shutdown stopped the clock; null while it runs. */
  suspendedAt: number | null;
  /** Keys of the pieces still to come. */
  upcoming: string[];
  /** The running round or, in a pause, the last one. */
  current: CurrentRound | null;
  /** Everybody who has answered at least once, in the order of their first answers. */
  players: PlayerTally[];
  lastResult: RoundResult | null;
  outcome: GameOutcome | null;
}

export interface CurrentRound {
  pieceKey: string;
  title: string;
  description: string;
  imageUrl: string;
  choices: NamedArtist[];
  correctChoice: number;
  answers: RecordedAnswer[];
  /** Where names are typed: what is right, and what others are called that it could be taken for. */
  naming?: { right: string[]; confusable: string[] };
  /** Where names are typed: who has guessed wrong so far and may guess again. */
  guesses?: Guesses[];
}

export interface Guesses extends GamePlayer {
  count: number;
}

/** The choice of an answer that was typed. */
export const TYPED = -1;

export interface RecordedAnswer {
  userId: string;
  choice: number;
  correct: boolean;
  points: number;
  afterMs: number;
}

export interface PlayerTally extends GamePlayer {
  score: number;
  correctAnswers: number;
  incorrectAnswers: number;
}

export interface GameOutcome {
  finishedAt: number;
  /** userIds. */
  winners: string[];
}
