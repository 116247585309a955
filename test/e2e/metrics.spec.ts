import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CompactionModule, CompactionService } from '../../src/compaction/index.js';
import { MonitoringModule } from '../../src/monitoring/index.js';
import { AppendLogService, type CompactionReport, StorageModule } from '../../src/storage/index.js';
import { parseScrape, risingSeries, type Scrape, seriesId } from '../support/prometheus-text.js';
import { type Random, withSeed } from '../support/random.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

const LOGS = ['players', 'guilds', 'rounds'];
const WRITERS = 6;
const WRITES_EACH = 500;
const READS_EACH = 40;

let app: INestApplication;
let dataDir: string;
let logs: AppendLogService;
let address: string;

beforeEach(async () => {
  dataDir = scratchDirectory();
  class Root {}
  const imports = [
    StorageModule.forRoot({ dataDir }),
    // Every former log is kept, so that the files hold each line that was ever written.
    CompactionModule.forRoot({ thresholdBytes: 20_000, intervalMs: 40, keepBackups: 10_000 }),
    MonitoringModule.forRoot({ metrics: true, http: true }),
  ];
  app = await NestFactory.create({ module: Root, imports }, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  address = `${await app.getUrl()}/metrics`;
  logs = app.get(AppendLogService);
});

afterEach(async () => {
  await app.close();
  removeAllScratch();
});

async function scrape(): Promise<Scrape> {
  const response = await fetch(address);
  expect(response.status).toBe(200);
  return parseScrape(await response.text());
}

/** One write of some kind, which makes one entry. */
async function write(log: string, random: Random): Promise<unknown> {
  const key = `key ${random.below(40)}`;
  const value = { text: 'x'.repeat(random.below(300)), n: random.below(1e6) };
  const kind = random.below(100);
  if (kind < 60) return logs.append(log, { op: 'SET', key, value });
  if (kind < 75) return logs.append(log, { op: 'DELETE', key }, { actor: 'a test', reason: 'metrics' });
  if (kind < 98) return logs.update(log, key, () => value);
  return logs.append(log, { op: 'SET', data: { [key]: value } });
}

/** Bytes and entries of every line that a log's files hold, each counted once, CHECKPOINTs not. */
function writtenTo(log: string): { bytes: number; entries: number } {
  const directory = join(dataDir, 'logs');
  const files = readdirSync(directory).filter((name) => name === `${log}.log` || name.startsWith(`${log}.log.backup.`));
  const lines = new Map<number, number>();
  for (const file of files) {
    for (const line of readFileSync(join(directory, file), 'utf8').split('\n')) {
      if (line === '') continue;
      const { op, seq } = JSON.parse(line) as { op: string; seq: number };
      if (op !== 'CHECKPOINT') lines.set(seq, Buffer.byteLength(line) + 1);
    }
  }
  return { bytes: [...lines.values()].reduce((sum, bytes) => sum + bytes, 0), entries: lines.size };
}

/** Writers on every log, compactions, and two who scrape all the while. @returns the reports of all compactions */
async function load(random: Random): Promise<CompactionReport[]> {
  const compaction = app.get(CompactionService);
  const reports: CompactionReport[] = [];
  compaction.outcomes().subscribe((report) => reports.push(report));
  let isLoaded = true;
  const writers = LOGS.flatMap((log) =>
    Array.from({ length: WRITERS }, async () => {
      for (let n = 0; n < WRITES_EACH; n += 1) await write(log, random);
      for (let n = 0; n < READS_EACH; n += 1) await logs.get(log, `key ${n}`);
    }),
  );
  const writing = Promise.all(writers).finally(() => {
    isLoaded = false;
  });
  const byHand = async () => {
    for (let n = 0; isLoaded; n += 1) await compaction.compactLog(LOGS[n % LOGS.length]!);
  };
  const scrapes = await Promise.all([scrapeWhile(() => isLoaded), scrapeWhile(() => isLoaded), writing, byHand()]);
  await compaction.stop();
  expect(Math.min(scrapes[0], scrapes[1])).toBeGreaterThan(5);
  return reports;
}

/** @returns how often; fails where a counter goes back or is gone */
async function scrapeWhile(goesOn: () => boolean): Promise<number> {
  let rising: [string, number][] = [];
  let scrapes = 0;
  for (; goesOn(); scrapes += 1) {
    const now = await scrape();
    const back = rising.filter(([id, value]) => !((now.series.get(id) ?? Number.NaN) >= value));
    expect(back).toEqual([]);
    rising = risingSeries(now);
  }
  expect(rising.length).toBeGreaterThan(0);
  return scrapes;
}

test('metrics that are scraped during a load never go back, and in the end equal what was done', async () => {
  await withSeed(async (random) => {
    const reports = await load(random);
    const { series } = await scrape();
    for (const log of LOGS) await assertExact(log, series, reports);
    expect(series.get('append_log_free_bytes')).toBeGreaterThan(0);
    expect(series.get(seriesId('append_log_event_loop_lag_seconds', { quantile: 'max' }))).toBeGreaterThanOrEqual(0);
  });
}, 60_000);

async function assertExact(log: string, series: Scrape['series'], reports: readonly CompactionReport[]): Promise<void> {
  const of = (name: string, labels = {}) => series.get(seriesId(`append_log_${name}`, { log, ...labels }));
  const heard = (outcome: CompactionReport['outcome']) =>
    reports.filter((report) => report.log === log && report.outcome === outcome);
  const sizeOf = (name: string) => statSync(join(dataDir, 'logs', name)).size;
  const backups = readdirSync(join(dataDir, 'logs')).filter((name) => name.startsWith(`${log}.log.backup.`));
  const { batches, fsyncs, liveBytes, sizeBytes } = logs.stats(log);
  const appends = WRITERS * WRITES_EACH;

  expect(writtenTo(log)).toEqual({ entries: appends, bytes: of('written_bytes_total') });
  expect(of('appends_total')).toBe(appends);
  expect(of('batches_total')).toBe(batches);
  expect(of('fsyncs_total')).toBe(fsyncs);
  expect(of('batch_entries_count')).toBe(batches);
  expect(of('batch_entries_sum')).toBe(appends);
  expect(of('batch_entries_bucket', { le: '+Inf' })).toBe(batches);
  expect(of('fsync_duration_seconds_count')).toBe(batches);
  expect(of('fsync_duration_seconds_sum')).toBeGreaterThan(0);
  expect(of('cache_hits_total')! + of('cache_misses_total')!).toBe(WRITERS * READS_EACH);
  expect(of('keys')).toBe(Object.keys(await logs.rebuildState(log)).length);
  expect(of('log_size_bytes')).toBe(sizeOf(`${log}.log`));
  expect(of('live_ratio')).toBeCloseTo(liveBytes / sizeBytes, 12);
  expect(of('pending_entries')).toBe(0);
  expect(heard('compacted').length).toBeGreaterThan(3);
  expect(of('compactions_total', { outcome: 'compacted' })).toBe(heard('compacted').length);
  expect(of('compactions_total', { outcome: 'skipped' })).toBe(heard('skipped').length);
  expect(of('compactions_total', { outcome: 'failed' })).toBe(0);
  expect(of('compaction_duration_seconds_count')).toBe(heard('compacted').length);
  const seconds = heard('compacted').reduce((sum, { durationMs }) => sum + durationMs / 1000, 0);
  expect(of('compaction_duration_seconds_sum')).toBeCloseTo(seconds, 9);
  expect(of('last_compaction_success')).toBe(1);
  expect(Math.abs(of('last_compaction_timestamp_seconds')! - Date.now() / 1000)).toBeLessThan(60);
  expect(of('kept_files', { kind: 'backup' })).toBe(backups.length);
  expect(of('kept_bytes', { kind: 'backup' })).toBe(backups.reduce((sum, name) => sum + sizeOf(name), 0));
  expect(of('kept_files', { kind: 'archive' })).toBe(0);
}
