/**
 * How a game is played.
 * - `choices`: four names to choose from.
 * - `typed`: the name is typed, as often as it takes and guesses last.
 * - `daily`: four choices, the same pieces in the same order for everybody on one day (UTC); counts once.
 */
export const GAME_MODES = ['choices', 'typed', 'daily'] as const;

export type GameMode = (typeof GAME_MODES)[number];
