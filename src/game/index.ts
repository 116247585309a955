/** The front door of the quiz: nothing outside this folder imports past it. */
export { CatalogueService } from './catalogue.service.js';
export type { RefreshReport } from './catalogue-refresh.js';
export {
  CATALOGUE_SOURCE,
  type CatalogueSource,
  type FetchedCatalogue,
  type FetchOptions,
} from './catalogue-source.js';
export { GAME_CLOCK, GAME_RANDOM, type GameClock, type GameRandom, systemClock } from './clock.js';
export { GameError, type GameErrorCode } from './errors.js';
export { GameModule } from './game.module.js';
export { GameService } from './game.service.js';
export type {
  AnswerOutcome,
  AnswerStatus,
  Choice,
  GameAnswer,
  GameEvent,
  GamePhase,
  GamePlayer,
  GameSettings,
  GameView,
  PlayerScore,
  RoundResult,
  StopRequest,
} from './game.types.js';
export { LEADERBOARD_SORTS, type LeaderboardSortBy, type RankedPlayer } from './leaderboard.js';
export { PICTURE_CHECK, type PictureCheck } from './picture-check.js';
