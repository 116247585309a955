/** What bears on the question what a log should be, and the refusal where that cannot be answered. */
import { LogError } from './errors.js';
import type { LogContext } from './log-context.js';
import type { Backup } from './log-name.js';
import type { Damage, ScanResult } from './scan-result.js';
import type { Seal } from './seal.js';

export interface Evidence {
  scan: ScanResult;
  /** Whether there is a log file at all. */
  exists: boolean;
  seal: Seal | undefined;
  /** A seal is there and says nothing any more, but that there was a log. */
  sealIsDamaged: boolean;
  /** Oldest first. */
  backups: Backup[];
  /**
   * Linked by a compaction that did not come to replace the log: a second name of the active log, which goes on
   * growing and proves nothing, is no backup.
   */
  linked: string | undefined;
}

/** What is to be done: nothing, cut the torn tail, or read again what was just written anew. */
export type Verdict = 'whole' | 'cut' | 'rewritten';

/** Whether no line of the log is whole. */
export function nothingIsWhole({ scan }: Evidence): boolean {
  return scan.engineLines + scan.olderLines === 0;
}

/** The refusal: the first damage with its place, and what the operator can do. */
export function corruption(
  { paths }: LogContext,
  damage: readonly Damage[],
  why: string,
  evidence?: Evidence,
): LogError {
  const first = damage[0];
  const seal = evidence?.seal;
  const hint =
    "Open with recovery: 'salvage' to go on with everything that is provable (the damaged file is kept), " +
    'or put a whole copy of the log in its place.';
  if (!first) {
    const from = (evidence?.scan.lastSeq ?? 0) + 1;
    const missing = seal ? ` It ends before its seal: seq ${from} to ${seal.seq} are missing.` : '';
    return new LogError('LOG_CORRUPT', `${paths.log} is cut short or gone: ${why}.${missing}`, {
      file: paths.log,
      offset: evidence?.scan.end ?? 0,
      line: (evidence?.scan.lines ?? 0) + 1,
      hint,
    });
  }
  const key = first.key === undefined ? '' : `, key ${JSON.stringify(first.key)}`;
  const lost = first.lost ? ` Seq ${first.lost[0]} to ${first.lost[1]} cannot be read.` : '';
  const place = `${paths.log}:${first.line} (line ${first.line}, byte ${first.offset}${key})`;
  return new LogError('LOG_CORRUPT', `Damaged: ${place}; ${why}.${lost}`, {
    file: paths.log,
    offset: first.offset,
    line: first.line,
    key: first.key,
    hint,
  });
}
