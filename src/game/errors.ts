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
