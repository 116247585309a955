/** What a game runs on, complete and in milliseconds. */
export interface GameTimes {
  rounds: number;
  roundMs: number;
  pauseMs: number;
}

/** What may be asked for; all whole numbers, both ends included. */
export const SETTINGS_RANGES = {
  rounds: { min: 1, max: 50, default: 20 },
  roundSeconds: { min: 5, max: 60, default: 15 },
  pauseSeconds: { min: 2, max: 60, default: 8 },
} as const;

type SettingName = keyof typeof SETTINGS_RANGES;

/**
 * Checks the settings and fills in the defaults.
 * @throws TypeError naming the field, its range and what was given.
 */
export function gameTimes(settings: Partial<Record<SettingName, number>>): GameTimes {
  if (typeof settings !== 'object' || settings === null) {
    throw new TypeError(`settings must be an object, got ${described(settings)}.`);
  }
  return {
    rounds: checked('rounds', settings.rounds),
    roundMs: checked('roundSeconds', settings.roundSeconds) * 1000,
    pauseMs: checked('pauseSeconds', settings.pauseSeconds) * 1000,
  };
}

function checked(name: SettingName, value: unknown): number {
  const range = SETTINGS_RANGES[name];
  if (value === undefined) return range.default;
  if (typeof value === 'number' && Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  throw new TypeError(`${name} must be a whole number from ${range.min} to ${range.max}, got ${described(value)}.`);
}

function described(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
}
