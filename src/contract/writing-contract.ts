/** Appending: order, seqs, times, who is told. */
import assert from 'node:assert/strict';
import type { LogEntry } from '../storage/log/index.js';
import { appendAll, LOG, remove, replaceAll, type Stage, set, stateOf, streamOf, until } from './stage.js';

export function writingContract({ runner: { describe, test }, engine: create }: Stage): void {
  describe('appending', () => {
    test('gives the entry as it stands in the log, seqs rising by one from 1', async () => {
      const engine = await create();
      const entries = await appendAll(engine, [set('a', { n: 1 }), remove('a'), replaceAll({ b: 2 })]);
      assert.deepEqual(
        entries.map(({ seq, op, key, value, data }) => ({ seq, op, key, value, data })),
        [
          { seq: 1, op: 'SET', key: 'a', value: { n: 1 }, data: undefined },
          { seq: 2, op: 'DELETE', key: 'a', value: undefined, data: undefined },
          { seq: 3, op: 'SET', key: undefined, value: undefined, data: { b: 2 } },
        ],
      );
    });

    test('gives times in UTC that never go backwards', async () => {
      const engine = await create();
      const began = Date.now() - 2_000;
      const times = (await appendAll(engine, [set('a', 1), set('a', 2), set('b', 3)])).map(
        ({ timestamp }) => timestamp,
      );
      for (const time of times) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.deepEqual(times, [...times].sort());
      assert.ok(Date.parse(times[0] as string) >= began);
    });

    test('keeps the order of the calls, also of those that are not awaited', async () => {
      const engine = await create();
      const all = Array.from({ length: 500 }, (_, i) => engine.append(LOG, set(`k${i % 7}`, i)));
      const seqs = (await Promise.all(all)).map(({ seq }) => seq);
      assert.deepEqual(
        seqs,
        Array.from({ length: 500 }, (_, i) => i + 1),
      );
      assert.deepEqual(
        (await streamOf(engine)).map(({ value }) => value),
        Array.from({ length: 500 }, (_, i) => i),
      );
    });

    test('is seen by whoever reads once it is acknowledged', async () => {
      const engine = await create();
      for (let n = 0; n < 20; n += 1) {
        await engine.append(LOG, set('a', n));
        assert.equal(await engine.get(LOG, 'a'), n);
      }
    });

    test('keeps who and why', async () => {
      const engine = await create();
      const meta = { actor: 'ada', reason: 'game 1' };
      assert.deepEqual((await engine.append(LOG, set('a', 1), meta)).meta, meta);
      await engine.append(LOG, remove('a'), { reason: 'gone' });
      await engine.append(LOG, set('b', 1));
      assert.deepEqual(
        (await streamOf(engine)).map((entry) => entry.meta),
        [meta, { reason: 'gone' }, undefined],
      );
    });

    test('replaces all keys by a whole state', async () => {
      const engine = await create();
      await appendAll(engine, [set('a', 1), set('b', 2), replaceAll({ c: 3 }), set('d', 4)]);
      assert.deepEqual(await stateOf(engine), { c: 3, d: 4 });
      await appendAll(engine, [replaceAll({})]);
      assert.deepEqual(await stateOf(engine), {});
      assert.equal(engine.size(LOG), 0);
    });

    test('keeps deleted what was deleted, and takes a tombstone for a key that is not there', async () => {
      const engine = await create();
      const entries = await appendAll(engine, [set('a', 1), remove('a'), remove('a'), remove('never')]);
      assert.equal(entries.at(-1)?.seq, 4);
      assert.equal(await engine.has(LOG, 'a'), false);
      assert.equal(await engine.get(LOG, 'a'), undefined);
      await appendAll(engine, [set('a', 2)]);
      assert.equal(await engine.get(LOG, 'a'), 2);
    });

    test('keeps logs apart', async () => {
      const engine = await create();
      await engine.append('one', set('a', 1));
      await engine.append('two', set('a', 2));
      assert.equal(await engine.get('one', 'a'), 1);
      assert.equal((await engine.append('two', set('b', 3))).seq, 2);
      assert.deepEqual(engine.logNames(), ['one', 'two']);
      assert.deepEqual(await engine.listLogs(), ['one', 'two']);
    });
  });

  describe('whoever listens', () => {
    test('is told of each entry once, in order, and no more once they have stopped', async () => {
      const engine = await create();
      const heard: LogEntry[] = [];
      const stop = engine.onChange((log, entry) => {
        assert.equal(log, LOG);
        heard.push(entry);
      });
      await Promise.all(Array.from({ length: 50 }, (_, i) => engine.append(LOG, set('a', i))));
      await until('all are heard of', () => heard.length >= 50);
      assert.deepEqual(
        heard.map(({ seq, value }) => [seq, value]),
        Array.from({ length: 50 }, (_, i) => [i + 1, i]),
      );
      stop();
      await engine.append(LOG, set('a', 'unheard'));
      assert.equal(heard.length, 50);
    });

    test('to batches, is told of every entry in one of them', async () => {
      const engine = await create();
      let entries = 0;
      let bytes = 0;
      engine.onBatch((batch) => {
        assert.equal(batch.log, LOG);
        assert.ok(batch.durationMs >= 0);
        entries += batch.entries;
        bytes += batch.bytes;
      });
      await Promise.all(Array.from({ length: 50 }, (_, i) => engine.append(LOG, set('a', i))));
      await until('all are counted', () => entries >= 50);
      assert.equal(entries, 50);
      assert.ok(bytes > 50 * 10);
    });

    test('and fails, disturbs nobody', async () => {
      const engine = await create();
      const heard: unknown[] = [];
      engine.onChange(() => {
        throw new Error('a listener fails');
      });
      engine.onChange((_, { value }) => heard.push(value));
      await engine.append(LOG, set('a', 1));
      await until('the other one hears', () => heard.length === 1);
      assert.equal(await engine.get(LOG, 'a'), 1);
    });
  });
}
