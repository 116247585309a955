import type { Server } from 'node:net';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isLoopbackAddress, openAddress } from '../loopback.js';
import { DASHBOARD_OPTIONS, type ResolvedDashboardOptions } from './dashboard.options.js';

/**
 * Keeps an application whose dashboard nobody guards from being reachable by others.
 *
 * Every way to open a port, `app.listen` among them, ends in `listen` of the one HTTP server that the adapter made. It is
 * replaced before anything can have called it: `app.listen` runs the init hooks first. What it throws, `app.listen`
 * rejects with, and no port was opened.
 */
@Injectable()
export class LoopbackListening implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(DASHBOARD_OPTIONS) private readonly options: ResolvedDashboardOptions,
  ) {}

  /** @throws Error where the application listens beyond loopback already */
  onModuleInit(): void {
    if (this.options.guards.length > 0) return;
    const server = this.host.httpAdapter?.getHttpServer?.() as Server | undefined;
    // A context without HTTP, or a platform that has no server.
    if (server === undefined || typeof server.listen !== 'function') return;
    const address = server.address?.();
    if (typeof address === 'object' && address !== null && !isLoopbackAddress(address.address)) {
      throw this.refusal(address.address);
    }
    const listen = server.listen.bind(server) as (...args: unknown[]) => Server;
    server.listen = ((...args: unknown[]) => {
      const open = openAddress(args);
      if (open !== undefined) throw this.refusal(open);
      return listen(...args);
    }) as Server['listen'];
  }

  private refusal(address: string): Error {
    return new Error(
      `The application would listen on ${address}, and everybody who can reach it could read the logs: LogDashboardModule ` +
        `has no guards. Give LogDashboardModule.forRoot({ guards: [...] }) a guard, or listen on this machine ` +
        `alone: app.listen(port, '127.0.0.1').`,
    );
  }
}
