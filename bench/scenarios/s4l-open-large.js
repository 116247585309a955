// @ts-check
import { openingScenario } from './opening.js';

export const scenario = openingScenario({
  id: 'S4L',
  title: 'Opening a log of 100,000 large values',
  records: 'large',
  games: 50,
  sizes: { full: { sets: 100_000, keys: 100_000 }, quick: { sets: 2_000, keys: 2_000 } },
  atMostTimesStick: 0.05,
});
