/**
 * Copies a data directory while a process may write there. What is copied of each log is one moment of it: the active
 * log up to its last whole line, with the backups and archives that came before. The copy is then opened by the
 * ordinary engine, which verifies it and leaves it sealed.
 */
import { dirname, join, relative, resolve } from 'node:path';
import { extendCrc } from './crc.js';
import { type DirectoryFile, directoryFiles, logsOf } from './directory-files.js';
import { LogError, systemCode, toLogError } from './errors.js';
import { FileLogEngine } from './file-engine.js';
import { type FileSystem, makeDirectoryDurably, NodeFileSystem, type OpenFile, SYNC_BYTES } from './file-system.js';
import type { EngineLogger } from './log-engine.js';
import { LogPaths } from './log-name.js';
import { scanLog } from './log-scanner.js';
import { VERIFYING } from './log-verification.js';
import { resolveLogOptions } from './options.js';

/** @publicApi */
export interface DirectoryBackupReport {
  target: string;
  logs: { log: string; entries: number; seq: number; files: number; bytes: number }[];
  files: number;
  bytes: number;
  durationMs: number;
}

/** @publicApi */
export interface DirectoryBackupOptions {
  disk?: FileSystem;
  logger?: EngineLogger;
  /** Told now and then how many bytes are copied, of how many. */
  onProgress?: (doneBytes: number, totalBytes: number) => void;
}

const PIECE_BYTES = 1024 * 1024;
/** Times that a log is taken up again because a compaction put another file in its place meanwhile. */
const ATTEMPTS = 20;
const SILENT: EngineLogger = { log: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * @param target a directory that is empty or not there
 * @throws TypeError where `target` holds something, or lies in the data directory
 * @throws LogError `LOG_CORRUPT` where a log is damaged; what was copied is removed then
 * @publicApi
 */
export async function backupDirectory(
  dataDir: string,
  target: string,
  { disk = new NodeFileSystem(), logger = SILENT, onProgress = () => undefined }: DirectoryBackupOptions = {},
): Promise<DirectoryBackupReport> {
  const began = performance.now();
  await assertEmpty(disk, dataDir, target);
  const copying = new DirectoryCopy(disk, dataDir, target, onProgress);
  try {
    const files = await copying.run();
    const logs = await openOnce(disk, target, files, logger);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return { target, logs, files: files.length, bytes, durationMs: performance.now() - began };
  } catch (error) {
    await copying.undo();
    throw toLogError(error, 'copying to', target);
  }
}

async function assertEmpty(disk: FileSystem, dataDir: string, target: string): Promise<void> {
  const inside = relative(resolve(dataDir), resolve(target));
  if (inside === '' || !(inside.startsWith('..') || resolve(target) === inside)) {
    throw new TypeError(`Expected \`target\` to be a directory outside ${dataDir}, got '${target}'`);
  }
  const names = await disk.list(target).catch((error: unknown) => {
    if (systemCode(error) === 'ENOTDIR') return ['a file'];
    throw toLogError(error, 'listing', target);
  });
  if (names.length > 0)
    throw new TypeError(`Expected \`target\` to be an empty directory, or none yet, got '${target}'`);
}

interface Copied {
  log: string;
  bytes: number;
}

class DirectoryCopy {
  readonly #made = new Set<string>();
  readonly #directories = new Set<string>();
  #doneBytes = 0;
  #totalBytes = 0;

  constructor(
    private readonly disk: FileSystem,
    private readonly dataDir: string,
    private readonly target: string,
    private readonly onProgress: (doneBytes: number, totalBytes: number) => void,
  ) {}

  async run(): Promise<Copied[]> {
    const files = await directoryFiles(this.disk, this.dataDir);
    this.#totalBytes = files.reduce((sum, file) => sum + (isCopied(file) ? file.bytes : 0), 0);
    await this.#directory(join(this.target, 'logs'));
    const copied: Copied[] = [];
    for (const log of logsOf(files)) copied.push(...(await this.#log(log)));
    for (const directory of this.#directories) await this.disk.syncDirectory(directory);
    return copied;
  }

  /** A copy that is not whole shall not be taken for one. */
  async undo(): Promise<void> {
    for (const path of this.#made) await this.disk.remove(path).catch(() => undefined);
  }

  async #log(log: string): Promise<Copied[]> {
    const paths = new LogPaths(this.dataDir, log);
    const { active, files } = await this.#moment(paths);
    try {
      const copied: Copied[] = [];
      // A state that no line of the engine shows is in the main file, too.
      let engineLines = 0;
      if (active) {
        const scan = await wholeLines(active, paths);
        engineLines = scan.engineLines;
        await this.#copy(active, { file: `logs/${log}.log` }, scan.end, scan.chain);
        copied.push({ log, bytes: scan.end });
      }
      for (const file of files) {
        if (!isCopied(file) || file.kind === 'log' || (file.kind === 'main file' && engineLines > 0)) continue;
        const source = await openIfThere(this.disk, file.path);
        // Pruned meanwhile: no longer kept.
        if (!source) continue;
        try {
          await this.#copy(source, file, await source.size());
        } finally {
          await source.close();
        }
        copied.push({ log, bytes: file.bytes });
      }
      return copied;
    } finally {
      await active?.close();
    }
  }

  /** The active log, held open, and the files beside it as of a moment at which it was the active one. */
  async #moment(paths: LogPaths): Promise<{ active: OpenFile | undefined; files: DirectoryFile[] }> {
    for (let attempt = 1; ; attempt += 1) {
      const active = await openIfThere(this.disk, paths.log);
      const files = (await directoryFiles(this.disk, this.dataDir)).filter(({ log }) => log === paths.name);
      const stays = active ? ((await active.isNamed?.(paths.log)) ?? true) : true;
      if (!stays && attempt < ATTEMPTS) {
        await active?.close();
        continue;
      }
      const older: DirectoryFile[] = [];
      for (const file of files) {
        // A compaction is about to put another in its place: it is a second name of the log itself.
        if (file.kind === 'backup' && (await active?.isNamed?.(file.path))) continue;
        older.push(file);
      }
      return { active, files: older };
    }
  }

  /** @param chain the checksum that the bytes must have */
  async #copy(source: OpenFile, { file }: Pick<DirectoryFile, 'file'>, size: number, chain?: number): Promise<void> {
    const path = join(this.target, ...file.split('/'));
    await this.#directory(dirname(path));
    this.#made.add(path);
    const copy = await this.disk.open(path, 'replace');
    try {
      const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, Math.max(1, size)));
      let crc = 0;
      for (let at = 0, synced = 0; at < size; ) {
        const read = await source.read(piece, 0, Math.min(piece.length, size - at), at);
        if (read === 0)
          throw new LogError('LOG_CORRUPT', `${source.path} ends at byte ${at}.`, { file: source.path, offset: at });
        await copy.write(piece, 0, read, at);
        crc = extendCrc(crc, piece.subarray(0, read));
        at += read;
        this.#doneBytes += read;
        this.onProgress(Math.min(this.#doneBytes, this.#totalBytes), this.#totalBytes);
        if (at - synced < SYNC_BYTES) continue;
        await copy.sync();
        synced = at;
      }
      if (chain !== undefined && crc !== chain) {
        throw new LogError('LOG_CORRUPT', `${source.path} changed while it was copied.`, {
          file: source.path,
          offset: 0,
        });
      }
      await copy.sync();
    } finally {
      await copy.close();
    }
  }

  async #directory(path: string): Promise<void> {
    if (this.#directories.has(path)) return;
    await makeDirectoryDurably(this.disk, path);
    this.#directories.add(path);
  }
}

/** What opening needs, and what the history does. Seals and index files are of the moment of a close; kept bytes are not of the state. */
function isCopied({ kind, file }: DirectoryFile): boolean {
  if (kind === 'erasure') return file.endsWith('.erasing');
  return ['log', 'backup', 'archive', 'archive index', 'main file'].includes(kind);
}

/** @throws LogError `LOG_CORRUPT` for damage that is not a batch under way */
async function wholeLines(file: OpenFile, paths: LogPaths) {
  const scan = await scanLog(file, await file.size(), VERIFYING);
  const damage = scan.damage.find(({ isTail }) => !isTail);
  if (!damage) return scan;
  const { line, offset, key } = damage;
  throw new LogError('LOG_CORRUPT', `${paths.log}:${line} (line ${line}, byte ${offset}) is damaged.`, {
    file: paths.log,
    offset,
    line,
    key,
    hint: 'A backup of damage is no backup: run `append-log verify` and `append-log repair` first.',
  });
}

async function openOnce(
  disk: FileSystem,
  target: string,
  copied: readonly Copied[],
  logger: EngineLogger,
): Promise<DirectoryBackupReport['logs']> {
  const engine = new FileLogEngine(resolveLogOptions({ dataDir: target }), logger, disk);
  await engine.open();
  try {
    const logs: DirectoryBackupReport['logs'] = [];
    for (const log of new Set(copied.map((file) => file.log))) {
      await engine.openLog(log);
      const { entries, seq } = engine.stats(log);
      const files = copied.filter((file) => file.log === log);
      logs.push({ log, entries, seq, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) });
    }
    return logs;
  } finally {
    await engine.close();
  }
}

async function openIfThere(disk: FileSystem, path: string): Promise<OpenFile | undefined> {
  try {
    return await disk.open(path, 'read');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
