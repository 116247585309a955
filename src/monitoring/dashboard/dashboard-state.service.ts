import { Injectable, type OnModuleDestroy, type OnModuleInit, Optional } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { CompactionService } from '../../compaction/index.js';
import { AppendLogService, type CompactionReport, type LogStats } from '../../storage/index.js';
import { DashboardHealth, type Trouble } from './dashboard-health.service.js';
import type { WrittenSecond } from './write-rate.js';

/** Compactions that are remembered, of all logs together. */
const HISTORY_MAX = 100;

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
  #subscription: Subscription | undefined;

  constructor(
    private readonly logs: AppendLogService,
    private readonly health: DashboardHealth,
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

  /** Resolves once it is known what is wrong; a snapshot before that tells what was. */
  ready(): Promise<void> {
    return this.health.look();
  }

  snapshot(second: WrittenSecond, viewers: number): Snapshot {
    // The answer is there for the next snapshot.
    void this.health.look();
    const { freeBytes } = this.health;
    const stats = this.logs.logNames().map((log) => this.logs.stats(log));
    return {
      now: second.at,
      second,
      logs: stats.map((each) => this.#shown(each)),
      troubles: this.health.troubles(),
      ...(freeBytes !== undefined && { freeBytes }),
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
}
