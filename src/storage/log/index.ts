/** The engine's front door. */
export type { EntryMeta, EntryOp, LogChange, LogEntry } from './entry.js';
export { LogError, type LogErrorCode, type LogErrorDetails } from './errors.js';
export { FileLogEngine, fileEngine, fileEngineOn } from './file-engine.js';
export { type FileSystem, NodeFileSystem, type OpenFile, type OpenMode } from './file-system.js';
export { assertPlainObject, encodeJson, setMember } from './json-value.js';
export type {
  BatchListener,
  ChangeListener,
  CommittedBatch,
  CompactionReport,
  CompactOptions,
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
export { assertLogName } from './log-name.js';
export {
  type FsyncMode,
  LOG_DEFAULTS,
  type LogOptions,
  type MainFileOptions,
  type RecoveryMode,
  type ResolvedLogOptions,
  resolveLogOptions,
} from './options.js';
export {
  type DiffOptions,
  diffStates,
  type Point,
  type RestoreOptions,
  type RestoreReport,
  restore,
  type StateChange,
} from './restoring.js';
