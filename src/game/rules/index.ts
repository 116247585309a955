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
export { confusableWith, MAX_TYPED_LENGTH, namesArtist, plainName } from './matching.js';
export { GAME_MODES, type GameMode } from './modes.js';
export { type Random, seededRandom, shuffled } from './random.js';
export { pickRounds } from './rounds.js';
export { BASE_POINTS, scorePoints } from './scoring.js';
export { type GameTimes, gameTimes, SETTINGS_RANGES } from './settings.js';
export { winnersOf } from './winners.js';
