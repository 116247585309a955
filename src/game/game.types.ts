import type { GameMode } from './rules/index.js';

/**
 * The words of the quiz that its rooms (web page, Discord) speak with `GameService`.
 * Times are milliseconds since 1970 unless a name says otherwise.
 */

export interface GamePlayer {
  userId: string;
  username: string;
}

/** What the one who starts a game may choose. */
export interface GameSettings {
  /** Number of rounds. @default 20 (1–50) */
  rounds?: number;
  /** Seconds to answer. @default 15 (5–60) */
  roundSeconds?: number;
  /** Seconds between the end of a round and the next; before the podium five at most. @default 8 (2–60) */
  pauseSeconds?: number;
  /**
   * What is asked of the players: see {@link GameMode}. A daily challenge has rounds and times of its own, so it is
   * refused together with other settings. @default 'choices'
   */
  mode?: GameMode;
}

/** Where a game is played, beside its channel. */
export interface GamePlace {
  /** A Discord guild, which has boards and seasons of its own; absent on the play page. */
  serverId?: string;
}

export type GamePhase = 'starting' | 'round' | 'pause' | 'finished' | 'stopped';

export interface Choice {
  /** Shown on the button. */
  artist: string;
}

export interface PlayerScore extends GamePlayer {
  score: number;
  correctAnswers: number;
  incorrectAnswers: number;
  /** Whether this player has answered the running round. */
  answered: boolean;
}

/** The answer to a finished round. */
export interface RoundResult {
  round: number;
  /** The piece: its contract, a colon, its token id. Absent in a game that an older version saved. */
  pieceKey?: string;
  /** Index in the choices, 0–3; -1 where names are typed. */
  correctChoice: number;
  artist: string;
  title: string;
  description: string;
  imageUrl: string;
  /** `choice` is -1 where names are typed. */
  answers: { userId: string; username: string; choice: number; correct: boolean; points: number; afterMs: number }[];
}

/** What everybody in a channel may see; never reveals the answer of a running round. */
export interface GameView {
  gameId: string;
  channelId: string;
  phase: GamePhase;
  mode: GameMode;
  /** Of a daily challenge: its day (UTC), `2026-11-27`. */
  day?: string;
  host: GamePlayer;
  /** Counted from 1; 0 while the game is starting. */
  round: number;
  rounds: number;
  roundMs: number;
  pauseMs: number;
  /** The artwork of the running (or, in a pause, the last) round. */
  imageUrl?: string;
  title?: string;
  /** Absent where names are typed. */
  choices?: Choice[];
  /** When the running phase ends. */
  endsAt?: number;
  /** Players by score, best first. */
  players: PlayerScore[];
  lastResult?: RoundResult;
  /** Set once the game is finished: userIds with the shared best score above zero. */
  winners?: string[];
}

export type AnswerStatus =
  /** Counted; durable. */
  | 'accepted'
  /** This player's first answer stands. */
  | 'already-answered'
  /** Typed: this is not the name, and the player may try again. */
  | 'wrong-guess'
  /** Daily: this player's one attempt of the day was another game. */
  | 'already-played'
  /** The round is over, or the button belongs to another round or game. */
  | 'too-late'
  | 'no-game';

export interface AnswerOutcome {
  status: AnswerStatus;
  /** Only to the player: whether the accepted answer is right, and what it brings. */
  correct?: boolean;
  points?: number;
  /** Of a wrong guess: how many more the player has in this round. */
  guessesLeft?: number;
}

export type GameEvent =
  | { type: 'game-started'; view: GameView }
  /** The process came back and the saved game goes on where it was. */
  | { type: 'game-resumed'; view: GameView }
  | { type: 'round-started'; view: GameView }
  | { type: 'player-answered'; view: GameView; userId: string }
  | { type: 'round-ended'; view: GameView; result: RoundResult }
  | { type: 'game-ended'; view: GameView }
  | { type: 'game-stopped'; view: GameView; by: GamePlayer | undefined }
  /** Another process of the bot, which runs the game and shows it where it is played, has taken a step. */
  | { type: 'game-seen'; view: GameView };

/** One answer, as a button carries it or a player types it: it names the game and the round it belongs to. */
export type GameAnswer = ChosenAnswer | TypedAnswer;

export interface ChosenAnswer extends GamePlayer {
  gameId: string;
  round: number;
  /** Index in the choices, 0–3. */
  choice: number;
}

export interface TypedAnswer extends GamePlayer {
  gameId: string;
  round: number;
  /** The name as the player wrote it. */
  text: string;
}

/** Who asks for a game to be stopped. */
export interface StopRequest {
  userId: string;
  username?: string;
  /** Whether this person may stop other people's games. */
  mayManage?: boolean;
}
