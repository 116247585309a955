/** Names of logs and of every file that belongs to one (see docs/format.md, Files). */
import { join } from 'node:path';

const LOG_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const BACKUP = /^([a-z0-9][a-z0-9_-]{0,63})\.log\.backup\.(\d{1,16})(\.gz)?$/;
const LOG_FILE = /^([a-z0-9][a-z0-9_-]{0,63})\.log(\.seal|\.backup\.\d{1,16}(\.gz)?)?$/;

/**
 * Refuses a name that could reach outside the data directory, before any file is touched.
 * @throws TypeError
 */
export function assertLogName(log: unknown): asserts log is string {
  if (typeof log !== 'string' || !LOG_NAME.test(log)) {
    const shown = typeof log === 'string' ? JSON.stringify(log.slice(0, 80)) : String(log);
    throw new TypeError(
      `Expected a log name of 1–64 characters a–z, 0–9, "_" or "-", beginning with a letter or digit, got ${shown}`,
    );
  }
}

/** Where the files of one log lie. */
export class LogPaths {
  readonly directory: string;
  readonly log: string;
  readonly seal: string;
  /** What opening can do without. */
  readonly index: string;
  readonly mainFile: string;
  /** Beside the log, so that a rename never crosses file systems. */
  readonly compacting: string;
  /** Segments of the archive, and their index. */
  readonly archive: string;
  readonly archiveIndex: string;
  /** A compressed backup, unpacked for as long as it is read. */
  readonly unpacked: string;
  /** What is being erased; gone once it is. */
  readonly erasing: string;

  constructor(
    dataDir: string,
    readonly name: string,
  ) {
    this.directory = join(dataDir, 'logs');
    this.log = join(this.directory, `${name}.log`);
    this.seal = `${this.log}.seal`;
    this.index = `${this.log}.index`;
    this.compacting = `${this.log}.compacting`;
    this.archive = join(this.directory, 'archive', name);
    this.archiveIndex = join(this.archive, 'index.json');
    this.unpacked = `${this.log}.unpacked`;
    this.erasing = `${this.log}.erasing`;
    this.mainFile = join(dataDir, `${name}.json`);
  }

  backup(unixMs: number): string {
    return `${this.log}.backup.${unixMs}`;
  }

  beside(fileName: string): string {
    return join(this.directory, fileName);
  }

  segment(fileName: string): string {
    return join(this.archive, fileName);
  }

  torn(unixMs: number): string {
    return `${this.log}.torn.${unixMs}`;
  }

  /** A receipt of what was erased. */
  erased(unixMs: number): string {
    return `${this.log}.erased.${unixMs}`;
  }

  damaged(unixMs: number): string {
    return `${this.log}.damaged.${unixMs}`;
  }
}

/** A former log. */
export interface Backup {
  fileName: string;
  unixMs: number;
  compressed: boolean;
}

/**
 * Backups of `log` among the file names of the log directory, oldest first. One that a crash left both plain and
 * compressed is the plain one.
 */
export function backupsIn(fileNames: readonly string[], log: string): Backup[] {
  const backups = new Map<number, Backup>();
  for (const fileName of fileNames) {
    const match = BACKUP.exec(fileName);
    if (match?.[1] !== log) continue;
    const backup = { fileName, unixMs: Number(match[2]), compressed: match[3] !== undefined };
    if (!backup.compressed || !backups.has(backup.unixMs)) backups.set(backup.unixMs, backup);
  }
  return [...backups.values()].sort((a, b) => a.unixMs - b.unixMs);
}

/** Names of the logs that the files of a log directory belong to, in alphabetical order. */
export function logsIn(fileNames: readonly string[]): string[] {
  const names = new Set<string>();
  for (const fileName of fileNames) {
    const match = LOG_FILE.exec(fileName);
    if (match?.[1]) names.add(match[1]);
  }
  return [...names].sort();
}
