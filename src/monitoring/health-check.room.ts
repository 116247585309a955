import { type DynamicModule, Injectable, Logger, Module, ServiceUnavailableException } from '@nestjs/common';
import type { LogHealth } from './log.health.js';
import { isMissing } from './missing-package.js';

type Answers = Record<string, LogHealth>;

/** What is asked of terminus, and answered by somebody else where it is not installed. */
export interface HealthCheck {
  check(indicators: (() => Promise<Answers>)[]): Promise<unknown>;
}

/** Injection token of the {@link HealthCheck}. */
export const HEALTH_CHECK = Symbol('HEALTH_CHECK');

/** In terminus' words and with its HTTP status: 200 where all is up, 503 where something is down. */
@Injectable()
export class PlainHealthCheck implements HealthCheck {
  async check(indicators: (() => Promise<Answers>)[]): Promise<unknown> {
    const details: Answers = Object.assign({}, ...(await Promise.all(indicators.map((ask) => ask()))));
    const those = (wanted: LogHealth['status']): Answers =>
      Object.fromEntries(Object.entries(details).filter(([, { status }]) => status === wanted));
    const [info, error] = [those('up'), those('down')];
    const isUp = Object.keys(error).length === 0;
    const result = { status: isUp ? 'ok' : 'error', info, error, details };
    if (!isUp) throw new ServiceUnavailableException(result);
    return result;
  }
}

@Module({ providers: [{ provide: HEALTH_CHECK, useClass: PlainHealthCheck }], exports: [HEALTH_CHECK] })
class PlainHealthRoom {}

/** Terminus where it is installed. A broken one keeps nobody from being told how the store is. */
export async function healthCheckRoom(): Promise<DynamicModule> {
  try {
    const { HealthCheckService, TerminusModule } = await import('@nestjs/terminus');
    return {
      module: class TerminusRoom {},
      imports: [TerminusModule],
      providers: [{ provide: HEALTH_CHECK, useExisting: HealthCheckService }],
      exports: [HEALTH_CHECK],
    };
  } catch (error) {
    if (!isMissing(error, '@nestjs/terminus')) {
      new Logger('LogHealth').error(
        `Health goes without terminus, which cannot be loaded: ${(error as Error).message}`,
      );
    }
    return { module: PlainHealthRoom };
  }
}
