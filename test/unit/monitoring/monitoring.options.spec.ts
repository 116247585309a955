import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { LoopbackGuard, MonitoringModule, type MonitoringOptions } from '../../../src/monitoring/index.js';
import { resolveMonitoringOptions } from '../../../src/monitoring/monitoring.options.js';

describe('the options of monitoring', () => {
  test('have the documented defaults: no address, no metrics, nothing down but what refuses writes', () => {
    expect(resolveMonitoringOptions()).toEqual({
      health: {
        minFreeBytes: 268_435_456,
        compactionOverdueMs: undefined,
        mainFileStaleMs: 600_000,
        recoveryHealedMs: 86_400_000,
        replicaBehindMs: 60_000,
        downOn: [],
      },
      metrics: false,
      registry: undefined,
      store: undefined,
      healthPath: undefined,
      metricsPath: undefined,
      guards: [],
    });
    expect(MonitoringModule.forRoot().controllers).toEqual([]);
  });

  test('want metrics where there is a registry for them', () => {
    expect(resolveMonitoringOptions({ registry: new Registry() }).metrics).toBe(true);
    expect(resolveMonitoringOptions({ registry: new Registry(), metrics: false }).metrics).toBe(false);
  });

  test('give addresses where they are asked for, that of the metrics where there are some', () => {
    expect(resolveMonitoringOptions({ http: true })).toMatchObject({ healthPath: 'health', metricsPath: undefined });
    expect(resolveMonitoringOptions({ http: true, metrics: true })).toMatchObject({ metricsPath: 'metrics' });
    expect(resolveMonitoringOptions({ http: { healthPath: false }, metrics: true }).healthPath).toBeUndefined();
    expect(resolveMonitoringOptions({ http: { healthPath: '/ops/health' } }).healthPath).toBe('/ops/health');
    expect(MonitoringModule.forRoot({ http: true, metrics: true }).controllers).toHaveLength(2);
  });

  test.each<[string, MonitoringOptions]>([
    ['a guard class', { http: { guards: [LoopbackGuard] } }],
    ['a guard object', { http: { guards: [{ canActivate: () => true }] } }],
    ['bounds of nothing', { health: { minFreeBytes: 0, compactionOverdueMs: 0, mainFileStaleMs: 0 } }],
    ['no bound', { health: { mainFileStaleMs: Number.POSITIVE_INFINITY } }],
    ['every warning as down', { health: { downOn: ['disk-nearly-full', 'recovery-healed'] } }],
  ])('accept %s', (_, options) => {
    expect(() => MonitoringModule.forRoot(options)).not.toThrow();
  });

  test.each([
    [null, /Expected `options` to be an object, got null/],
    [{ metrics: 'yes' }, /Expected `metrics` to be a boolean or 'if-installed', got 'yes'/],
    [{ registry: {} }, /Expected `registry` to be a Registry of prom-client/],
    [{ store: '' }, /Expected `store` to be a non-empty string, got ''/],
    [{ health: 5 }, /Expected `health` to be an object, got 5/],
    [{ health: { minFreeBytes: -1 } }, /Expected `health.minFreeBytes` to be a number ≥ 0, got -1/],
    [{ health: { minFreeBytes: '1GB' } }, /Expected `health.minFreeBytes`.*got '1GB'/],
    [{ health: { compactionOverdueMs: Number.NaN } }, /Expected `health.compactionOverdueMs`/],
    [{ health: { recoveryHealedMs: '1d' } }, /Expected `health.recoveryHealedMs`/],
    [{ health: { replicaBehindMs: -1 } }, /Expected `health.replicaBehindMs`/],
    [{ health: { downOn: 'disk-nearly-full' } }, /Expected `health.downOn` to be an array of 'disk-nearly-full', /],
    [{ health: { downOn: ['poisoned'] } }, /Expected `health.downOn`.*got \["poisoned"\]/],
    [{ http: 'yes' }, /Expected `http` to be an object/],
    [{ http: { healthPath: 'a b' } }, /Expected `http.healthPath` to be a path such as 'health', or false, got 'a b'/],
    [{ http: { healthPath: ':id' } }, /Expected `http.healthPath`/],
    [{ http: { metricsPath: 'metrics' } }, /Expected `metrics` to be true where `http.metricsPath` is given/],
    [{ http: { guards: LoopbackGuard } }, /Expected `http.guards` to be an array of guards/],
    [{ http: { guards: ['admin'] } }, /Expected `http.guards`/],
  ])('refuse %j', (options, message) => {
    expect(() => MonitoringModule.forRoot(options as MonitoringOptions)).toThrow(TypeError);
    expect(() => MonitoringModule.forRoot(options as MonitoringOptions)).toThrow(message);
  });
});
