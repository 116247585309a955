/** The front door of the store: the module, its service and repositories, and the engine's public names. */
export { AppendLogService } from './append-log.service.js';
export { DEFAULT_THRESHOLD_BYTES, isWorthCompacting } from './compaction-need.js';
export { type GameState, GameStateRepository } from './game-state.repository.js';
export { GuardedObservable } from './guarded-observable.js';
export { getRepositoryToken, InjectRepository } from './inject-repository.decorator.js';
export { compareBy, LEADERBOARD_FIELDS, type LeaderboardField, type PlayerSummary } from './leaderboard.js';
export {
  assertLogName,
  type BatchListener,
  type ChangeListener,
  type CommittedBatch,
  type CompactionReport,
  type CompactOptions,
  type DiffOptions,
  type EngineHealth,
  type EngineLogger,
  type EntryMeta,
  type EntryOp,
  type EraseOptions,
  type ErasureReceipt,
  type FsyncMode,
  fileEngine,
  type KeptFile,
  type LogChange,
  type LogEngine,
  type LogEngineFactory,
  type LogEntry,
  LogError,
  type LogErrorCode,
  type LogErrorDetails,
  type LogOptions,
  type LogStats,
  type MainFileOptions,
  memoryEngine,
  type Point,
  type RecoveryEvent,
  type RecoveryFinding,
  type RecoveryMode,
  type RecoveryReport,
  type ResolvedLogOptions,
  type RestoreOptions,
  type RestoreReport,
  type RetentionOptions,
  resolveLogOptions,
  type StateChange,
  type StreamOptions,
} from './log/index.js';
export { LogRepository } from './log.repository.js';
export { KNOWN_LOGS, LogEntity, type LogEntityOptions } from './log-entity.decorator.js';
export { type GameResult, PlayerRepository } from './player.repository.js';
export { GAMES_KEPT, PlayedGame, PlayerStats } from './player-stats.js';
export type { LogReplica, LogReplicaFactory, ReplicationLag } from './replica.js';
export { ReplicationService } from './replication.service.js';
export { StorageModule } from './storage.module.js';
export { STORAGE_OPTIONS, type StorageOptions } from './storage.options.js';
export { TokenRepository } from './token.repository.js';
export { ArtistInfo, Token, TokenCatalogue } from './token-catalogue.js';
export { ValueRefusedError } from './validation.js';
export type { ValueCodec } from './value-codec.js';
