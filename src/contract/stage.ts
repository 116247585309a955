/** Engines for one test each, closed and their storage removed after it. */
import type { LogChange, LogEngine, LogEntry, StreamOptions } from '../storage/log/index.js';
import type { Runner } from './runner.js';
import type { AskedOptions, ContractSubject, Storage } from './subject.js';

export interface Stage {
  runner: Runner;
  subject: ContractSubject;
  /** An engine on a new, empty storage. */
  engine(options?: AskedOptions): Promise<LogEngine>;
  /** Closes an engine and opens another on the same storage. */
  reopened(engine: LogEngine, options?: AskedOptions): Promise<LogEngine>;
}

export function stageOf(runner: Runner, subject: ContractSubject): Stage {
  const storages = new Map<LogEngine, Storage>();
  const open = async (storage: Storage, options?: AskedOptions): Promise<LogEngine> => {
    const engine = await storage.open(options);
    storages.set(engine, storage);
    return engine;
  };
  runner.afterEach(async () => {
    const used = [...storages];
    storages.clear();
    await Promise.allSettled(used.map(([engine]) => engine.close()));
    for (const storage of new Set(used.map(([, storage]) => storage))) await storage.remove();
  });
  return {
    runner,
    subject,
    engine: async (options) => open(await subject.create(), options),
    async reopened(engine, options) {
      await engine.close();
      return open(storages.get(engine) as Storage, options);
    },
  };
}

export const LOG = 'contract';

export const set = (key: string, value: unknown): LogChange => ({ op: 'SET', key, value });
export const remove = (key: string): LogChange => ({ op: 'DELETE', key });
export const replaceAll = (data: Record<string, unknown>): LogChange => ({ op: 'SET', data });

/** Appends one after the other. */
export async function appendAll(engine: LogEngine, changes: readonly LogChange[]): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (const change of changes) entries.push(await engine.append(LOG, change));
  return entries;
}

export async function stateOf(engine: LogEngine, log = LOG): Promise<Record<string, unknown>> {
  return recordOf(await collect(engine.entries(log)));
}

export async function streamOf(engine: LogEngine, options?: StreamOptions): Promise<LogEntry[]> {
  return collect(engine.stream(LOG, options));
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** An object that may have a member `__proto__`. */
export function recordOf(members: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [key, value] of members) {
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return record;
}

/** Waits for what may take a moment. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`Not after 10 s: ${what}`);
}
