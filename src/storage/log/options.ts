/** What can be chosen about a data directory, with every default in one place. */

/**
 * When an acknowledged write is on the disk.
 * - `always`: before its promise resolves; a power cut loses nothing acknowledged.
 * - `everysec`: the write has reached the kernel; a SIGKILL loses nothing, a power cut up to a second.
 * - `never`: as `everysec`, but the kernel alone decides when bytes reach the disk.
 */
export type FsyncMode = 'always' | 'everysec' | 'never';

/**
 * What opening does about damage.
 * - `heal`: cuts a torn tail, repairs what checksums and seq prove, refuses the rest.
 * - `strict`: refuses anything that is not whole and changes nothing.
 * - `salvage`: opens with everything that is provable, keeps the damaged file aside, reports each lost range.
 */
export type RecoveryMode = 'heal' | 'strict' | 'salvage';

export interface MainFileOptions {
  /** How far a `<name>.json` view may lag behind its log, in milliseconds. @default 1000 */
  maxStaleMs?: number;
}

export interface IndexFileOptions {
  /** Size of the log from which its index is kept in a file, in bytes. @default 16777216 (16 MiB) */
  fromBytes?: number;
}

/** @publicApi */
export interface LogOptions {
  /** The data directory. @default './data' */
  dataDir?: string;
  /** When a write counts as acknowledged; what a crash loses stands at {@link FsyncMode}. @default 'always' */
  fsync?: FsyncMode;
  /** Bytes of values kept decoded in memory, for each log; the rest is read from disk on demand. @default 33554432 (32 MiB) */
  cacheBytes?: number;
  /** The `<name>.json` views: off, on, or on with a bound. Never more than 5 % of the time is spent on them. @default true */
  mainFiles?: boolean | MainFileOptions;
  /** What opening does about damage. @default 'heal' */
  recovery?: RecoveryMode;
  /**
   * Whether the index of a large log is written to a file when the log is closed, and read instead of the log when it is
   * opened: off, on, or on from another size. Opening then follows the number of keys and not the bytes; the log is
   * verified in the background, and each value when it is read. Only with `recovery: 'heal'`. @default true
   */
  indexFile?: boolean | IndexFileOptions;
  /**
   * Bytes of newlines that are written behind the end of a log for the entries to come, and trimmed when it is compacted
   * or closed; with `fsync: 'always'` only. An fsync that need not grow the file is a good deal faster and writes a
   * fraction to the disk. What it costs: `tail -f` shows blank lines instead of entries, and where the power goes in the
   * middle of a batch larger than a page, its pages may be there out of order: such a log is refused rather than guessed
   * at (`recovery: 'salvage'` opens it; nothing acknowledged is lost). @default 0 (off)
   */
  spaceAheadBytes?: number;
  /**
   * Bytes of entries that may wait for the disk, in each log (characters of their JSON text). A write beyond that is
   * refused with `LOG_OVERLOADED`, so that callers who do not await their writes cannot fill the memory; one that finds
   * nothing waiting is accepted, however large it is. @default 268435456 (256 MiB)
   */
  maxPendingBytes?: number;
}

export interface ResolvedLogOptions {
  readonly dataDir: string;
  readonly fsync: FsyncMode;
  readonly cacheBytes: number;
  /** `false`, or the bound on staleness in milliseconds. */
  readonly mainFiles: false | { readonly maxStaleMs: number };
  readonly recovery: RecoveryMode;
  /** `false`, or the size of the log from which on it is kept. */
  readonly indexFile: false | { readonly fromBytes: number };
  readonly spaceAheadBytes: number;
  readonly maxPendingBytes: number;
}

export const LOG_DEFAULTS = Object.freeze({
  dataDir: './data',
  fsync: 'always',
  cacheBytes: 32 * 1024 * 1024,
  mainFiles: Object.freeze({ maxStaleMs: 1000 }),
  recovery: 'heal',
  indexFile: Object.freeze({ fromBytes: 16 * 1024 * 1024 }),
  spaceAheadBytes: 0,
  maxPendingBytes: 256 * 1024 * 1024,
} satisfies ResolvedLogOptions);

const FSYNC_MODES: readonly FsyncMode[] = ['always', 'everysec', 'never'];
const RECOVERY_MODES: readonly RecoveryMode[] = ['heal', 'strict', 'salvage'];

/**
 * Checks the options once and fills in the defaults.
 * @throws TypeError naming the option, what was expected and what was got.
 */
export function resolveLogOptions(options: LogOptions = {}): ResolvedLogOptions {
  const dataDir = options.dataDir ?? LOG_DEFAULTS.dataDir;
  if (typeof dataDir !== 'string' || dataDir === '' || dataDir.includes('\0')) {
    throw new TypeError(`Expected \`dataDir\` to be a directory path, got ${describe(dataDir)}`);
  }
  return Object.freeze({
    dataDir,
    fsync: oneOf('fsync', options.fsync ?? LOG_DEFAULTS.fsync, FSYNC_MODES),
    cacheBytes: bytesOf('cacheBytes', options.cacheBytes ?? LOG_DEFAULTS.cacheBytes),
    mainFiles: resolveMainFiles(options.mainFiles ?? true),
    recovery: oneOf('recovery', options.recovery ?? LOG_DEFAULTS.recovery, RECOVERY_MODES),
    indexFile: resolveIndexFile(options.indexFile ?? true),
    spaceAheadBytes: resolveSpaceAhead(options.spaceAheadBytes ?? LOG_DEFAULTS.spaceAheadBytes),
    maxPendingBytes: bytesOf('maxPendingBytes', options.maxPendingBytes ?? LOG_DEFAULTS.maxPendingBytes),
  });
}

function bytesOf(option: string, bytes: number): number {
  if (typeof bytes === 'number' && bytes >= 0) return bytes;
  throw new TypeError(`Expected \`${option}\` to be a number of bytes ≥ 0, got ${describe(bytes)}`);
}

function resolveMainFiles(mainFiles: boolean | MainFileOptions): false | { maxStaleMs: number } {
  if (mainFiles === false) return false;
  if (mainFiles === true) return LOG_DEFAULTS.mainFiles;
  const maxStaleMs =
    (typeof mainFiles === 'object' ? mainFiles.maxStaleMs : Number.NaN) ?? LOG_DEFAULTS.mainFiles.maxStaleMs;
  if (typeof maxStaleMs !== 'number' || !(maxStaleMs >= 0) || maxStaleMs > 2 ** 31 - 1) {
    throw new TypeError(
      `Expected \`mainFiles\` to be a boolean or { maxStaleMs: milliseconds ≥ 0 }, got ${describe(mainFiles)}`,
    );
  }
  return Object.freeze({ maxStaleMs });
}

const MOST_SPACE_AHEAD_BYTES = 64 * 1024 * 1024;

function resolveSpaceAhead(bytes: number): number {
  if (Number.isInteger(bytes) && bytes >= 0 && bytes <= MOST_SPACE_AHEAD_BYTES) return bytes;
  throw new TypeError(`Expected \`spaceAheadBytes\` to be a whole number from 0 to 64 MiB, got ${describe(bytes)}`);
}

function resolveIndexFile(indexFile: boolean | IndexFileOptions): false | { fromBytes: number } {
  if (indexFile === false) return false;
  if (indexFile === true) return LOG_DEFAULTS.indexFile;
  const fromBytes =
    (typeof indexFile === 'object' ? indexFile.fromBytes : Number.NaN) ?? LOG_DEFAULTS.indexFile.fromBytes;
  if (typeof fromBytes !== 'number' || !(fromBytes >= 0)) {
    throw new TypeError(
      `Expected \`indexFile\` to be a boolean or { fromBytes: bytes ≥ 0 }, got ${describe(indexFile)}`,
    );
  }
  return Object.freeze({ fromBytes });
}

function oneOf<T extends string>(option: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  const names = allowed.map((name) => `'${name}'`).join(', ');
  throw new TypeError(`Expected \`${option}\` to be one of ${names}, got ${describe(value)}`);
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
}
