import { describe, expect, test } from '@jest/globals';
import { Counter, Registry, register } from 'prom-client';
import { LogMetrics } from '../../../../src/monitoring/index.js';
import { FakeEngine } from '../../../support/fake-engine.js';
import { set } from '../../../support/log-words.js';
import { monitoringStage, type StageOptions } from '../../../support/monitoring-stage.js';
import { parseScrape, seriesId } from '../../../support/prometheus-text.js';

const stage = monitoringStage();

const metered = (monitoring: StageOptions['monitoring'] = {}, rest: StageOptions = {}) =>
  stage({ ...rest, monitoring: { metrics: true, ...monitoring } });
const seriesOf = async (registry: { metrics(): Promise<string> }) => parseScrape(await registry.metrics()).series;
const appends = (log: string, labels = {}) => seriesId('append_log_appends_total', { log, ...labels });

describe('the registry', () => {
  test('is one of its own for each application, and never the global one', async () => {
    const [first, second] = [await metered(), await metered()];
    await first.logs.append('players', set('k', 1));
    expect((await seriesOf(first.app.get(LogMetrics).registry)).get(appends('players'))).toBe(1);
    expect((await seriesOf(second.app.get(LogMetrics).registry)).get(appends('players'))).toBe(0);
    expect(await register.metrics()).not.toContain('append_log');
  });

  test('may be given, with other metrics in it', async () => {
    const registry = new Registry();
    new Counter({ name: 'games_total', help: 'Games.', registers: [registry] }).inc(7);
    const { app, logs } = await metered({ registry });
    await logs.append('players', set('k', 1));
    expect(app.get(LogMetrics).registry).toBe(registry);
    const series = await seriesOf(registry);
    expect([series.get('games_total'), series.get(appends('players'))]).toEqual([7, 1]);
  });

  test('is left as it was when the application ends, so that the next one in the process finds room', async () => {
    const registry = new Registry();
    for (let start = 0; start < 3; start += 1) {
      const { logs, close } = await metered({ registry });
      await logs.append('players', set('k', 1));
      expect((await seriesOf(registry)).get(appends('players'))).toBe(1);
      expect((await seriesOf(registry)).get(seriesId('append_log_batch_entries_count', { log: 'players' }))).toBe(1);
      await close();
      expect(registry.getMetricsAsArray()).toEqual([]);
    }
  });

  test('takes several stores that have names, and lets one go without the other', async () => {
    const registry = new Registry();
    const east = await metered({ registry, store: 'east' });
    const west = await metered({ registry, store: 'west' });
    await east.logs.append('players', set('k', 1));
    for (const n of [1, 2]) await west.logs.append('players', set('k', n));
    const both = await seriesOf(registry);
    expect(both.get(appends('players', { store: 'east' }))).toBe(1);
    expect(both.get(appends('players', { store: 'west' }))).toBe(2);
    expect(both.get(seriesId('append_log_batch_entries_sum', { log: 'players', store: 'west' }))).toBe(2);
    await west.close();
    const one = await seriesOf(registry);
    expect(one.get(appends('players', { store: 'east' }))).toBe(1);
    expect([...one.keys()].filter((id) => id.includes('west'))).toEqual([]);
  });

  test('refuses a second store of the same name, or of none', async () => {
    const registry = new Registry();
    const { logs } = await metered({ registry });
    await expect(metered({ registry })).rejects.toThrow(/Expected `store` to differ .* got undefined twice/);
    await logs.append('players', set('k', 1));
    expect((await seriesOf(registry)).get(appends('players'))).toBe(1);
  });

  test("is left as it was where somebody else's metric has such a name", async () => {
    const registry = new Registry();
    const theirs = new Counter({ name: 'append_log_batches_total', help: 'Theirs.', registers: [registry] });
    await expect(metered({ registry })).rejects.toThrow(/append_log_batches_total has already been registered/);
    expect(registry.getMetricsAsArray()).toEqual([theirs]);
  });

  test('may speak OpenMetrics', async () => {
    const registry = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const { app, logs } = await metered({ registry });
    await logs.append('players', set('k', 1));
    expect(app.get(LogMetrics).contentType).toMatch(/openmetrics/);
    const lines = (await app.get(LogMetrics).scrape()).split('\n');
    expect(lines).toContain('append_log_appends_total{log="players"} 1');
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
  });
});

describe('a scrape', () => {
  test('tells what the engine tells', async () => {
    const engine = new FakeEngine();
    const { app, compaction } = await metered({}, { storage: { engine: () => engine } });
    engine.free = 12_345;
    const told = { poisoned: 'x', diskFull: 'y', mainFileStaleMs: 2500, sizeBytes: 400, liveBytes: 100, pending: 3 };
    engine.statsOverride.set('players', told);
    engine.keptFiles = async (log) => [
      { log, kind: 'archive', file: 'a', bytes: 10, compressed: true },
      { log, kind: 'backup', file: 'b', bytes: 200, compressed: false },
      { log, kind: 'backup', file: 'c', bytes: 300, compressed: false },
      { log, kind: 'active', file: 'd', bytes: 400, compressed: false },
    ];
    engine.recoveryReport = (log) => {
      const event = { action: 'healed', message: '', file: '' } as const;
      const events = [{ ...event, found: 'corruption' } as const, { ...event, found: 'corruption' } as const];
      return { log, clean: log !== 'players', events, entries: 0, bytes: 0, durationMs: 0 };
    };
    engine.compacting = () => Promise.reject(new Error('broken'));
    await expect(compaction.compactLog('players')).rejects.toThrow('broken');
    const series = await seriesOf(app.get(LogMetrics).registry);
    const of = (name: string, labels = {}) => series.get(seriesId(`append_log_${name}`, { log: 'players', ...labels }));
    expect([of('poisoned'), of('disk_full'), of('main_file_stale_seconds'), of('live_ratio')]).toEqual([
      1, 1, 2.5, 0.25,
    ]);
    expect([of('pending_entries'), of('recovery_clean'), of('recovery_events', { found: 'corruption' })]).toEqual([
      3, 0, 2,
    ]);
    expect([of('kept_files', { kind: 'backup' }), of('kept_bytes', { kind: 'backup' })]).toEqual([2, 500]);
    expect([of('kept_files', { kind: 'archive' }), of('kept_bytes', { kind: 'archive' })]).toEqual([1, 10]);
    expect([of('compactions_total', { outcome: 'failed' }), of('last_compaction_success')]).toEqual([1, 0]);
    expect(series.get(seriesId('append_log_poisoned', { log: 'tokens' }))).toBe(0);
    expect(series.get('append_log_free_bytes')).toBe(12_345);
  });

  test('says for how long a log has been worth compacting', async () => {
    const { app, logs, compaction } = await metered({}, { compaction: { enabled: false, thresholdBytes: 100 } });
    const due = async () =>
      (await seriesOf(app.get(LogMetrics).registry)).get(
        seriesId('append_log_compaction_due_seconds', { log: 'players' }),
      );
    expect(await due()).toBe(0);
    for (let n = 0; n < 5; n += 1) await logs.append('players', set('k', n));
    const first = (await due())!;
    expect(await due()).toBeGreaterThan(first);
    await compaction.compactLog('players');
    expect(await due()).toBe(0);
  });

  test('goes without what only compaction knows where nobody compacts', async () => {
    const { app } = await metered({}, { compaction: false });
    const names = [...(await seriesOf(app.get(LogMetrics).registry)).keys()];
    expect(names.filter((id) => /compaction/.test(id))).toEqual([]);
    expect(names).toContain(appends('players'));
  });

  test('tells how late the event loop was since the last one', async () => {
    const { app } = await metered();
    const worst = async () =>
      (await seriesOf(app.get(LogMetrics).registry)).get(
        seriesId('append_log_event_loop_lag_seconds', { quantile: 'max' }),
      )!;
    await worst();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const until = performance.now() + 150;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const blocked = await worst();
    expect(blocked).toBeGreaterThan(0.1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await worst()).toBeLessThan(blocked);
  });

  test('of a store that is closed says nothing of it, and fails for nobody', async () => {
    const { app, close } = await metered();
    const metrics = app.get(LogMetrics);
    await close();
    expect(await seriesOf(metrics.registry)).toEqual(new Map());
  });
});
