/** What health and the metrics say of where a log's history goes: into the archive, and to a replica. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { LogMetrics } from '../../../src/monitoring/index.js';
import type { LogEntry, LogReplica } from '../../../src/storage/index.js';
import { set } from '../../support/log-words.js';
import { becomes, type MonitoringStage, monitoringStage, topics } from '../../support/monitoring-stage.js';
import { parseScrape, seriesId } from '../../support/prometheus-text.js';

const stage = monitoringStage();
const health = { minFreeBytes: 0 };

async function figure({ app }: MonitoringStage, name: string): Promise<number | undefined> {
  const { series } = parseScrape(await app.get(LogMetrics).scrape());
  return series.get(seriesId(`append_log_${name}`, { log: 'players' }));
}

describe('a backup that is damaged', () => {
  test('keeps the history from being archived, which is told until somebody mends it', async () => {
    const first = await stage({ compaction: { enabled: false }, monitoring: { health } });
    for (let n = 0; n < 20; n += 1) await first.logs.append('players', set(`k${n}`, n));
    await first.compaction.compactLog('players');
    const { dataDir } = first;
    await first.close();
    const logsDir = join(dataDir, 'logs');
    const backup = join(logsDir, (await readdir(logsDir)).find((name) => name.startsWith('players.log.backup.'))!);
    const whole = await readFile(backup);
    const damaged = Buffer.from(whole);
    damaged[Math.floor(whole.length / 2)]! ^= 1;
    await writeFile(backup, damaged);

    const second = await stage({
      storage: { dataDir },
      compaction: { enabled: false, rotation: 'daily' },
      monitoring: { health, metrics: true },
    });
    expect(await figure(second, 'last_archiving_success')).toBeUndefined();
    await second.logs.append('players', set('k', 1));
    const { outcome, archiveError } = await second.compaction.compactLog('players');
    expect([outcome, archiveError]).toEqual(['compacted', expect.stringMatching(/backup/)]);
    // A look that finds nothing to fold tries nothing, so that it says nothing new either.
    expect((await second.compaction.compactLog('players')).outcome).toBe('skipped');
    const { status, warnings } = await second.health();
    expect([status, ...topics(warnings)]).toEqual(['up', 'archiving-failing players']);
    expect(warnings[0]?.message).toMatch(
      /^The compaction of players begun at \d{4}-.*Z left its backups where they pile/,
    );
    expect(warnings[0]?.message).toContain(archiveError);
    expect([await figure(second, 'last_archiving_success'), await figure(second, 'last_compaction_success')]).toEqual([
      0, 1,
    ]);

    await writeFile(backup, whole);
    await second.logs.append('players', set('k', 2));
    await second.compaction.compactLog('players');
    expect((await second.health()).warnings).toEqual([]);
    expect(await figure(second, 'last_archiving_success')).toBe(1);
  });
});

describe('a replica', () => {
  /** Takes what it is sent while it is there. */
  class Elsewhere implements LogReplica {
    isAway = false;
    readonly #newest = new Map<string, number>();

    async open(): Promise<void> {
      if (this.isAway) throw new Error('nobody answers');
    }

    async position(log: string): Promise<number> {
      return this.#newest.get(log) ?? 0;
    }

    async send(log: string, { seq }: LogEntry): Promise<void> {
      await this.open();
      this.#newest.set(log, seq as number);
    }

    async erase(): Promise<void> {}
    async close(): Promise<void> {}
  }

  test('that is behind for too long is told, with the reason, until it has caught up', async () => {
    const replica = new Elsewhere();
    const opened = await stage({
      storage: { replicateTo: () => replica },
      monitoring: { health: { ...health, replicaBehindMs: 30 }, metrics: true },
    });
    await opened.logs.append('players', set('k', 1));
    await becomes(
      'The first entry there',
      () => figure(opened, 'replica_lag_entries'),
      (entries) => entries === 0,
    );
    replica.isAway = true;
    for (const n of [2, 3]) await opened.logs.append('players', set('k', n));
    const { status, warnings } = await becomes('The warning', opened.health, (seen) =>
      seen.warnings.some(({ message }) => message.includes('nobody answers')),
    );
    expect([status, ...topics(warnings)]).toEqual(['up', 'replica-behind players']);
    expect(warnings[0]?.message).toMatch(
      /^The replica lacks 2 entries of players, the oldest for \d+ s: nobody answers$/,
    );
    expect(await figure(opened, 'replica_lag_entries')).toBe(2);
    expect(await figure(opened, 'replica_lag_seconds')).toBeGreaterThan(0.03);
    replica.isAway = false;
    await becomes('The end of the warning', opened.health, (seen) => seen.warnings.length === 0);
    expect(await figure(opened, 'replica_lag_seconds')).toBe(0);
  });

  test('that is behind for less than a minute is nothing to be told, and one that is not there has no figures', async () => {
    const replica = new Elsewhere();
    replica.isAway = true;
    const behind = await stage({ storage: { replicateTo: () => replica }, monitoring: { health, metrics: true } });
    await behind.logs.append('players', set('k', 1));
    await becomes(
      'The lag',
      () => figure(behind, 'replica_lag_seconds'),
      (seconds) => (seconds ?? 0) > 0,
    );
    expect((await behind.health()).warnings).toEqual([]);
    const alone = await stage({ monitoring: { metrics: true } });
    expect(await figure(alone, 'replica_lag_entries')).toBeUndefined();
    expect(await figure(alone, 'replica_lag_seconds')).toBeUndefined();
  });
});
