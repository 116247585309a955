/** Why the quiz refuses a request. Codes are stable, messages may change. */
export type GameErrorCode =
  /** The channel has a game already. */
  | 'GAME_RUNNING'
  /** The last game of the channel is over, but its scores are still being written. */
  | 'GAME_FINISHING'
  /** The channel has no running game, or there is no finished game of this id. */
  | 'NO_GAME'
  /** Only the host, or somebody who may manage the channel, may do this. */
  | 'NOT_ALLOWED'
  /** A setting that this mode has fixed for everybody. */
  | 'SETTING_FIXED'
  /** The game asks for a choice and got a text, or the other way round. */
  | 'WRONG_KIND_OF_ANSWER'
  /** The catalogue cannot fill four choices. */
  | 'NOT_ENOUGH_ARTISTS'
  /** The application is shutting down; the game goes on after the restart. */
  | 'GAME_CLOSING'
  /** The game of the channel, or a correction, is with another process of the bot, which does not answer just now. */
  | 'GAME_ELSEWHERE'
  /** The game was taken back before. */
  | 'ALREADY_UNDONE'
  /** The person plays, or hosts, a game that is not over yet. */
  | 'PLAYER_IN_GAME';

/** A request that the rules of the quiz refuse; a malformed request is a `TypeError` instead. */
export class GameError extends Error {
  override readonly name = 'GameError';

  constructor(
    readonly code: GameErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The refusal of whatever only the process that runs a game may do. */
export function gameElsewhere(): GameError {
  return new GameError(
    'GAME_ELSEWHERE',
    'The game here is run by another process of this bot just now, and cannot be played from this one. Try again in a moment.',
  );
}

/** The refusal of what another process is still at. */
export function busyElsewhere(): GameError {
  return new GameError(
    'GAME_ELSEWHERE',
    'Another process of this bot is at something of the kind just now. Try again in a moment.',
  );
}

export function isElsewhere(error: unknown): boolean {
  return error instanceof GameError && error.code === 'GAME_ELSEWHERE';
}
