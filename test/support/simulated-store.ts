/**
 * A replicated store in virtual time: one line of entries per log, and for each process a view of its own that lags
 * behind. Writes are compared with the newest entry of their key when they arrive, as in src/jetstream, and have happened
 * for their process once its view shows them.
 */
import { type Observable, Subject } from 'rxjs';
import type { AppendLogService, EntryMeta, LogEntry } from '../../src/storage/index.js';
import type { Machine, World } from './simulated-machines.js';

export interface StoredEntry {
  seq: number;
  key: string;
  /** As JSON; undefined for a tombstone. */
  json: string | undefined;
  write: Write;
}

export interface Write {
  log: string;
  key: string;
  /** Whoever sent it. */
  author: Machine;
  meta: EntryMeta | undefined;
}

/** What may be wrong between a process and the store, for as long as it is set. */
export interface Trouble {
  /** A message takes this long at most, each way. */
  sendMs: number;
  receiveMs: number;
  /** Part of the writes that never arrive, or whose author never hears that they did. */
  lossRate: number;
  isCutOff: boolean;
}

export const NO_TROUBLE: Trouble = { sendMs: 30, receiveMs: 30, lossRate: 0, isCutOff: false };

export const WRITE_TIMEOUT_MS = 10_000;

export class SimulatedStore {
  private readonly logs = new Map<string, StoredLog>();
  readonly clients = new Set<StoreClient>();
  /** Called with each entry that the store takes, and the one of the same key before it. */
  onEntry: (entry: StoredEntry, before: StoredEntry | undefined) => void = () => {};

  log(name: string): StoredLog {
    let log = this.logs.get(name);
    if (!log) {
      log = new StoredLog();
      this.logs.set(name, log);
    }
    return log;
  }

  /** @returns the seq that stands in the way, 0 where the write was taken */
  write(write: Write, expected: number, json: string | undefined): number {
    const log = this.log(write.log);
    const before = log.newest.get(write.key);
    if ((before?.seq ?? 0) !== expected) return before?.seq ?? 0;
    const entry = { seq: log.entries.length + 1, key: write.key, json, write };
    log.entries.push(entry);
    log.newest.set(write.key, entry);
    this.onEntry(entry, before);
    for (const client of this.clients) client.follow(write.log);
    return 0;
  }
}

class StoredLog {
  readonly entries: StoredEntry[] = [];
  readonly newest = new Map<string, StoredEntry>();

  /** What is there, by key. */
  *live(): Generator<[string, unknown]> {
    for (const [key, { json }] of this.newest) if (json !== undefined) yield [key, JSON.parse(json)];
  }
}

/** What one process sees of a log. */
class View {
  seq = 0;
  /** Handed to the process, or on its way. */
  sentSeq = 0;
  isOnTheWay = false;
  readonly newest = new Map<string, StoredEntry>();
  readonly changes = new Subject<LogEntry>();
  waiting: { seq: number; then(): void }[] = [];

  value(key: string): unknown {
    const json = this.newest.get(key)?.json;
    return json === undefined ? undefined : JSON.parse(json);
  }
}

interface PendingUpdate extends Write {
  fn: (current: unknown) => unknown;
  isSettled: boolean;
  /** Its author never hears that it arrived. */
  isForgotten: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  cancelTimeout(): void;
}

/** The connection of one process. */
export class StoreClient {
  trouble: Trouble = { ...NO_TROUBLE };
  /** Called when this process sends a write to a log, before it sets out. */
  onSend: (log: string) => void = () => {};
  private readonly world: World;
  private readonly views = new Map<string, View>();
  private readonly lines = new Map<string, PendingUpdate[]>();
  private parked: (() => void)[] = [];

  constructor(
    private readonly machine: Machine,
    private readonly store: SimulatedStore,
  ) {
    this.world = machine.world;
    store.clients.add(this);
  }

  /** What the repositories of this process take it for. */
  get logs(): AppendLogService {
    const used = {
      get: (log: string, key: string) => this.get(log, key),
      update: (log: string, key: string, fn: PendingUpdate['fn'], meta?: EntryMeta) => this.update(log, key, fn, meta),
      entries: (log: string) => this.entries(log),
      changes: (log: string) => this.changes(log),
    };
    return used as unknown as AppendLogService;
  }

  /** Resolves once the views show what the store has by now. */
  async open(...logs: string[]): Promise<void> {
    const seen = (log: string, then: () => void) => this.whenSeen(log, this.store.log(log).entries.length, then);
    await Promise.all(logs.map((log) => new Promise<void>((resolve) => seen(log, resolve))));
  }

  /** A cut is over, or a way is quick again: what waits there sets out anew. */
  mend(): void {
    this.trouble = { ...NO_TROUBLE };
    for (const setOut of this.parked.splice(0)) setOut();
  }

  /** Reads from the view; a value that it does not hold in memory has to be asked for. */
  private async get(log: string, key: string): Promise<unknown> {
    const value = this.view(log).value(key);
    await this.mayWait();
    return value;
  }

  /** What there was when it was called, however long reading takes. */
  private async *entries(log: string): AsyncGenerator<[string, unknown]> {
    const { newest } = this.view(log);
    const keys = [...newest].filter(([, { json }]) => json !== undefined);
    await this.mayWait();
    for (const [key, { json }] of keys) yield [key, JSON.parse(json as string)];
  }

  private changes(log: string): Observable<LogEntry> {
    return this.view(log).changes.asObservable();
  }

  /** Writes of one key go one after the other. */
  private update(log: string, key: string, fn: (current: unknown) => unknown, meta?: EntryMeta): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { machine } = this;
      const timeOut = () => this.fail(update, new Error(`A write to ${log} was not acknowledged.`));
      const cancelTimeout = machine.clock.setTimeout(timeOut, WRITE_TIMEOUT_MS);
      const state = { isSettled: false, isForgotten: false };
      const update: PendingUpdate = { log, key, author: machine, meta, fn, ...state, resolve, reject, cancelTimeout };
      const line = this.line(update);
      line.push(update);
      if (line[0] === update) this.attempt(update);
    });
  }

  /** Computes from the view, and sends. */
  private attempt(update: PendingUpdate): void {
    if (update.isSettled) return;
    const view = this.view(update.log);
    const expected = view.newest.get(update.key)?.seq ?? 0;
    try {
      const current = view.value(update.key);
      const next = update.fn(current);
      if (next === undefined && current === undefined) this.succeed(update, undefined);
      else this.send(update, expected, next === undefined ? undefined : JSON.stringify(next));
    } catch (error) {
      this.fail(update, error);
    }
  }

  private send(update: PendingUpdate, expected: number, json: string | undefined): void {
    const { random } = this.world;
    this.onSend(update.log);
    if (random.chance(this.trouble.lossRate)) {
      if (random.chance(0.5)) return;
      update.isForgotten = true;
    }
    this.toStore(() => {
      const inTheWay = this.store.write(update, expected, json);
      // Another was first: once the view shows it, everything is computed anew.
      if (inTheWay > 0) this.toMachine(() => this.whenSeen(update.log, inTheWay, () => this.attempt(update)));
    });
  }

  /** A new entry is there: it is on its way unless others are, which take it along. */
  follow(log: string): void {
    if (!this.machine.isAlive) this.store.clients.delete(this);
    const view = this.views.get(log);
    if (!view || view.isOnTheWay || !this.machine.isAlive) return;
    const { entries } = this.store.log(log);
    if (view.sentSeq === entries.length) return;
    view.isOnTheWay = true;
    const some = entries.slice(view.sentSeq);
    view.sentSeq = entries.length;
    this.travel('receiveMs', this.world.now, () => {
      view.isOnTheWay = false;
      this.follow(log);
      const applications = some.map((entry) => () => this.apply(log, view, entry));
      return this.machine.turns(applications, `view of ${log}`);
    });
  }

  private apply(log: string, view: View, entry: StoredEntry): void {
    const { seq, key, json, write } = entry;
    view.seq = seq;
    view.newest.set(key, entry);
    const timestamp = '2026-01-01T00:00:00.000Z';
    if (json === undefined) view.changes.next({ seq, timestamp, op: 'DELETE', key });
    else view.changes.next({ seq, timestamp, op: 'SET', key, value: JSON.parse(json) });
    const own = this.line({ log, key }).find((pending) => pending === write);
    if (own && !own.isForgotten) this.succeed(own, json === undefined ? undefined : JSON.parse(json));
    const seen = view.waiting.filter((waiting) => waiting.seq <= seq);
    view.waiting = view.waiting.filter((waiting) => waiting.seq > seq);
    for (const { then } of seen) then();
  }

  private succeed(update: PendingUpdate, value: unknown): void {
    if (update.isSettled) return;
    update.resolve(value);
    this.settle(update);
  }

  private fail(update: PendingUpdate, error: unknown): void {
    if (update.isSettled) return;
    update.reject(error);
    this.settle(update);
  }

  private settle(update: PendingUpdate): void {
    update.isSettled = true;
    update.cancelTimeout();
    const line = this.line(update);
    line.splice(line.indexOf(update), 1);
    if (line[0]) this.attempt(line[0]);
  }

  private line({ log, key }: Pick<Write, 'log' | 'key'>): PendingUpdate[] {
    const name = `${log} ${key}`;
    const line = this.lines.get(name) ?? [];
    this.lines.set(name, line);
    return line;
  }

  private view(log: string): View {
    let view = this.views.get(log);
    if (!view) {
      view = new View();
      this.views.set(log, view);
      this.follow(log);
    }
    return view;
  }

  private whenSeen(log: string, seq: number, then: () => void): void {
    const view = this.view(log);
    if (view.seq >= seq) then();
    else view.waiting.push({ seq, then });
  }

  private async mayWait(): Promise<void> {
    if (!this.world.random.chance(0.1)) return;
    await new Promise<void>((resolve) => this.toStore(() => this.toMachine(resolve)));
  }

  /** What was sent arrives, also where its author is dead by then. */
  private toStore(then: () => void): void {
    this.travel('sendMs', this.machine.localTime, then);
  }

  private toMachine(then: () => void): void {
    this.travel('receiveMs', this.world.now, () => this.machine.turn(then));
  }

  /** What meets a cut waits until it is over. */
  private travel(kind: 'sendMs' | 'receiveMs', from: number, arrive: () => Promise<void> | void): void {
    const setOut = (time: number) => {
      if (this.trouble.isCutOff) this.parked.push(() => setOut(this.world.now));
      else this.world.at(time + this.world.random.next() * this.trouble[kind], land);
    };
    const land = () => {
      if (this.trouble.isCutOff) this.parked.push(() => setOut(this.world.now));
      else return arrive();
    };
    setOut(from);
  }
}
