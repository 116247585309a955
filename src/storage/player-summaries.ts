import type { AppendLogService } from './append-log.service.js';
import { type PlayerSummary, summaryOf } from './leaderboard.js';
import type { LogEntry } from './log/index.js';
import { readPlayerStats } from './player-stats.js';

/**
 * The few figures of every player that leaderboards need, kept current from the changes of the log.
 * Built by one pass at the first question, so an application without leaderboards pays nothing.
 */
export class PlayerSummaries {
  readonly #summaries = new Map<string, PlayerSummary>();
  #built: Promise<void> | undefined;

  constructor(
    private readonly logs: AppendLogService,
    private readonly log: string,
  ) {}

  /** Every player's summary by key; do not keep it, it goes on changing. */
  async all(): Promise<ReadonlyMap<string, PlayerSummary>> {
    this.#built ??= this.#build().catch((error: unknown) => {
      this.#built = undefined;
      throw error;
    });
    await this.#built;
    return this.#summaries;
  }

  /** Changes that arrive during the pass wait for its end, because the pass may still give an older value. */
  async #build(): Promise<void> {
    const waiting: LogEntry[] = [];
    let take = (entry: LogEntry): void => void waiting.push(entry);
    const subscription = this.logs.changes(this.log).subscribe((entry) => take(entry));
    this.#summaries.clear();
    try {
      for await (const [key, stored] of this.logs.entries<unknown>(this.log)) this.#set(key, stored);
    } catch (error) {
      subscription.unsubscribe();
      throw error;
    }
    for (const entry of waiting) this.#apply(entry);
    take = (entry) => this.#apply(entry);
  }

  #apply(entry: LogEntry): void {
    if (entry.op === 'CHECKPOINT') return;
    if (entry.data !== undefined) {
      this.#summaries.clear();
      for (const [key, stored] of Object.entries(entry.data)) this.#set(key, stored);
    } else if (entry.key !== undefined) {
      if (entry.op === 'DELETE') this.#summaries.delete(entry.key);
      else this.#set(entry.key, entry.value);
    }
  }

  #set(key: string, stored: unknown): void {
    this.#summaries.set(key, summaryOf(readPlayerStats(stored, key)));
  }
}
