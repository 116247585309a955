/** The rules of the quiz: pure functions that import nothing outside this folder. */
export { type NamedArtist, nameKey, type PieceOfArt } from './artists.js';
export {
  CHOICE_COUNT,
  distinctNames,
  isPlayable,
  makeChoices,
  NotEnoughArtistsError,
  type RoundChoices,
} from './choices.js';
export { type Random, shuffled } from './random.js';
export { pickRounds } from './rounds.js';
export { BASE_POINTS, scorePoints } from './scoring.js';
export { type GameTimes, gameTimes, SETTINGS_RANGES } from './settings.js';
export { winnersOf } from './winners.js';
