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
export { type DailyPlace, DailyService, type DailyStanding } from './daily.service.js';
export { GameError, type GameErrorCode } from './errors.js';
export { GameModule } from './game.module.js';
export { GameService } from './game.service.js';
export type {
  AnswerOutcome,
  AnswerStatus,
  Choice,
  ChosenAnswer,
  GameAnswer,
  GameEvent,
  GamePhase,
  GamePlace,
  GamePlayer,
  GameSettings,
  GameView,
  PlayerScore,
  RoundResult,
  StopRequest,
  TypedAnswer,
} from './game.types.js';
export { LEADERBOARD_SORTS, type LeaderboardSortBy, type RankedPlayer } from './leaderboard.js';
export { PICTURE_CHECK, type PictureCheck } from './picture-check.js';
export type { GamePresenter } from './presenting.js';
export {
  BOARD_PERIODS,
  type BoardPeriod,
  type BoardQuery,
  type BoardRow,
  BoardService,
  type ExportedGame,
  type ExportedRunningGame,
  type Forgotten,
  GameRecord,
  type GamesWhere,
  type GameUndo,
  type PlayerExport,
  type RecordedPlayer,
  type Season,
  type SeasonStart,
  type UndoRequest,
} from './records/index.js';
export { CHOICE_COUNT, GAME_MODES, type GameMode } from './rules/index.js';
export { GUESSES } from './session/session.js';
export { ProcessLease, SharedGamesModule } from './sharing/index.js';
