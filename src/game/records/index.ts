/**
 * The front door of what is kept of finished games: their records in the log `games`, the boards counted from them, and
 * how both are corrected.
 */
export { BoardService, type SeasonStart } from './board.service.js';
export type { BoardQuery } from './board-query.js';
export { CorrectionService, type Forgotten, type UndoRequest } from './correction.service.js';
export { ForgetRequest } from './forget-request.js';
export { GameRecord, type GameUndo, type RecordedPerson, type RecordedPlayer, recordOf } from './game-record.js';
export { GameRecords, type GamesWhere } from './game-records.service.js';
export { BOARD_PERIODS, type BoardPeriod } from './periods.js';
export type { ExportedGame, ExportedRunningGame, PlayerExport } from './player-export.js';
export { type Season, SeasonRecord } from './season-record.js';
export type { BoardRow } from './tally.js';
export { Traces } from './traces.service.js';
