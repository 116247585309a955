/** Applications with a store, compaction and monitoring, over real files or an engine in memory; closed after each test. */
import { afterEach } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CompactionModule, type CompactionOptions, CompactionService } from '../../src/compaction/index.js';
import {
  type LogHealth,
  LogHealthIndicator,
  MonitoringModule,
  type MonitoringOptions,
} from '../../src/monitoring/index.js';
import { AppendLogService, StorageModule, type StorageOptions } from '../../src/storage/index.js';
import { inTime } from './patience.js';
import { removeAllScratch, scratchDirectory } from './scratch.js';

const PATIENCE_MS = 20_000;

export interface StageOptions {
  storage?: StorageOptions;
  /** False: no `CompactionModule`. By default one that does nothing by itself. */
  compaction?: CompactionOptions | false;
  monitoring?: MonitoringOptions;
}

export interface MonitoringStage {
  app: INestApplication;
  dataDir: string;
  logs: AppendLogService;
  compaction: CompactionService;
  health(): Promise<LogHealth>;
  /** On a free port of the loopback interface. */
  listen(host?: string): Promise<string>;
  close(): Promise<void>;
}

/** To be called where tests are described: it cleans up after each of them. */
export function monitoringStage(): (options?: StageOptions) => Promise<MonitoringStage> {
  const open = new Set<MonitoringStage>();
  afterEach(async () => {
    for (const stage of [...open]) await stage.close();
    removeAllScratch();
  });
  return async ({ storage = {}, compaction = { enabled: false }, monitoring = {} } = {}) => {
    const dataDir = storage.dataDir ?? scratchDirectory();
    class Root {}
    const imports = [
      StorageModule.forRoot({ ...storage, dataDir }),
      ...(compaction ? [CompactionModule.forRoot(compaction)] : []),
      MonitoringModule.forRoot(monitoring),
    ];
    const app = await NestFactory.create({ module: Root, imports }, { logger: false, abortOnError: false });
    await app.init().catch(async (error: unknown) => {
      await app.close();
      throw error;
    });
    const stage: MonitoringStage = {
      app,
      dataDir,
      logs: app.get(AppendLogService),
      compaction: compaction ? app.get(CompactionService) : (undefined as never),
      health: async () => (await app.get(LogHealthIndicator).isHealthy())['append-log'],
      async listen(host = '127.0.0.1') {
        await app.listen(0, host);
        return `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
      },
      async close() {
        open.delete(stage);
        await app.close();
      },
    };
    open.add(stage);
    return stage;
  };
}

/** Looks until something holds. */
export async function becomes<T>(what: string, look: () => Promise<T> | T, holds: (seen: T) => boolean): Promise<T> {
  const looking = { isGivenUp: false };
  const found = (async () => {
    for (;;) {
      const seen = await look();
      if (holds(seen) || looking.isGivenUp) return seen;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return inTime(what, PATIENCE_MS, found).finally(() => {
    looking.isGivenUp = true;
  });
}

/** What health says is wrong, as `topic log`. */
export function topics(findings: LogHealth['reasons']): string[] {
  return findings.map(({ about, log }) => (log === undefined ? about : `${about} ${log}`));
}
