import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { HttpCode, NotFoundException, Optional, Post, Query, Res, UseFilters } from '@nestjs/common';
import { CompactionService } from '../../compaction/index.js';
import { AppendLogService, LogError } from '../../storage/index.js';
import { sendJson } from './dashboard.controller.js';
import { DashboardErrorFilter } from './dashboard-error.filter.js';
import { DashboardReading } from './dashboard-reading.service.js';
import { linesOf } from './log-copy.js';

type Asked = Readonly<Record<string, unknown>>;

/** What a verification found. @internal */
export interface Verification {
  log: string;
  whole: boolean;
  entries: number;
  files: number;
  bytes: number;
  durationMs: number;
  /** Where it is damaged, and what helps. */
  code?: string;
  message?: string;
  hint?: string;
}

/** The buttons. Exists only where `actions` is given; `LogDashboardModule` gives it its path and guards. */
@UseFilters(DashboardErrorFilter)
export class DashboardActionsController {
  constructor(
    private readonly logs: AppendLogService,
    private readonly reading: DashboardReading,
    @Optional() private readonly compaction?: CompactionService,
  ) {}

  @Post('api/compact')
  @HttpCode(200)
  async compact(@Query() { log }: Asked, @Res() response: ServerResponse): Promise<void> {
    this.reading.assertOpen(log);
    if (this.compaction === undefined) throw new NotFoundException('The application has no CompactionModule.');
    const { error: _, ...report } = await this.compaction.compactLog(log);
    sendJson(response, report);
  }

  /** Reads every entry that is kept, backups too; the reader verifies each checksum on the way. */
  @Post('api/verify')
  @HttpCode(200)
  async verify(@Query() { log }: Asked, @Res() response: ServerResponse): Promise<void> {
    this.reading.assertOpen(log);
    sendJson(response, await this.reading.run(response, (signal) => this.#verify(log, signal)));
  }

  /** The active log as a file that can be put back, compressed. */
  @Post('api/backup')
  @HttpCode(200)
  async backup(@Query() { log }: Asked, @Res() response: ServerResponse): Promise<void> {
    this.reading.assertOpen(log);
    await this.reading.run(response, async (signal) => {
      const time = new Date().toISOString().replace(/[:.]/g, '-');
      response.setHeader('Content-Type', 'application/gzip');
      response.setHeader('Content-Disposition', `attachment; filename="${log}.${time}.log.gz"`);
      const lines = linesOf(this.reading.paced(this.logs.streamLogEntries(log), signal));
      await pipeline(lines, createGzip(), response, { signal }).catch((error: unknown) => {
        // Nobody is there any more to be told.
        if (!signal.aborted) throw error;
        response.destroy();
      });
    });
  }

  async #verify(log: string, signal: AbortSignal): Promise<Verification> {
    const started = performance.now();
    const files = await this.logs.keptFiles(log);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const found = (entries: number) => ({
      log,
      entries,
      files: files.length,
      bytes,
      durationMs: Math.round(performance.now() - started),
    });
    let entries = 0;
    try {
      for await (const _ of this.reading.paced(this.logs.streamLogEntries(log, { backups: true }), signal))
        entries += 1;
      return { ...found(entries), whole: true };
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      const { code, message, hint } = error;
      return { ...found(entries), whole: false, code, message, ...(hint !== undefined && { hint }) };
    }
  }
}
