/** What the page calls wrong is what `GET /health` says. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { CompactionService } from '../../../../src/compaction/index.js';
import { DashboardHealth } from '../../../../src/monitoring/dashboard/dashboard-health.service.js';
import { type HealthFinding, LogHealthIndicator, type MonitoringOptions } from '../../../../src/monitoring/index.js';
import { type DashboardStage, EventReader, openDashboard } from '../../../support/dashboard-stage.js';
import { FakeEngine } from '../../../support/fake-engine.js';
import { becomes } from '../../../support/monitoring-stage.js';

let stage: DashboardStage | undefined;
const readers: EventReader[] = [];

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.leave();
  jest.restoreAllMocks();
  await stage?.close();
  stage = undefined;
});

async function open(engine: FakeEngine, monitoring?: MonitoringOptions): Promise<DashboardStage> {
  stage = await openDashboard({ storage: { engine: () => engine }, ...(monitoring && { monitoring }) });
  return stage;
}

/** What a page is told first. */
async function firstTroubles({ url }: DashboardStage) {
  const reader = await EventReader.open(`${url}api/events`);
  readers.push(reader);
  const [state] = await becomes(
    'The first snapshot',
    () => reader.of('state'),
    (seen) => seen.length > 0,
  );
  return state.troubles as { level: string; about: string; log?: string; text: string }[];
}

const asTroubles = (level: string, findings: HealthFinding[]) =>
  findings.map(({ message, ...rest }) => ({ level, ...rest, text: message }));

describe('The page', () => {
  it('IsToldWhatHealthSaysByTheBoundsOfTheApplication', async () => {
    const engine = new FakeEngine();
    const health = { minFreeBytes: 1e9, mainFileStaleMs: 5, downOn: ['disk-nearly-full'] as const };
    const opened = await open(engine, { health });
    engine.free = 9e8;
    engine.statsOverride.set('players', { mainFileStaleMs: 10 });
    engine.statsOverride.set('tokens', { poisoned: 'an fsync failed' });
    engine.compacting = () => Promise.reject(new Error('broken'));
    await expect(opened.app.get(CompactionService).compactLog('players')).rejects.toThrow('broken');
    const troubles = await firstTroubles(opened);
    const { 'append-log': said } = await opened.app.get(LogHealthIndicator).isHealthy();
    expect(troubles).toEqual([...asTroubles('down', said.reasons), ...asTroubles('warn', said.warnings)]);
    expect(troubles.map(({ level, about }) => `${level} ${about}`)).toEqual([
      'down poisoned',
      'down disk-nearly-full',
      'warn compaction-failing',
      'warn main-file-stale',
    ]);
  });

  it('IsToldTheSameByTheDefaultBoundsWhereNobodyElseAsks', async () => {
    const engine = new FakeEngine();
    const opened = await open(engine);
    engine.free = 256 * 1024 * 1024 - 1;
    engine.statsOverride.set('players', { mainFileStaleMs: 600_001 });
    engine.statsOverride.set('tokens', { mainFileStaleMs: 599_999 });
    const troubles = await firstTroubles(opened);
    expect(troubles.map(({ about, log }) => [about, log])).toEqual([
      ['main-file-stale', 'players'],
      ['disk-nearly-full', undefined],
    ]);
  });

  it('HearsNothingWhereAllIsWell', async () => expect(await firstTroubles(await open(new FakeEngine()))).toEqual([]));
});

it('HealthIsNotAskedAtEverySnapshot', async () => {
  const opened = await open(new FakeEngine(), {});
  const asked = jest.spyOn(opened.app.get(LogHealthIndicator), 'isHealthy');
  const health = opened.app.get(DashboardHealth);
  for (let i = 0; i < 50; i += 1) await health.look();
  expect(asked).toHaveBeenCalledTimes(1);
  const later = performance.now() + 2_001;
  jest.spyOn(performance, 'now').mockReturnValue(later);
  await Promise.all([health.look(), health.look()]);
  expect(asked).toHaveBeenCalledTimes(2);
});
