/** The engine's front door. */

// What an engine of another kind is built of, too.
export { assertKey, type ChangeText, changeText } from './change.js';
export { backupDirectory, type DirectoryBackupOptions, type DirectoryBackupReport } from './directory-backup.js';
export { type DirectoryFile, type DirectoryFileKind, directoryFiles, logsOf } from './directory-files.js';
export { type VerifiedFile, type VerifyOptions, type VerifyStep, verifyDirectory } from './directory-verification.js';
export { emptyStats } from './empty-stats.js';
export type { EntryMeta, EntryOp, LogChange, LogEntry } from './entry.js';
export { LogError, type LogErrorCode, type LogErrorDetails } from './errors.js';
export { FileLogEngine, fileEngine, fileEngineOn } from './file-engine.js';
export { type FileSystem, NodeFileSystem, type OpenFile, type OpenMode } from './file-system.js';
export { type FollowOptions, followLog } from './following.js';
export { assertPlainObject, cloneJson, encodeJson, setMember } from './json-value.js';
export { Listeners } from './listeners.js';
export { type Holder, holderOf } from './lock.js';
export type {
  BatchListener,
  ChangeListener,
  CommittedBatch,
  CompactionReport,
  CompactOptions,
  EngineHealth,
  EngineLogger,
  EraseOptions,
  ErasureReceipt,
  KeptFile,
  LogEngine,
  LogEngineFactory,
  LogStats,
  RecoveryEvent,
  RecoveryFinding,
  RecoveryReport,
  RetentionOptions,
  StreamOptions,
} from './log-engine.js';
export { applyEntry, Follower, filterOf } from './log-history.js';
export { assertLogName } from './log-name.js';
export type { VerifyFinding, VerifyFindingKind } from './log-verification.js';
export { memoryEngine } from './memory-engine.js';
export { type MoveOptions, type MoveReport, moveLog, stateDigest } from './moving.js';
export { inTurns, OpenLogs } from './open-logs.js';
export {
  type FsyncMode,
  LOG_DEFAULTS,
  type LogOptions,
  type MainFileOptions,
  type RecoveryMode,
  type ResolvedLogOptions,
  resolveLogOptions,
} from './options.js';
export { OverlayDisk } from './overlay-disk.js';
export { type ReadOnlyEngine, readOnlyEngine } from './read-only-engine.js';
export {
  type DiffOptions,
  diffStates,
  type Point,
  type RestoreOptions,
  type RestoreReport,
  restore,
  type StateChange,
} from './restoring.js';
export { Texts } from './scrubbing.js';
export { ValueCache } from './value-cache.js';
export { compareMainFile, type Disagreement, type MainFileComparison } from './view-comparison.js';
