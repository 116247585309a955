/** What is wrong with a store, in words for the one who has to put it right. Pure. */
import type { CompactionReport, LogStats, RecoveryReport, ReplicationLag } from '../storage/index.js';

/** What always makes the store down: something that was acknowledged before is refused now. */
export type DownTopic = 'closed' | 'storage-unreachable' | 'poisoned' | 'disk-full' | 'recovery-refused';

/** What goes on working and wants somebody's attention. @publicApi */
export type WarningTopic =
  | 'disk-nearly-full'
  | 'compaction-failing'
  | 'compaction-overdue'
  | 'archiving-failing'
  | 'recovery-healed'
  | 'main-file-stale'
  | 'replica-behind';

export const WARNING_TOPICS: readonly WarningTopic[] = [
  'disk-nearly-full',
  'compaction-failing',
  'compaction-overdue',
  'archiving-failing',
  'recovery-healed',
  'main-file-stale',
  'replica-behind',
];

/** One thing that is not as it should be. @publicApi */
export interface HealthFinding {
  about: DownTopic | WarningTopic;
  /** Missing where it is about the whole directory. */
  log?: string;
  message: string;
}

/** What is known of one log. @internal */
export interface LogCondition {
  stats: Pick<LogStats, 'log' | 'poisoned' | 'diskFull' | 'mainFileStaleMs' | 'mainFileError'>;
  recovery: RecoveryReport;
  /** For how long it has been known to be open. */
  openMs: number;
  lastCompaction: CompactionReport | undefined;
  /** The last one that folded something. */
  lastFold: CompactionReport | undefined;
  /** For how long it has been worth compacting; 0 where it is not. */
  dueMs: number;
  /** Undefined where there is no replica. */
  replica: Pick<ReplicationLag, 'entries' | 'ms' | 'error'> | undefined;
}

/** @internal */
export interface ConditionBounds {
  compactionOverdueMs: number;
  mainFileStaleMs: number;
  recoveryHealedMs: number;
  replicaBehindMs: number;
}

/** @internal */
export function logFindings(condition: LogCondition, bounds: ConditionBounds): HealthFinding[] {
  return [
    ...refusals(condition),
    ...compactionFindings(condition, bounds),
    ...upkeepFindings(condition, bounds),
    ...replicaFindings(condition, bounds),
  ];
}

/** @param reasons sentences of the engine @internal */
export function unreachableStorage(reasons: readonly string[]): HealthFinding {
  return { about: 'storage-unreachable', message: `The storage cannot do its work: ${reasons.join(' ')}` };
}

/** @internal */
export function refusedLog(log: string, error: unknown): HealthFinding {
  const reason = error instanceof Error ? error.message : String(error);
  return { about: 'recovery-refused', log, message: `${log} cannot be opened: ${reason}` };
}

/** @param neededBytes below that much the disk is nearly full @internal */
export function freeSpaceFindings(freeBytes: number | undefined, neededBytes: number): HealthFinding[] {
  if (freeBytes === undefined || freeBytes >= neededBytes) return [];
  const message = `The disk is nearly full: ${bytes(freeBytes)} are free, ${bytes(neededBytes)} are wanted.`;
  return [{ about: 'disk-nearly-full', message }];
}

function refusals({ stats }: LogCondition): HealthFinding[] {
  const { log, poisoned, diskFull } = stats;
  const findings: HealthFinding[] = [];
  if (poisoned !== undefined) {
    const message = `${log} is poisoned and takes no writes until it is opened again: ${poisoned}`;
    findings.push({ about: 'poisoned', log, message });
  }
  if (diskFull !== undefined) {
    findings.push({ about: 'disk-full', log, message: `The newest write to ${log} found no room: ${diskFull}` });
  }
  return findings;
}

function compactionFindings(condition: LogCondition, { compactionOverdueMs }: ConditionBounds): HealthFinding[] {
  const { stats, lastCompaction, lastFold, dueMs } = condition;
  const { log } = stats;
  const findings: HealthFinding[] = [];
  if (lastCompaction?.outcome === 'failed') {
    const { startedAt, reason } = lastCompaction;
    const message = `The last compaction of ${log}, begun at ${startedAt}, failed: ${reason}`;
    findings.push({ about: 'compaction-failing', log, message });
  }
  if (dueMs > compactionOverdueMs) {
    const message = `${log} has been worth compacting for ${duration(dueMs)}, and has not been compacted.`;
    findings.push({ about: 'compaction-overdue', log, message });
  }
  if (lastFold?.archiveError !== undefined) {
    const { startedAt, archiveError } = lastFold;
    const message = `The compaction of ${log} begun at ${startedAt} left its backups where they pile up: ${archiveError}`;
    findings.push({ about: 'archiving-failing', log, message });
  }
  return findings;
}

function upkeepFindings(condition: LogCondition, bounds: ConditionBounds): HealthFinding[] {
  const { stats, recovery, openMs } = condition;
  const { log, mainFileError, mainFileStaleMs } = stats;
  const findings: HealthFinding[] = [];
  if (!recovery.clean && openMs <= bounds.recoveryHealedMs) {
    const found = recovery.events.map(({ message }) => message).join(' ');
    findings.push({ about: 'recovery-healed', log, message: `Opening ${log} had to mend it: ${found}` });
  }
  if (mainFileError !== undefined) {
    findings.push({
      about: 'main-file-stale',
      log,
      message: `The main file of ${log} cannot be written: ${mainFileError}`,
    });
  } else if (mainFileStaleMs > bounds.mainFileStaleMs) {
    const message = `The main file of ${log} has lacked the newest entries for ${duration(mainFileStaleMs)}.`;
    findings.push({ about: 'main-file-stale', log, message });
  }
  return findings;
}

function replicaFindings({ stats, replica }: LogCondition, { replicaBehindMs }: ConditionBounds): HealthFinding[] {
  if (replica === undefined || replica.entries === 0 || replica.ms <= replicaBehindMs) return [];
  const { log } = stats;
  const { entries, ms, error } = replica;
  const why = error === undefined ? '.' : `: ${error}`;
  const message = `The replica lacks ${entries} entries of ${log}, the oldest for ${duration(ms)}${why}`;
  return [{ about: 'replica-behind', log, message }];
}

function bytes(count: number): string {
  return count < 1024 * 1024 ? `${count} bytes` : `${Math.floor(count / (1024 * 1024))} MiB`;
}

function duration(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}
