/** Names of logs and of every file that belongs to one (see docs/format.md, Files). */
import { join } from 'node:path';

const LOG_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const BACKUP = /^([a-z0-9][a-z0-9_-]{0,63})\.log\.backup\.(\d{1,16})$/;
const LOG_FILE = /^([a-z0-9][a-z0-9_-]{0,63})\.log(\.seal|\.backup\.\d{1,16})?$/;

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
    this.erasing = `${this.log}.erasing`;
    this.mainFile = join(dataDir, `${name}.json`);
  }

  backup(unixMs: number): string {
    return `${this.log}.backup.${unixMs}`;
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

/** Backups of `log` among the file names of the log directory, oldest first. */
export function backupsIn(fileNames: readonly string[], log: string): { fileName: string; unixMs: number }[] {
  const backups: { fileName: string; unixMs: number }[] = [];
  for (const fileName of fileNames) {
    const match = BACKUP.exec(fileName);
    if (match?.[1] === log) backups.push({ fileName, unixMs: Number(match[2]) });
  }
  return backups.sort((a, b) => a.unixMs - b.unixMs);
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
