/** What goes to open pages, how much of it, and that nothing stays behind. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DashboardStream } from '../../../../src/monitoring/dashboard/dashboard-stream.service.js';
import type { ShownEntry } from '../../../../src/monitoring/dashboard/shown-entry.js';
import { Viewer } from '../../../../src/monitoring/dashboard/viewer.js';
import type { LogEntry } from '../../../../src/storage/index.js';
import {
  type DashboardStage,
  EventReader,
  eventually,
  openDashboard,
  type StageOptions,
} from '../../../support/dashboard-stage.js';

let stage: DashboardStage | undefined;
const readers: EventReader[] = [];

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.leave();
  await stage?.close();
  stage = undefined;
});

async function open(options: StageOptions = {}): Promise<DashboardStage & { stream: DashboardStream }> {
  stage = await openDashboard(options);
  return { ...stage, stream: stage.app.get(DashboardStream) };
}

async function read(url: string, query = ''): Promise<EventReader> {
  const reader = await EventReader.open(`${url}api/events${query}`);
  readers.push(reader);
  await eventually('a snapshot comes', () => reader.of('state').length > 0);
  return reader;
}

const entriesOf = (reader: EventReader): ShownEntry[] => reader.of('entries').flatMap(({ entries }) => entries);
const leftOutOf = (reader: EventReader): number => reader.of('entries').reduce((sum, { leftOut }) => sum + leftOut, 0);

async function append(count: number, log = 'notes', from = 0): Promise<void> {
  const { logs } = stage as DashboardStage;
  const writes = Array.from({ length: count }, (_, i) =>
    logs.append(log, { op: 'SET', key: `key ${from + i}`, value: { i: from + i } }),
  );
  await Promise.all(writes);
}

describe('A page', () => {
  it('GetsWhatIsWrittenWithItsLogAndTheEnginesNumbers', async () => {
    const { url, logs } = await open();
    const reader = await read(url);
    await logs.append('notes', { op: 'SET', key: 'a', value: { b: 1 } }, { actor: 'ada', reason: 'why not' });
    await logs.append('other', { op: 'SET', data: { x: 1 } });
    await logs.append('notes', { op: 'DELETE', key: 'a' });
    await eventually('three entries come', () => entriesOf(reader).length === 3);
    expect(entriesOf(reader).map(({ at: _, ...entry }) => entry)).toEqual(
      expect.arrayContaining([
        { log: 'notes', op: 'SET', seq: 1, key: 'a', value: '{"b":1}', actor: 'ada', reason: 'why not' },
        { log: 'other', op: 'SET', seq: 1, value: '{"x":1}' },
        { log: 'notes', op: 'DELETE', seq: 2, key: 'a' },
      ]),
    );
    await eventually('a snapshot knows them', () => {
      const shown = reader
        .of('state')
        .at(-1)
        .logs.find(({ log }: { log: string }) => log === 'notes');
      return shown?.appends === logs.stats('notes').appends;
    });
    const { log, keys, entries, seq, sizeBytes, liveBytes, appends } = logs.stats('notes');
    const shown = reader
      .of('state')
      .at(-1)
      .logs.find((each: { log: string }) => each.log === 'notes');
    expect(shown).toMatchObject({ log, keys, entries, seq, sizeBytes, liveBytes, appends, clean: true });
  });

  it('GetsEveryAppendCountedOnceInTheSeconds', async () => {
    const { url } = await open();
    const reader = await read(url);
    for (let i = 0; i < 10; i += 1) await append(20, 'notes', 20 * i);
    const counted = () => reader.of('state').reduce((sum, { second }) => sum + second.appends, 0);
    await eventually('all are counted', () => counted() >= 200);
    expect(counted()).toBe(200);
    const seconds = reader.of('state').map(({ second }) => second);
    const fsyncs = seconds.reduce((sum, second) => sum + second.fsyncs, 0);
    expect(fsyncs).toBe((stage as DashboardStage).logs.stats('notes').fsyncs);
    for (const { p50, p99 } of seconds.filter((second) => second.fsyncs > 0)) {
      expect(p50).toBeGreaterThan(0);
      expect(p99).toBeGreaterThanOrEqual(p50);
    }
  });

  it('GetsAFewOfManyAndIsToldHowManyItMissed', async () => {
    const { url } = await open();
    const reader = await read(url);
    const before = reader.events.length;
    const started = performance.now();
    for (let i = 0; i < 20; i += 1) await append(100, 'notes', 100 * i);
    await eventually('all are told of', () => entriesOf(reader).length + leftOutOf(reader) === 2_000);
    const seconds = (performance.now() - started) / 1000;
    const messages = reader.of('entries');
    expect(Math.max(...messages.map(({ entries }) => entries.length))).toBeLessThanOrEqual(50);
    expect(messages.length).toBeLessThanOrEqual(4 * seconds + 2);
    expect(reader.events.length - before).toBeLessThanOrEqual(5 * seconds + 3);
    // The newest are never among those left out, and none comes twice.
    expect(messages.at(-1).entries[0].seq).toBe(2_000);
    const seqs = entriesOf(reader).map(({ seq }) => seq);
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  it('GetsOnlyWhatItChose', async () => {
    const { url, logs } = await open();
    const keyed = await read(url, '?key=NEEDLE&op=SET');
    const logged = await read(url, '?log=other');
    await append(500);
    await logs.append('other', { op: 'SET', key: 'a needle', value: 1 });
    await logs.append('other', { op: 'DELETE', key: 'a needle' });
    await append(500, 'notes', 500);
    await eventually('both get theirs', () => entriesOf(keyed).length === 1 && entriesOf(logged).length === 2);
    expect(entriesOf(keyed)[0]).toMatchObject({ log: 'other', op: 'SET', key: 'a needle' });
    expect([leftOutOf(keyed), leftOutOf(logged)]).toEqual([0, 0]);
  });

  it('GetsTheBeginningOfALargeValueAndTheRestWhenItAsks', async () => {
    const { url, logs } = await open();
    const reader = await read(url);
    const value = { text: '🙂'.repeat(100_000), after: 1 };
    const { seq } = await logs.append('notes', { op: 'SET', key: 'k'.repeat(5_000), value });
    await eventually('it comes', () => entriesOf(reader).length === 1);
    const [shown] = entriesOf(reader);
    expect(shown).toMatchObject({ cut: true, keyCut: true });
    expect(shown?.value?.length).toBeLessThanOrEqual(281);
    expect(shown?.value).not.toMatch(/[\ud800-\udbff]…$/);
    expect(JSON.stringify(shown).length).toBeLessThan(2_000);
    const whole = await fetch(`${url}api/entry?log=notes&seq=${seq}`).then((response) => response.json());
    expect(whole.value).toEqual(value);
  });

  it('GetsThePastFiveMinutesWhenItComesSecond', async () => {
    const { url } = await open();
    const first = await read(url);
    await append(10);
    await eventually('a second is over', () => first.of('state').some(({ second }) => second.appends === 10));
    const second = await read(url);
    const { seconds } = second.of('hello')[0];
    expect(seconds.reduce((sum: number, { appends }: { appends: number }) => sum + appends, 0)).toBe(10);
    expect(seconds.at(-1).sizeBytes).toBe((stage as DashboardStage).logs.stats('notes').sizeBytes);
  });

  it('HearsOfACompaction', async () => {
    const { url } = await open({ dashboard: { actions: { guards: [{ canActivate: () => true }] } } });
    const reader = await read(url);
    await append(50);
    await fetch(`${url}api/compact?log=notes`, { method: 'POST' });
    await eventually('it is told', () => reader.of('compaction').length === 1);
    expect(reader.of('compaction')[0]).toMatchObject({ log: 'notes', outcome: 'compacted', keys: 50 });
    const later = await read(url);
    expect(later.of('hello')[0].compactions).toHaveLength(1);
  });
});

describe('All pages', () => {
  it('ShareOneSubscriptionAndNoneIsLeftWhenTheyAreGone', async () => {
    const { url, logs, stream } = await open();
    let subscriptions = 0;
    const onBatch = logs.onBatch.bind(logs);
    logs.onBatch = (listener) => {
      subscriptions += 1;
      const stop = onBatch(listener);
      return () => {
        subscriptions -= 1;
        stop();
      };
    };
    expect(stream.isWatching).toBe(false);
    for (let i = 0; i < 5; i += 1) await read(url);
    expect([stream.viewers, subscriptions, stream.isWatching]).toEqual([5, 1, true]);
    for (const reader of readers.slice(0, 4)) reader.leave();
    await eventually('four are gone', () => stream.viewers === 1);
    expect(subscriptions).toBe(1);
    readers[4]?.leave();
    await eventually('all are gone', () => stream.viewers === 0);
    expect([subscriptions, stream.isWatching]).toEqual([0, false]);
    await read(url);
    expect([stream.viewers, subscriptions]).toEqual([1, 1]);
  });

  it('AreNotMoreThanTheProgramCanBear', async () => {
    const { url, stream } = await open();
    for (let i = 0; i < 50; i += 1) await read(url);
    expect((await fetch(`${url}api/events`)).status).toBe(503);
    readers[0]?.leave();
    await eventually('one is gone', () => stream.viewers === 49);
    await read(url);
  });

  it('DoNotHoldUpAShutdown', async () => {
    const { url, app } = await open();
    const reader = await read(url);
    const started = performance.now();
    await app.close();
    await reader.ended;
    expect(performance.now() - started).toBeLessThan(2_000);
    await expect(fetch(url)).rejects.toThrow();
  });
});

describe('A page that does not read', () => {
  it('FillsNoMemoryAndIsToldHowMuchItMissed', async () => {
    const responses: ServerResponse[] = [];
    const server = createServer((_, response) => responses.push(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const opening = EventReader.open(`http://127.0.0.1:${port}/`);
      await eventually('it asks', () => responses.length === 1);
      const [response] = responses as [ServerResponse];
      const viewer = new Viewer(response, {});
      const reader = await opening;
      readers.push(reader);
      reader.pause();
      const json = JSON.stringify({ text: 'x'.repeat(100_000) });
      // Far more than the buffers of both ends hold.
      for (let i = 0; i < 500; i += 1) {
        viewer.send('state', json);
        await new Promise(setImmediate);
        expect(response.writableLength).toBeLessThan(2 * json.length);
      }
      for (let i = 1; i <= 10_000; i += 1) viewer.window.add('notes', entryOf(i));
      viewer.sendEntries();
      reader.resume();
      await eventually('it reads again', () => response.writableLength === 0);
      viewer.sendEntries();
      await eventually('it hears the newest', () => reader.of('entries').length === 1);
      expect(entriesOf(reader)).toHaveLength(50);
      expect([entriesOf(reader)[0]?.seq, leftOutOf(reader)]).toEqual([10_000, 9_950]);
      const [{ messages }] = reader.of('dropped');
      expect(messages).toBeGreaterThan(0);
      expect(reader.of('state').length + messages).toBe(500);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

function entryOf(seq: number): LogEntry {
  return { timestamp: new Date().toISOString(), op: 'SET', key: `key ${seq}`, value: seq, seq };
}
