/** Real Nest applications with a dashboard, on real ports, each on a directory of its own. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type CanActivate, type INestApplication, type LoggerService, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CompactionModule } from '../../src/compaction/index.js';
import {
  LogDashboardModule,
  type LogDashboardOptions,
  MonitoringModule,
  type MonitoringOptions,
} from '../../src/monitoring/index.js';
import { AppendLogService, StorageModule, type StorageOptions } from '../../src/storage/index.js';
import { temporaryDirectory } from './store.js';

export interface DashboardStage {
  app: INestApplication;
  logs: AppendLogService;
  dataDir: string;
  /** Of the page, with a slash at its end. */
  url: string;
  close(): Promise<void>;
}

export interface StageOptions {
  dashboard?: LogDashboardOptions;
  storage?: StorageOptions;
  /** What an application does before it listens. */
  prepare?: (app: INestApplication) => void;
  /** Where the page is, without slashes. */
  path?: string;
  port?: number;
  logger?: LoggerService;
  hasCompaction?: boolean;
  /** Left out: no `MonitoringModule`. */
  monitoring?: MonitoringOptions;
}

/** An application that is initialised and does not listen yet. */
export async function createDashboardApplication(
  options: StageOptions & { dataDir: string },
): Promise<INestApplication> {
  class Root {}
  const imports = [
    StorageModule.forRoot({ ...options.storage, dataDir: options.dataDir }),
    ...(options.hasCompaction === false ? [] : [CompactionModule.forRoot({ enabled: false })]),
    ...(options.monitoring ? [MonitoringModule.forRoot(options.monitoring)] : []),
    LogDashboardModule.forRoot(options.dashboard),
  ];
  Module({ imports })(Root);
  const app = await NestFactory.create(Root, { logger: options.logger ?? false, abortOnError: false });
  options.prepare?.(app);
  return app;
}

export async function openDashboard(options: StageOptions = {}): Promise<DashboardStage> {
  const directory = options.storage?.dataDir === undefined ? await temporaryDirectory() : undefined;
  const dataDir = options.storage?.dataDir ?? (directory?.path as string);
  const app = await createDashboardApplication({ ...options, dataDir });
  await app.listen(options.port ?? 0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    app,
    logs: app.get(AppendLogService),
    dataDir,
    url: `http://127.0.0.1:${port}/${options.path ?? options.dashboard?.route ?? 'log'}/`,
    async close() {
      await app.close();
      await directory?.remove();
    },
  };
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** A request with any headers, also those that `fetch` keeps for itself. */
export function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      // What never ends by itself has said enough with its first words.
      response.on('data', (piece) => {
        text += piece;
        if (response.headers['content-type']?.startsWith('text/event-stream')) response.destroy();
      });
      response.on('close', () => resolve({ status: response.statusCode as number, headers: response.headers, text }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** An address of this machine that is not loopback, if it has one. */
export function outerAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}

/** Another door to an application than the one that it guards itself: as a server in front that forgot about it. */
export async function openSideDoor(app: INestApplication, host: string): Promise<{ port: number; server: Server }> {
  const server = createServer(app.getHttpAdapter().getInstance());
  server.listen(0, host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}

/** Counts what it was asked, and says what it was told to say. */
export class CountingGuard implements CanActivate {
  asked = 0;
  constructor(public answer = true) {}

  canActivate(): boolean {
    this.asked += 1;
    return this.answer;
  }
}

export interface StreamedEvent {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at differs from event to event
  data: any;
}

/** A page's event stream without a page. */
export class EventReader {
  readonly events: StreamedEvent[] = [];
  readonly ended: Promise<void>;
  #response: IncomingMessage | undefined;

  private constructor(private readonly response: IncomingMessage) {
    let rest = '';
    this.#response = response;
    response.setEncoding('utf8');
    response.on('data', (piece: string) => {
      const parts = (rest + piece).split('\n\n');
      rest = parts.pop() as string;
      this.events.push(...parts.map(parsedEvent));
    });
    this.ended = new Promise((resolve) => response.once('close', () => resolve()));
  }

  static open(url: string): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const asking = request(url, { agent: false }, (response) => resolve(new EventReader(response)));
      asking.on('error', reject);
      asking.end();
    });
  }

  of(name: string): StreamedEvent['data'][] {
    return this.events.filter((event) => event.name === name).map(({ data }) => data);
  }

  /** Stops taking what is sent, and goes on. */
  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  leave(): void {
    this.#response?.destroy();
  }
}

/** Waits until something is so, far longer than it takes. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`It never came to this: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function parsedEvent(text: string): StreamedEvent {
  const name = /^event: (.*)$/m.exec(text)?.[1] ?? '';
  const json = /^data: (.*)$/m.exec(text)?.[1];
  return { name, data: json === undefined ? undefined : JSON.parse(json) };
}
