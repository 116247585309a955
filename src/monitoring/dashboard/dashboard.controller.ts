import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  BadRequestException,
  Get,
  Inject,
  NotFoundException,
  Param,
  Query,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import { AppendLogService } from '../../storage/index.js';
import { DASHBOARD_OPTIONS, type ResolvedDashboardOptions } from './dashboard.options.js';
import { DashboardErrorFilter } from './dashboard-error.filter.js';
import type { DashboardFile } from './dashboard-files.js';
import { DashboardReading } from './dashboard-reading.service.js';
import { DashboardState } from './dashboard-state.service.js';
import { DashboardStream } from './dashboard-stream.service.js';
import { type EntryChoice, KEY_CHARS } from './shown-entry.js';

/** Injection token of the page's files. @internal */
export const DASHBOARD_FILES = Symbol('DASHBOARD_FILES');

const LOG_NAME_CHARS = 64;

type Asked = Readonly<Record<string, unknown>>;

/**
 * What everybody may see whom the guards let in. `LogDashboardModule` gives it its path and guards. It answers by itself
 * instead of returning, so that an application's interceptors cannot wrap what its own page has to read.
 */
@UseFilters(DashboardErrorFilter)
export class DashboardController {
  constructor(
    private readonly logs: AppendLogService,
    private readonly state: DashboardState,
    private readonly stream: DashboardStream,
    private readonly reading: DashboardReading,
    @Inject(DASHBOARD_OPTIONS) private readonly options: ResolvedDashboardOptions,
    @Inject(DASHBOARD_FILES) private readonly files: ReadonlyMap<string, DashboardFile>,
  ) {}

  /** The page's own addresses are relative to it, whatever stands before the route; so it needs a slash at its end. */
  @Get()
  page(@Req() request: IncomingMessage & { originalUrl?: string }, @Res() response: ServerResponse): void {
    const path = (request.originalUrl ?? request.url ?? '').split('?')[0] as string;
    if (path.endsWith('/')) {
      this.#sendFile('index.html', response);
      return;
    }
    response.statusCode = 302;
    response.setHeader('Location', `${path.slice(path.lastIndexOf('/') + 1)}/`);
    response.end();
  }

  @Get('assets/*path')
  asset(@Param('path') path: string[] | string, @Res() response: ServerResponse): void {
    this.#sendFile(Array.isArray(path) ? path.join('/') : path, response);
  }

  /** Server-sent events; see `DashboardStream`. */
  @Get('api/events')
  events(@Req() request: IncomingMessage, @Query() query: Asked, @Res() response: ServerResponse): void {
    const choice = this.#choiceOf(query);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    this.stream.open(response, choice, {
      actions: this.options.actionGuards !== undefined,
      canCompact: this.state.canCompact,
    });
  }

  /** The newest entries that are there already. */
  @Get('api/newest')
  async newest(@Query() query: Asked, @Res() response: ServerResponse): Promise<void> {
    const choice = this.#choiceOf(query);
    sendJson(response, await this.reading.run(response, (signal) => this.reading.newest(choice, signal)));
  }

  /** What is known of one log beside its figures. */
  @Get('api/log')
  async log(@Query() { log }: Asked, @Res() response: ServerResponse): Promise<void> {
    this.reading.assertOpen(log);
    sendJson(response, {
      log,
      recovery: this.logs.recoveryReport(log),
      files: await this.logs.keptFiles(log),
      compactions: this.state.compactions(log),
    });
  }

  @Get('api/history')
  async history(@Query() { log, key }: Asked, @Res() response: ServerResponse): Promise<void> {
    this.reading.assertOpen(log);
    if (typeof key !== 'string') throw new BadRequestException('Say which key.');
    sendJson(response, await this.reading.run(response, (signal) => this.reading.history(log, key, signal)));
  }

  /** One entry in full length. */
  @Get('api/entry')
  async entry(@Query() { log, seq }: Asked, @Res() response: ServerResponse): Promise<void> {
    this.reading.assertOpen(log);
    if (typeof seq !== 'string' || !/^[1-9]\d{0,15}$/.test(seq)) throw new BadRequestException('Say which seq.');
    sendJson(response, await this.reading.run(response, (signal) => this.reading.entry(log, Number(seq), signal)));
  }

  #choiceOf({ log, key, op }: Asked): EntryChoice {
    const choice: EntryChoice = {};
    if (log !== undefined) {
      // It may not be open yet: then there is nothing of it until it is.
      if (typeof log !== 'string' || log.length > LOG_NAME_CHARS)
        throw new BadRequestException('That is no name of a log.');
      choice.log = log;
    }
    if (op !== undefined) {
      if (op !== 'SET' && op !== 'DELETE') throw new BadRequestException('An operation is SET or DELETE.');
      choice.op = op;
    }
    if (key !== undefined) {
      if (typeof key !== 'string' || key.length > KEY_CHARS) throw new BadRequestException('That is no part of a key.');
      choice.key = key;
    }
    return choice;
  }

  #sendFile(name: string, response: ServerResponse): void {
    const file = this.files.get(name);
    if (file === undefined) throw new NotFoundException('There is no such file.');
    response.setHeader('Content-Type', file.contentType);
    // Browsers keep the files but ask each time, so that a page is never a mix of two versions.
    response.setHeader('Cache-Control', 'no-cache');
    response.end(file.text);
  }
}

/** @internal */
export function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(value));
}
