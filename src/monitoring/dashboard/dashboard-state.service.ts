import { Injectable, type OnModuleDestroy, type OnModuleInit, Optional } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { CompactionService } from '../../compaction/index.js';
import { AppendLogService, type CompactionReport, type LogStats } from '../../storage/index.js';
import { type Trouble, troublesOf } from './troubles.js';
import type { WrittenSecond } from './write-rate.js';

/** Compactions that are remembered, of all logs together. */
const HISTORY_MAX = 100;
/** Asking the disk is cheap, and its answer changes slowly. */
const FREE_BYTES_MS = 5_000;

/** One log in the snapshot. @internal */
export type ShownLog = Pick<
  LogStats,
  | 'log'
  | 'keys'
  | 'entries'
  | 'seq'
  | 'sizeBytes'
  | 'liveBytes'
  | 'checkpointBytes'
  | 'entriesSinceCheckpoint'
  | 'appends'
  | 'pending'
  | 'lastTimestamp'
> & {
  /** Whether opening had nothing to mend. */
  clean: boolean;
};

/** What is shown of a compaction: everything but the error object. @internal */
export type ShownCompaction = Omit<CompactionReport, 'error'>;

/** Everything that changes from second to second. @internal */
export interface Snapshot {
  now: number;
  second: WrittenSecond;
  logs: ShownLog[];
  troubles: Trouble[];
  freeBytes?: number;
  viewers: number;
}

/** What the store looks like now, and which compactions there were. */
@Injectable()
export class DashboardState implements OnModuleInit, OnModuleDestroy {
  readonly #compactions: ShownCompaction[] = [];
  #freeBytes: number | undefined;
  #freeBytesAt = Number.NEGATIVE_INFINITY;
  #subscription: Subscription | undefined;

  constructor(
    private readonly logs: AppendLogService,
    @Optional() private readonly compaction?: CompactionService,
  ) {}

  /** A compaction is rare and small to remember, so it is, also while nobody looks. */
  onModuleInit(): void {
    this.#subscription = this.compaction?.outcomes().subscribe(({ error: _, ...report }) => {
      this.#compactions.unshift(report);
      this.#compactions.length = Math.min(this.#compactions.length, HISTORY_MAX);
    });
  }

  onModuleDestroy(): void {
    this.#subscription?.unsubscribe();
  }

  get canCompact(): boolean {
    return this.compaction !== undefined;
  }

  /** The newest first. */
  compactions(log?: string): ShownCompaction[] {
    return log === undefined ? this.#compactions : this.#compactions.filter((report) => report.log === log);
  }

  snapshot(second: WrittenSecond, viewers: number): Snapshot {
    this.#lookAtDisk();
    const stats = this.logs.logNames().map((log) => this.logs.stats(log));
    const outcomes = stats.map(({ log }) => this.compaction?.lastOutcome(log));
    return {
      now: second.at,
      second,
      logs: stats.map((each) => this.#shown(each)),
      troubles: troublesOf(stats, outcomes, this.#freeBytes),
      ...(this.#freeBytes !== undefined && { freeBytes: this.#freeBytes }),
      viewers,
    };
  }

  #shown(stats: LogStats): ShownLog {
    const { log, keys, entries, seq, sizeBytes, liveBytes, checkpointBytes, entriesSinceCheckpoint } = stats;
    const { appends, pending, lastTimestamp } = stats;
    const sizes = { sizeBytes, liveBytes, checkpointBytes, entriesSinceCheckpoint };
    return {
      log,
      keys,
      entries,
      seq,
      ...sizes,
      appends,
      pending,
      lastTimestamp,
      clean: this.logs.recoveryReport(log).clean,
    };
  }

  /** The answer is there for the next snapshot. */
  #lookAtDisk(): void {
    if (performance.now() - this.#freeBytesAt < FREE_BYTES_MS) return;
    this.#freeBytesAt = performance.now();
    this.logs.freeBytes().then(
      (bytes) => {
        this.#freeBytes = bytes;
      },
      () => undefined,
    );
  }
}
