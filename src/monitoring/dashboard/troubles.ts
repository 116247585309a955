/** What an operator should look at, in words. Pure. */
import type { CompactionReport, LogStats } from '../../storage/index.js';

/** @internal */
export interface Trouble {
  /** `down`: writes are refused. `warn`: everything works, for now. */
  level: 'down' | 'warn';
  /** Missing where it is about the whole directory. */
  log?: string;
  text: string;
}

type Condition = Pick<LogStats, 'log' | 'poisoned' | 'diskFull' | 'mainFileError' | 'mainFileStaleMs'>;

/** A main file is late by some seconds under any load; this long means that it is not written. */
const MAIN_FILE_STALE_MS = 60_000;
/** Below this much free space a compaction of a middling log may not find room. */
const FREE_BYTES_LOW = 256 * 1024 * 1024;

export function troublesOf(
  logs: readonly Condition[],
  outcomes: readonly (CompactionReport | undefined)[],
  freeBytes: number | undefined,
): Trouble[] {
  const troubles: Trouble[] = [];
  for (const { log, poisoned, diskFull } of logs) {
    if (poisoned !== undefined) troubles.push({ level: 'down', log, text: `Poisoned: ${poisoned}` });
    if (diskFull !== undefined) troubles.push({ level: 'down', log, text: `The disk is full: ${diskFull}` });
  }
  if (freeBytes !== undefined && freeBytes < FREE_BYTES_LOW) {
    troubles.push({ level: 'warn', text: `Only ${Math.floor(freeBytes / 1024 / 1024)} MiB are free on the disk.` });
  }
  for (const { log, mainFileError, mainFileStaleMs } of logs) {
    if (mainFileError !== undefined) {
      troubles.push({ level: 'warn', log, text: `The main file could not be written: ${mainFileError}` });
    } else if (mainFileStaleMs > MAIN_FILE_STALE_MS) {
      troubles.push({ level: 'warn', log, text: `The main file is ${Math.round(mainFileStaleMs / 1000)} s behind.` });
    }
  }
  for (const outcome of outcomes) {
    if (outcome?.outcome !== 'failed') continue;
    troubles.push({ level: 'warn', log: outcome.log, text: `The last compaction failed: ${outcome.reason ?? ''}` });
  }
  return troubles;
}
