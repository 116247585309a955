import {
  Controller,
  Get,
  Header,
  Inject,
  NotFoundException,
  Optional,
  Res,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Guard } from '../monitoring.options.js';
import { LogMetrics } from './metrics.service.js';

/** A controller at a path and behind guards that the application chooses. */
export function metricsController(path: string, guards: readonly Guard[]): Type<object> {
  @Controller(path)
  @UseGuards(...guards)
  class LogMetricsController {
    constructor(
      @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
      @Optional() @Inject(LogMetrics) private readonly metrics?: LogMetrics,
    ) {}

    @Get()
    @Header('Cache-Control', 'no-store')
    async scrape(@Res({ passthrough: true }) response: unknown): Promise<string> {
      if (!this.metrics)
        throw new NotFoundException('There are no metrics without prom-client: npm install prom-client');
      const text = await this.metrics.scrape();
      this.host.httpAdapter.setHeader(response, 'Content-Type', this.metrics.contentType);
      return text;
    }
  }
  return LogMetricsController;
}
