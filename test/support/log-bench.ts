/** Engines over directories of their own, closed and removed after each test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import {
  type EngineLogger,
  type FileSystem,
  fileEngineOn,
  type LogEngine,
  type LogOptions,
  NodeFileSystem,
  resolveLogOptions,
} from '../../src/storage/log/index.js';
import { RecordedMessages } from './log-words.js';

export * from './log-words.js';

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
