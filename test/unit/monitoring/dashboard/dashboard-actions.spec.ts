/** Reading whole logs for somebody, and the buttons: on real files, damaged ones too. */
import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DashboardReading } from '../../../../src/monitoring/dashboard/dashboard-reading.service.js';
import type { Moment } from '../../../../src/monitoring/dashboard/key-history.js';
import { linesOf } from '../../../../src/monitoring/dashboard/log-copy.js';
import type { LogEntry } from '../../../../src/storage/index.js';
import { type DashboardStage, eventually, openDashboard, type StageOptions } from '../../../support/dashboard-stage.js';
import { openStore, temporaryDirectory } from '../../../support/store.js';

const OPTIONS: StageOptions = { dashboard: { actions: { guards: [{ canActivate: () => true }] } } };

let stage: DashboardStage | undefined;

afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(options: StageOptions = OPTIONS): Promise<DashboardStage> {
  stage = await openDashboard(options);
  return stage;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
async function answer(path: string, method = 'GET'): Promise<any> {
  const response = await fetch(`${stage?.url}api/${path}`, { method });
  return { status: response.status, ...(await response.json()) };
}

async function fill(): Promise<void> {
  const { logs } = stage as DashboardStage;
  for (let i = 0; i < 40; i += 1) {
    await logs.append(
      'notes',
      { op: 'SET', key: `key ${i % 7}`, value: { i, text: 'ä\u2028"\u0000🙂' } },
      { actor: `a${i}` },
    );
  }
  await logs.append('notes', { op: 'SET', key: '__proto__', value: { polluted: true } });
  await logs.append('notes', { op: 'SET', key: '', value: null });
  await logs.append('notes', { op: 'DELETE', key: 'key 1' }, { reason: 'because' });
}

describe('Compact now', () => {
  it('FoldsTheLogAndAnswersWithTheReport', async () => {
    const { logs } = await open();
    await fill();
    const before = logs.stats('notes');
    const report = await answer('compact?log=notes', 'POST');
    expect(report).toMatchObject({
      status: 200,
      outcome: 'compacted',
      bytesBefore: before.sizeBytes,
      keys: before.keys,
    });
    expect(logs.stats('notes').checkpointBytes).toBeGreaterThan(0);
    const known = await answer('log?log=notes');
    expect(known.compactions).toMatchObject([{ outcome: 'compacted', seq: before.seq }]);
    expect(known.files.map(({ kind }: { kind: string }) => kind)).toEqual(['backup', 'active']);
    expect(known.recovery).toEqual(logs.recoveryReport('notes'));
    expect(await answer('compact?log=notes', 'POST')).toMatchObject({ outcome: 'skipped' });
  });

  it('IsNotThereWithoutACompactionModule', async () => {
    await open({ ...OPTIONS, hasCompaction: false });
    await fill();
    expect((await answer('compact?log=notes', 'POST')).status).toBe(404);
  });
});

describe('Verify', () => {
  it('ReadsEveryEntryOfEveryFile', async () => {
    await open();
    await fill();
    await answer('compact?log=notes', 'POST');
    await stage?.logs.append('notes', { op: 'SET', key: 'late', value: 1 });
    // The 43 entries of the backup, and the one behind the checkpoint that covers them.
    expect(await answer('verify?log=notes', 'POST')).toMatchObject({ whole: true, entries: 44, files: 2 });
  });

  it('NamesThePlaceOfADamage', async () => {
    const { dataDir } = await open();
    await fill();
    const path = join(dataDir, 'logs', 'notes.log');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('"i":20');
    bytes[at + 5] = 0x39;
    writeFileSync(path, bytes);
    const found = await answer('verify?log=notes', 'POST');
    expect(found).toMatchObject({ status: 200, whole: false, code: 'LOG_CORRUPT' });
    expect(found.message).toContain('notes.log:21 (line 21, byte ');
  });
});

describe('Download backup', () => {
  it.each([
    ['AsItIs', false],
    ['BehindACheckpoint', true],
  ])('IsALogThatCanBePutBack %s', async (_, isCompacted) => {
    const { logs, url } = await open();
    await fill();
    if (isCompacted) {
      await answer('compact?log=notes', 'POST');
      await logs.append('notes', { op: 'SET', key: 'late', value: [1, 2, { three: 3 }] });
    }
    const response = await fetch(`${url}api/backup?log=notes`, { method: 'POST' });
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="notes\.[\dTZ-]+\.log\.gz"$/);
    const copy = gunzipSync(Buffer.from(await response.arrayBuffer()));
    const directory = await temporaryDirectory();
    mkdirSync(join(directory.path, 'logs'));
    writeFileSync(join(directory.path, 'logs', 'notes.log'), copy);
    const store = await openStore({ dataDir: directory.path, recovery: 'strict' });
    try {
      // Beside a log that comes alone stands no main file yet.
      expect(store.logs.recoveryReport('notes').events.map(({ found }) => found)).toEqual(['lost-view']);
      expect(store.logs.stats('notes').seq).toBe(logs.stats('notes').seq);
      expect(await store.logs.rebuildState('notes')).toEqual(await logs.rebuildState('notes'));
      const entries = (each: LogEntry[]) => each.map(({ crc: ___, ...entry }) => entry);
      expect(entries(await store.logs.readLogEntries('notes'))).toEqual(entries(await logs.readLogEntries('notes')));
    } finally {
      await store.close();
      await directory.remove();
    }
  });

  it('IsTheFileByteForByteWhereTheEngineWroteIt', async () => {
    const { dataDir, logs } = await open();
    await fill();
    const lines: Buffer[] = [];
    for await (const line of linesOf(logs.streamLogEntries('notes'))) lines.push(line);
    expect(Buffer.concat(lines)).toEqual(readFileSync(join(dataDir, 'logs', 'notes.log')));
  });
});

describe('The history of a key', () => {
  it('TellsWhatChangedWhoDidItAndWhy', async () => {
    const { logs } = await open();
    await logs.append(
      'notes',
      { op: 'SET', key: 'ada', value: { score: 1, games: [1] } },
      { actor: 'web', reason: 'g1' },
    );
    await logs.append('notes', { op: 'SET', key: 'bo', value: 1 });
    await logs.append('notes', { op: 'SET', key: 'ada', value: { score: 5, games: [1, 2], 'a.b': null } });
    await answer('compact?log=notes', 'POST');
    await logs.append('notes', { op: 'DELETE', key: 'ada' }, { reason: 'asked to' });
    await logs.append('notes', { op: 'SET', data: { ada: 'back' } });
    await logs.append('notes', { op: 'SET', data: { bo: 1 } });
    await logs.append('notes', { op: 'SET', data: { bo: 2 } });
    const { moments, earlier } = (await answer('history?log=notes&key=ada')) as { moments: Moment[]; earlier: number };
    expect(earlier).toBe(0);
    expect(moments.map(({ kind, seq, changes, actor, reason }) => ({ kind, seq, changes, actor, reason }))).toEqual([
      { kind: 'deleted', seq: 6, changes: { list: [{ path: '', from: '"back"' }], more: 0 } },
      { kind: 'replaced', seq: 5, changes: { list: [{ path: '', to: '"back"' }], more: 0 } },
      {
        kind: 'deleted',
        seq: 4,
        changes: { list: [{ path: '', from: '{"score":5,"games":[1,2],"a.b":null}' }], more: 0 },
        reason: 'asked to',
      },
      {
        kind: 'set',
        seq: 3,
        changes: {
          list: [
            { path: 'score', from: '1', to: '5' },
            { path: 'games[1]', to: '2' },
            { path: 'a.b', to: 'null' },
          ],
          more: 0,
        },
      },
      {
        kind: 'set',
        seq: 1,
        changes: { list: [{ path: '', to: '{"score":1,"games":[1]}' }], more: 0 },
        actor: 'web',
        reason: 'g1',
      },
    ]);
  });

  it('IsAPageOfTheNewestTwoHundred', async () => {
    const { logs } = await open();
    const writes = Array.from({ length: 450 }, (_, i) => logs.append('notes', { op: 'SET', key: 'a', value: i }));
    await Promise.all(writes);
    const { moments, earlier } = (await answer('history?log=notes&key=a')) as { moments: Moment[]; earlier: number };
    expect([moments.length, earlier, moments[0]?.seq, moments.at(-1)?.seq]).toEqual([200, 250, 450, 251]);
    expect(moments.at(-1)?.changes.list).toEqual([{ path: '', from: '249', to: '250' }]);
  });

  it('KnowsTheEmptyKeyAndTheOneOfPrototypes', async () => {
    await open();
    await fill();
    for (const key of ['', '__proto__']) {
      const { moments } = await answer(`history?log=notes&key=${key}`);
      expect([key, moments.map(({ kind }: Moment) => kind)]).toEqual([key, ['set']]);
    }
  });
});

describe('The newest entries', () => {
  it('AreFoundAmongAllLogsAndByChoice', async () => {
    const { logs } = await open();
    await fill();
    await logs.append('other', { op: 'SET', key: 'newest', value: 1 });
    const all = await answer('newest');
    expect(all.entries[0]).toMatchObject({ log: 'other', key: 'newest' });
    expect(all.entries).toHaveLength(44);
    const chosen = await answer('newest?log=notes&key=KEY%201');
    expect(chosen.entries.map(({ op }: LogEntry) => op)).toEqual(['DELETE', 'SET', 'SET', 'SET', 'SET', 'SET', 'SET']);
    expect((await answer('newest?op=DELETE')).entries).toMatchObject([{ key: 'key 1', reason: 'because' }]);
  });

  it('AreNotLookedForInLargeLogs', async () => {
    const { logs } = await open();
    for (let i = 0; i < 9; i += 1)
      await logs.append('large', { op: 'SET', key: `k${i}`, value: 'x'.repeat(1_000_000) });
    await logs.append('notes', { op: 'SET', key: 'a', value: 1 });
    const { entries, passedOver } = await answer('newest');
    expect([entries.map(({ log }: { log: string }) => log), passedOver]).toEqual([['notes'], ['large']]);
  });
});

describe('Readings', () => {
  it('TakeTurnsAndAreGivenUpWhenNobodyWaitsOrAtAShutdown', async () => {
    const { app } = await open();
    const reading = app.get(DashboardReading);
    const responses = [1, 2, 3].map(() => new EventEmitter() as unknown as ServerResponse);
    const begun: AbortSignal[] = [];
    const runs = responses.map((response) =>
      reading
        .run(response, (signal) => {
          begun.push(signal);
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        })
        .then(
          () => 'done',
          () => 'given up',
        ),
    );
    await eventually('two have begun', () => begun.length === 2);
    responses[0]?.emit('close');
    expect(await runs[0]).toBe('given up');
    await eventually('the third has its turn', () => begun.length === 3);
    await app.close();
    expect(await Promise.all(runs)).toEqual(['given up', 'given up', 'given up']);
  });
});
