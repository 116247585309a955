/**
 * The one error class of the engine. Codes are stable, messages may change;
 * every code has a heading in docs/errors.md. A caller's mistake is a plain `TypeError`.
 */

/** @publicApi */
export type LogErrorCode =
  /** Bytes on disk are damaged and could not be healed provably. */
  | 'LOG_CORRUPT'
  /** The engine or the log has been closed (or was never opened). */
  | 'LOG_CLOSED'
  /** Another holder has the data directory open. */
  | 'LOG_LOCKED'
  /** An fsync failed earlier; nothing is acknowledged until the log is reopened. */
  | 'LOG_POISONED'
  /** The disk is full; nothing was written, reads go on, the next write tries again. */
  | 'LOG_DISK_FULL'
  /** More is waiting for the disk than `maxPendingBytes` allows; this write was not accepted. */
  | 'LOG_OVERLOADED'
  /** A conditional write lost against another writer. */
  | 'LOG_CONFLICT'
  /** Any other failure of the file system or the transport. */
  | 'LOG_IO'
  /** The asked-for point in time or seq is older than every file kept. */
  | 'LOG_NOT_RETAINED'
  /** A single entry is larger than this machine can hold as one value. */
  | 'LOG_TOO_LARGE';

export interface LogErrorDetails {
  /** The file the error is about. */
  file?: string | undefined;
  /** Byte offset in `file`. */
  offset?: number | undefined;
  /** Line number in `file`, counted from 1. */
  line?: number | undefined;
  /** The key concerned, where it is known. */
  key?: string | undefined;
  /** What the reader can do about it. */
  hint?: string | undefined;
  cause?: unknown;
}

/** @publicApi */
export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: LogErrorCode;
  readonly file: string | undefined;
  readonly offset: number | undefined;
  readonly line: number | undefined;
  readonly key: string | undefined;
  readonly hint: string | undefined;

  constructor(code: LogErrorCode, message: string, details: LogErrorDetails = {}) {
    const hint = details.hint ? ` ${details.hint}` : '';
    super(`${message}${hint}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.file = details.file;
    this.offset = details.offset;
    this.line = details.line;
    this.key = details.key;
    this.hint = details.hint;
  }
}

/** The code of a system error (`'ENOENT'`), or undefined for anything else. @internal */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Whether no room was left, on the disk or in a quota; also where a {@link LogError} says so. @internal */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'LOG_DISK_FULL'].includes(systemCode(error) ?? '');
}

/** Wraps a failure of the file system in the error that callers know. @internal */
export function toLogError(error: unknown, doing: string, file: string): LogError {
  if (error instanceof LogError) return error;
  if (isDiskFull(error)) {
    return new LogError('LOG_DISK_FULL', `The disk is full: ${doing} ${file} failed; nothing was lost.`, {
      file,
      cause: error,
      hint: 'Free some space; the next write tries again, no restart is needed.',
    });
  }
  return new LogError('LOG_IO', `${doing} ${file} failed: ${(error as Error)?.message ?? error}`, {
    file,
    cause: error,
  });
}
