import { Controller, Get, Header, Inject, type Type, UseGuards } from '@nestjs/common';
import { HEALTH_CHECK, type HealthCheck } from './health-check.room.js';
import { LogHealthIndicator } from './log.health.js';
import type { Guard } from './monitoring.options.js';

/** A controller at a path and behind guards that the application chooses. */
export function healthController(path: string, guards: readonly Guard[]): Type<object> {
  @Controller(path)
  @UseGuards(...guards)
  class LogHealthController {
    constructor(
      @Inject(HEALTH_CHECK) private readonly health: HealthCheck,
      @Inject(LogHealthIndicator) private readonly indicator: LogHealthIndicator,
    ) {}

    @Get()
    @Header('Cache-Control', 'no-store')
    check(): Promise<unknown> {
      return this.health.check([() => this.indicator.isHealthy()]);
    }
  }
  return LogHealthController;
}
