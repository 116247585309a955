import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import { PlainHealthCheck } from '../../../src/monitoring/health-check.room.js';
import { LogHealthIndicator } from '../../../src/monitoring/index.js';
import { FakeEngine } from '../../support/fake-engine.js';
import { monitoringStage, type StageOptions } from '../../support/monitoring-stage.js';

const stage = monitoringStage();
const http = { http: true, metrics: true } as const;

async function served(options: StageOptions = {}) {
  const engine = new FakeEngine();
  const given = { storage: { engine: () => engine }, monitoring: http, ...options };
  const { app, listen } = await stage(given);
  return { engine, app, url: await listen() };
}

/** With headers that `fetch` would not send. */
function ask(url: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('GET /health', () => {
  test('answers through terminus, 200 while the store is up and 503 while it is down', async () => {
    const { engine, app, url } = await served();
    expect(app.get(HealthCheckService, { strict: false })).toBeDefined();
    const up = await fetch(`${url}/health`);
    const health = { status: 'up', reasons: [], warnings: [], logs: 3, freeBytes: 1e12 };
    expect([up.status, up.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await up.json()).toEqual({
      status: 'ok',
      info: { 'append-log': health },
      error: {},
      details: { 'append-log': health },
    });
    engine.statsOverride.set('players', { poisoned: 'an fsync failed' });
    const down = await fetch(`${url}/health`);
    expect(down.status).toBe(503);
    expect(await down.json()).toMatchObject({
      status: 'error',
      info: {},
      error: { 'append-log': { status: 'down', reasons: [{ about: 'poisoned', log: 'players' }] } },
    });
  });

  test('says the same, up or down, where terminus is not there', async () => {
    const { engine, app } = await served();
    const indicators = [() => app.get(LogHealthIndicator).isHealthy()];
    const terminus = app.get(HealthCheckService, { strict: false });
    const plain = new PlainHealthCheck();
    const failure = (error: { getStatus(): number; getResponse(): unknown }) => [
      error.getStatus(),
      error.getResponse(),
    ];
    expect(await plain.check(indicators)).toEqual(await terminus.check(indicators));
    engine.statsOverride.set('players', { poisoned: 'an fsync failed' });
    const refused = await plain.check(indicators).catch(failure);
    expect(refused).toMatchObject([503, { status: 'error' }]);
    expect(refused).toEqual(await terminus.check(indicators).catch(failure));
  });
});

describe('without a guard', () => {
  test.each(['health', 'metrics'])('/%s is for this machine alone', async (path) => {
    const { url } = await served();
    const { host } = new URL(url);
    expect(await ask(`${url}/${path}`)).toBe(200);
    expect(await ask(`${url}/${path}`, { host: host.replace('127.0.0.1', 'localhost') })).toBe(200);
    expect(await ask(`${url}/${path}`, { host: host.replace('127.0.0.1', '[::1]') })).toBe(200);
    // What a proxy on this machine asks for somebody else, and a page of another site under a name of its own.
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip']) {
      expect(await ask(`${url}/${path}`, { [header]: '203.0.113.7' })).toBe(403);
    }
    expect(await ask(`${url}/${path}`, { host: 'evil.example' })).toBe(403);
    expect(await ask(`${url}/${path}`, { host: '127.0.0.1.evil.example' })).toBe(403);
  });

  test('nobody is answered who comes over another interface', async () => {
    const { app, listen } = await stage({ monitoring: http });
    await listen('0.0.0.0');
    const { port } = app.getHttpServer().address() as { port: number };
    const others = Object.values(networkInterfaces()).flatMap((addresses) =>
      (addresses ?? []).filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
    );
    const host = `127.0.0.1:${port}`;
    expect(await ask(`http://127.0.0.1:${port}/health`, { host })).toBe(200);
    // A machine without a network has nobody else who could come.
    for (const address of others) expect(await ask(`http://${address}:${port}/health`, { host })).toBe(403);
  });
});

describe('with a guard', () => {
  class Passwords {
    readonly right = 'open sesame';
  }

  @Module({ providers: [Passwords], exports: [Passwords] })
  class PasswordModule {}

  @Injectable()
  class PasswordGuard implements CanActivate {
    constructor(private readonly passwords: Passwords) {}

    canActivate(context: ExecutionContext): boolean {
      const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
      return headers.authorization === this.passwords.right;
    }
  }

  test('the guard decides, with what it injects, and nobody else', async () => {
    const paths = { healthPath: 'ops/alive', metricsPath: '/ops/figures', guards: [PasswordGuard] };
    const { url } = await served({ monitoring: { metrics: true, http: paths, imports: [PasswordModule] } });
    for (const path of ['ops/alive', 'ops/figures']) {
      expect(await ask(`${url}/${path}`)).toBe(403);
      const far = { 'x-forwarded-for': '203.0.113.7', host: 'quiz.example' };
      expect(await ask(`${url}/${path}`, far)).toBe(403);
      expect(await ask(`${url}/${path}`, { ...far, authorization: 'open sesame' })).toBe(200);
    }
    expect(await ask(`${url}/health`)).toBe(404);
  });
});

test('an address that is not asked for is not there', async () => {
  const { url } = await served({ monitoring: { metrics: true, http: { healthPath: false } } });
  expect(await ask(`${url}/health`)).toBe(404);
  expect(await ask(`${url}/metrics`)).toBe(200);
  const none = await served({ monitoring: { metrics: true } });
  expect(await ask(`${none.url}/metrics`)).toBe(404);
});
