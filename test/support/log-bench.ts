/** Engines over directories of their own, closed and removed after each test. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import {
  type EngineLogger,
  type FileSystem,
  fileEngineOn,
  type LogEngine,
  type LogEntry,
  type LogOptions,
  NodeFileSystem,
  resolveLogOptions,
  type StreamOptions,
} from '../../src/storage/log/index.js';

/** Keeps what an operator would read. */
export class RecordedMessages implements EngineLogger {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  log = (): void => {};
  warn = (message: string): void => void this.warnings.push(message);
  error = (message: string): void => void this.errors.push(message);
}

export interface BenchOptions extends LogOptions {
  disk?: FileSystem;
  logger?: EngineLogger;
}

export interface LogBench {
  /** A new, empty directory. */
  directory(): Promise<string>;
  /** An open engine, on a new directory where none is named. Without main files unless they are asked for. */
  engine(options?: BenchOptions): Promise<LogEngine>;
}

/** To be called where tests are described: it cleans up after each of them. */
export function logBench(): LogBench {
  const directories: string[] = [];
  const engines: LogEngine[] = [];
  afterEach(async () => {
    await Promise.allSettled(engines.splice(0).map((engine) => engine.close()));
    await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true, force: true })));
  });
  const directory = async () => {
    const path = await mkdtemp(join(tmpdir(), 'append-log-'));
    directories.push(path);
    return path;
  };
  return {
    directory,
    async engine({ disk, logger, ...options } = {}) {
      const dataDir = options.dataDir ?? (await directory());
      const resolved = resolveLogOptions({ mainFiles: false, ...options, dataDir });
      const engine = fileEngineOn(disk ?? new NodeFileSystem())(resolved, logger ?? new RecordedMessages());
      await engine.open();
      engines.push(engine);
      return engine;
    },
  };
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
