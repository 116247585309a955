/** Real Nest applications over real files, each in a temporary directory of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext, LoggerService, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  AppendLogService,
  GameStateRepository,
  PlayerRepository,
  StorageModule,
  type StorageOptions,
  TokenRepository,
} from '../../src/storage/index.js';

export interface Store {
  app: INestApplicationContext;
  dataDir: string;
  logs: AppendLogService;
  players: PlayerRepository;
  tokens: TokenRepository;
  games: GameStateRepository;
  close(): Promise<void>;
}

/** Keeps what Nest's Logger was told, as `level message` lines. */
export class RecordingLogger implements LoggerService {
  readonly lines: string[] = [];
  log = (message: unknown): number => this.lines.push(`log ${message}`);
  warn = (message: unknown): number => this.lines.push(`warn ${message}`);
  error = (message: unknown): number => this.lines.push(`error ${message}`);
}

export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'append-log-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** An application of just these imports. A failed start rejects instead of ending the process. */
export function startApplication(
  imports: NonNullable<ModuleMetadata['imports']>,
  metadata: Omit<ModuleMetadata, 'imports'> = {},
  logger: LoggerService | false = false,
): Promise<INestApplicationContext> {
  class Root {}
  return NestFactory.createApplicationContext({ module: Root, imports, ...metadata }, { logger, abortOnError: false });
}

/** A store in `options.dataDir`, or in a new directory that `close` removes. */
export async function openStore(options: StorageOptions = {}): Promise<Store> {
  const directory = options.dataDir === undefined ? await temporaryDirectory() : undefined;
  const dataDir = options.dataDir ?? (directory?.path as string);
  const app = await startApplication([StorageModule.forRoot({ ...options, dataDir })]);
  return {
    app,
    dataDir,
    logs: app.get(AppendLogService),
    players: app.get(PlayerRepository),
    tokens: app.get(TokenRepository),
    games: app.get(GameStateRepository),
    async close() {
      await app.close();
      await directory?.remove();
    },
  };
}
