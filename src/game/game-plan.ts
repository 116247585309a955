import { GameError } from './errors.js';
import type { GameSettings } from './game.types.js';
import { GAME_MODES, type GameMode, type GameTimes, gameTimes } from './rules/index.js';

/** What a game will be, from the settings of whoever starts it. */
export interface GamePlan {
  mode: GameMode;
  times: GameTimes;
}

/** The same for everybody, like the pieces. The rounds are those that the day has. */
const DAILY_TIMES = { roundSeconds: 15, pauseSeconds: 5 };

/**
 * Checks the settings and fills in the defaults.
 * @throws TypeError naming the setting, what it may be and what was given
 * @throws GameError SETTING_FIXED
 */
export function gamePlan(settings: GameSettings): GamePlan {
  const { mode = 'choices', ...times } = settings ?? {};
  if (!GAME_MODES.includes(mode)) {
    throw new TypeError(`mode must be one of ${GAME_MODES.join(', ')}, got ${JSON.stringify(mode)}.`);
  }
  if (mode !== 'daily') return { mode, times: gameTimes(settings === null ? settings : times) };
  const [name] = Object.entries(times).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined) {
    throw new GameError('SETTING_FIXED', `${name} cannot be chosen: a daily challenge is the same for everybody.`);
  }
  return { mode, times: gameTimes(DAILY_TIMES) };
}
