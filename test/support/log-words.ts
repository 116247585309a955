/** Writes changes and reads logs back, in the few words that tests and the crash lab share. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineLogger, LogEngine, LogEntry, StreamOptions } from '../../src/storage/log/index.js';

/** Keeps what an operator would read. */
export class RecordedMessages implements EngineLogger {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  log = (): void => {};
  warn = (message: string): void => void this.warnings.push(message);
  error = (message: string): void => void this.errors.push(message);
}

export const logFile = (dataDir: string, log: string): string => join(dataDir, 'logs', `${log}.log`);

export const readLog = (dataDir: string, log: string): Promise<string> => readFile(logFile(dataDir, log), 'utf8');

/** The lines of a log, decoded. */
export async function logLines(dataDir: string, log: string): Promise<LogEntry[]> {
  const text = await readLog(dataDir, log);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);
}

export const writeLog = (dataDir: string, log: string, bytes: string | Buffer): Promise<void> =>
  writeFile(logFile(dataDir, log), bytes);

export async function stateOf(engine: LogEngine, log: string): Promise<Map<string, unknown>> {
  return new Map(await collect(engine.entries(log)));
}

export const entriesOf = (engine: LogEngine, log: string, options?: StreamOptions): Promise<LogEntry[]> =>
  collect(engine.stream(log, options));

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The state as a plain object without a prototype, so that `__proto__` is a member like any other. */
export const plain = (state: Iterable<[string, unknown]>): Record<string, unknown> =>
  Object.assign(Object.create(null), Object.fromEntries(state)) as Record<string, unknown>;

export const set = (key: string, value: unknown) => ({ op: 'SET', key, value }) as const;
export const remove = (key: string) => ({ op: 'DELETE', key }) as const;
export const replaceAll = (data: Record<string, unknown>) => ({ op: 'SET', data }) as const;
