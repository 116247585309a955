/** The logs of one store that several processes use at once, without any way between them unless a test makes it long. */
import { type Observable, Subject } from 'rxjs';
import type { GameClock } from '../../../../src/game/clock.js';
import { Holder } from '../../../../src/game/sharing/holder.js';
import { ProcessLease } from '../../../../src/game/sharing/index.js';
import { ProcessRecord } from '../../../../src/game/sharing/process-record.js';
import { entityCodec } from '../../../../src/storage/entity-codec.js';
import { type AppendLogService, GameStateRepository, type LogEntry } from '../../../../src/storage/index.js';
import { LogRepository } from '../../../../src/storage/log.repository.js';

export const TTL_MS = 9_000;

type Change = (current: unknown) => unknown;

export class SharedLogs {
  private readonly values = new Map<string, Map<string, string>>();
  readonly doors: LogsDoor[] = [];

  log(name: string): Map<string, string> {
    const log = this.values.get(name) ?? new Map<string, string>();
    this.values.set(name, log);
    return log;
  }

  /** What a log holds, by key. */
  all(name: string): Record<string, unknown> {
    return Object.fromEntries([...this.log(name)].map(([key, json]) => [key, JSON.parse(json)]));
  }

  write(name: string, key: string, value: unknown): void {
    const log = this.log(name);
    if (value === undefined) log.delete(key);
    else log.set(key, JSON.stringify(value));
    const about = { seq: 1, timestamp: '2026-01-01T00:00:00.000Z', key };
    const entry: LogEntry = value === undefined ? { ...about, op: 'DELETE' } : { ...about, op: 'SET', value };
    for (const door of this.doors) door.hear(name, entry);
  }
}

/** By which one process comes to the logs. */
export class LogsDoor {
  /** Called before each write; may throw, or wait. */
  beforeWrite: (log: string, key: string) => Promise<void> | void = () => {};
  /** Called once a write stands, before its author hears of it. */
  afterWrite: (log: string, key: string) => Promise<void> | void = () => {};
  /** News are kept back. */
  isDeaf = false;
  writes = 0;
  private readonly subjects = new Map<string, Subject<LogEntry>>();
  private missed: (() => void)[] = [];

  constructor(readonly store: SharedLogs) {
    store.doors.push(this);
  }

  /** What the repositories take it for. */
  get logs(): AppendLogService {
    const used = {
      get: async (log: string, key: string) => JSON.parse(this.store.log(log).get(key) ?? 'null') ?? undefined,
      update: (log: string, key: string, fn: Change) => this.update(log, key, fn),
      entries: (log: string) => this.entries(log),
      changes: (log: string): Observable<LogEntry> => this.subject(log),
    };
    return used as unknown as AppendLogService;
  }

  get states(): GameStateRepository {
    return new GameStateRepository(this.logs);
  }

  lease(clock: GameClock, ttlMs = TTL_MS): ProcessLease {
    const records = new LogRepository(this.logs, 'processes', entityCodec(ProcessRecord));
    return new ProcessLease(records, new LogRepository(this.logs, 'duties', entityCodec(Holder)), { ttlMs, clock });
  }

  /** No write is taken from now on, as if every answer were lost. */
  silence(): void {
    this.beforeWrite = () => {
      throw new Error('the store does not answer');
    };
  }

  /** Writes wait from now on. @returns a function that lets them go on */
  hang(): () => void {
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    this.beforeWrite = () => waiting;
    return () => {
      this.beforeWrite = () => {};
      goOn();
    };
  }

  hear(log: string, entry: LogEntry): void {
    if (this.isDeaf) this.missed.push(() => this.subject(log).next(entry));
    else this.subject(log).next(entry);
  }

  /** Hears what it missed. */
  listenAgain(): void {
    this.isDeaf = false;
    for (const hear of this.missed.splice(0)) hear();
  }

  private async update(log: string, key: string, fn: Change): Promise<unknown> {
    await this.beforeWrite(log, key);
    const json = this.store.log(log).get(key);
    const next = fn(json === undefined ? undefined : JSON.parse(json));
    if (next === undefined && json === undefined) return undefined;
    this.writes += 1;
    this.store.write(log, key, next);
    await this.afterWrite(log, key);
    return next;
  }

  private async *entries(log: string): AsyncGenerator<[string, unknown]> {
    yield* Object.entries(this.store.all(log));
  }

  private subject(log: string): Subject<LogEntry> {
    const subject = this.subjects.get(log) ?? new Subject<LogEntry>();
    this.subjects.set(log, subject);
    return subject;
  }
}
