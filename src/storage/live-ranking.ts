import type { Subscription } from 'rxjs';
import type { AppendLogService } from './append-log.service.js';
import type { LeaderboardField } from './leaderboard.js';
import type { LogEntry } from './log/index.js';
import { readPlayerStats } from './player-stats.js';
import { PlayerRanking, SlotSet } from './ranking/index.js';

/** Work that goes on for so long lets timers and sockets have a turn. */
const TURN_MS = 4;
/** Players that are put in order between two looks at the clock. */
const PLAYERS_PER_LOOK = 32;

/** What was heard while the log is read: it is newer than what the reading still comes to. */
class News {
  readonly changed = new SlotSet();
  readonly deleted = new Set<string>();
  /** A whole new state was heard, so nothing that is read counts any more. */
  isWhole = false;
}

/**
 * The ranking of the players in a log, kept current from the log's changes. The log is read at the first question, and
 * players are put in order by a field at the first question about it, so an application without leaderboards pays
 * nothing. Neither holds up the event loop, and questions that come meanwhile wait for the same work.
 */
export class LiveRanking {
  readonly #ranking = new PlayerRanking();
  readonly #underWay = new Map<string, Promise<void>>();
  #lastWork: Promise<void> = Promise.resolve();
  #subscription: Subscription | undefined;
  /** There while the log is being read. */
  #news: News | undefined;
  #isRead = false;

  constructor(
    private readonly logs: AppendLogService,
    private readonly log: string,
  ) {}

  /** Keys of the best players, best first. */
  async top(field: LeaderboardField, limit: number): Promise<string[]> {
    while (!this.#isReady(field)) await this.#prepare(field);
    return this.#ranking.top(field, limit);
  }

  /** The rank of whoever has this value; see {@link PlayerRanking.rank}. */
  async rank(field: LeaderboardField, value: number): Promise<number> {
    while (!this.#isReady(field)) await this.#prepare(field);
    return this.#ranking.rank(field, value);
  }

  #isReady(field: LeaderboardField): boolean {
    return this.#isRead && this.#ranking.isOrderedBy(field);
  }

  /** One step towards an answer. A whole new state undoes the second one, so callers look again. */
  #prepare(field: LeaderboardField): Promise<void> {
    return this.#isRead ? this.#shared(field, () => this.#order(field)) : this.#shared('players', () => this.#read());
  }

  /** One work after the other: several at a time would each take their share of one and the same turn. */
  #shared(work: string, start: () => Promise<void>): Promise<void> {
    let promise = this.#underWay.get(work);
    if (!promise) {
      promise = this.#lastWork.then(start).finally(() => this.#underWay.delete(work));
      this.#underWay.set(work, promise);
      this.#lastWork = promise.catch(() => undefined);
    }
    return promise;
  }

  /** Listens first and reads then: a change that comes in between is heard, perhaps read as well, and never missed. */
  async #read(): Promise<void> {
    const news = new News();
    this.#news = news;
    const subscription = this.logs.changes(this.log).subscribe((entry) => this.#hear(entry));
    this.#subscription = subscription;
    try {
      const turns = new Turns();
      for await (const [key, stored] of this.logs.entries<unknown>(this.log)) {
        if (news.isWhole || subscription.closed) break;
        const isOlder = news.deleted.has(key) || news.changed.has(this.#ranking.slotOf(key));
        if (!isOlder) this.#ranking.set(key, readPlayerStats(stored, key));
        if (turns.isDue()) await turns.next();
      }
      if (subscription.closed) throw new Error(`The changes of '${this.log}' could not be followed.`);
      this.#isRead = true;
    } catch (error) {
      this.#forget();
      throw error;
    } finally {
      this.#news = undefined;
    }
  }

  async #order(field: LeaderboardField): Promise<void> {
    const turns = new Turns();
    while (!this.#ranking.orderMore(field, PLAYERS_PER_LOOK)) if (turns.isDue()) await turns.next();
  }

  /** Half a change would leave a wrong order for good; the next question reads the log again. */
  #hear(entry: LogEntry): void {
    try {
      this.#apply(entry);
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #apply(entry: LogEntry): void {
    if (entry.op === 'CHECKPOINT') return;
    if (entry.data !== undefined) this.#replaceAll(entry.data);
    else if (entry.key !== undefined && entry.op === 'DELETE') this.#delete(entry.key);
    else if (entry.key !== undefined) this.#set(entry.key, entry.value);
  }

  #replaceAll(players: Record<string, unknown>): void {
    this.#ranking.clear();
    for (const [key, stored] of Object.entries(players)) this.#ranking.set(key, readPlayerStats(stored, key));
    if (this.#news) this.#news.isWhole = true;
  }

  #delete(key: string): void {
    this.#news?.changed.delete(this.#ranking.slotOf(key));
    this.#news?.deleted.add(key);
    this.#ranking.delete(key);
  }

  #set(key: string, stored: unknown): void {
    const slot = this.#ranking.set(key, readPlayerStats(stored, key));
    this.#news?.changed.add(slot);
    this.#news?.deleted.delete(key);
  }

  #forget(): void {
    this.#subscription?.unsubscribe();
    this.#ranking.clear();
    this.#isRead = false;
  }
}

class Turns {
  #began = performance.now();

  isDue(): boolean {
    return performance.now() - this.#began >= TURN_MS;
  }

  async next(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#began = performance.now();
  }
}
