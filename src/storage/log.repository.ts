import type { Observable } from 'rxjs';
import type { AppendLogService } from './append-log.service.js';
import { assertFunction } from './arguments.js';
import type { EntryMeta, EraseOptions, ErasureReceipt, LogEntry } from './log/index.js';
import type { ValueCodec } from './value-codec.js';

/**
 * A typed view over one log: every key holds a `T`. Values are validated before they are appended; a refused value
 * changes nothing. The promise of a write resolves when it is as durable as the `fsync` mode says.
 * @publicApi
 */
export class LogRepository<T> {
  constructor(
    protected readonly logs: AppendLogService,
    /** The name of the log. */
    readonly log: string,
    protected readonly codec: ValueCodec<T>,
  ) {}

  /** The newest value of a key, a copy of the caller's own. */
  async get(key: string): Promise<T | undefined> {
    const stored = await this.logs.get(this.log, key);
    return stored === undefined ? undefined : this.codec.read(stored, key);
  }

  /**
   * Gives a key a new value and returns it as it will be read back.
   * @throws ValueRefusedError (a TypeError) listing every property that failed; nothing is written.
   */
  async set(key: string, value: T, meta?: EntryMeta): Promise<T> {
    const stored = this.codec.check(value, key);
    await this.logs.append(this.log, { op: 'SET', key, value: stored }, meta);
    return this.codec.read(stored, key);
  }

  /**
   * Reads, changes and writes one key as a single step: no other write comes between.
   * @param fn synchronous; may run again, so it should only compute. Returning `undefined` deletes the key.
   */
  async update(key: string, fn: (current: T | undefined) => T | undefined, meta?: EntryMeta): Promise<T | undefined> {
    assertFunction('fn', fn);
    const change = (stored: unknown): unknown => {
      const next = fn(stored === undefined ? undefined : this.codec.read(stored, key));
      return next === undefined ? undefined : this.codec.check(next, key);
    };
    const stored = await this.logs.update<unknown>(this.log, key, change, meta);
    return stored === undefined ? undefined : this.codec.read(stored, key);
  }

  /** Deletes a key; false, and nothing is written, where it did not exist. */
  async delete(key: string, meta?: EntryMeta): Promise<boolean> {
    let existed = false;
    const tombstone = (current: unknown): undefined => {
      existed = current !== undefined;
    };
    await this.logs.update<unknown>(this.log, key, tombstone, meta);
    return existed;
  }

  /**
   * Deletes a key and every trace of it in the history, see {@link AppendLogService.erase}: for those who must not be kept.
   * Takes a pass over everything that is kept of the log.
   */
  erase(key: string, options?: EraseOptions, meta?: EntryMeta): Promise<ErasureReceipt> {
    return this.logs.erase(this.log, key, options, meta);
  }

  has(key: string): Promise<boolean> {
    return this.logs.has(this.log, key);
  }

  /** Live keys. 0 before the log is open, which application start takes care of. */
  size(): number {
    return this.logs.size(this.log);
  }

  keys(): AsyncIterable<string> {
    return this.logs.keys(this.log);
  }

  /** Every key with its value, read one at a time: memory does not grow with the log. */
  async *entries(): AsyncGenerator<[string, T], void, undefined> {
    for await (const [key, stored] of this.logs.entries<unknown>(this.log)) {
      yield [key, this.codec.read(stored, key)];
    }
  }

  /** Every entry of this log from now on, once it is durable. */
  changes(): Observable<LogEntry> {
    return this.logs.changes(this.log);
  }

  /** Every entry about a key that is still kept, oldest first, those in the backups included. */
  history(key: string): AsyncIterable<LogEntry> {
    return this.logs.streamLogEntries(this.log, { key, backups: true });
  }
}
