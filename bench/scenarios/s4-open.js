// @ts-check
import { openingScenario } from './opening.js';

export const scenario = openingScenario({
  id: 'S4',
  title: 'Opening a log of 1,000,000 sets over 200,000 keys',
  records: 'small',
  games: 1,
  sizes: { full: { sets: 1_000_000, keys: 200_000 }, quick: { sets: 20_000, keys: 4_000 } },
  atMostTimesStick: 0.08,
});
