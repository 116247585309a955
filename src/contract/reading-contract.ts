/** Reading what is there now. */
import assert from 'node:assert/strict';
import { appendAll, collect, LOG, remove, replaceAll, type Stage, set, stateOf } from './stage.js';

export function readingContract({ runner: { describe, test }, engine: create }: Stage): void {
  describe('reading', () => {
    test('of a log that nobody has written to finds nothing', async () => {
      const engine = await create();
      assert.equal(await engine.get(LOG, 'a'), undefined);
      assert.equal(await engine.has(LOG, 'a'), false);
      assert.deepEqual(await collect(engine.keys(LOG)), []);
      assert.deepEqual(await collect(engine.entries(LOG)), []);
      assert.deepEqual(await collect(engine.stream(LOG)), []);
      assert.deepEqual(await engine.rebuildState(LOG), {});
      assert.equal(engine.size(LOG), 0);
    });

    test('gives each caller a copy of their own', async () => {
      const engine = await create();
      const given = { list: [1] };
      const written = engine.append(LOG, set('a', given));
      given.list.push(2);
      await written;
      const first = (await engine.get<{ list: number[] }>(LOG, 'a')) as { list: number[] };
      assert.deepEqual(first, { list: [1] });
      first.list.push(3);
      assert.deepEqual(await engine.get(LOG, 'a'), { list: [1] });
    });

    test('lists every live key with its newest value', async () => {
      const engine = await create();
      await appendAll(engine, [set('a', 1), set('b', 2), set('a', 3), set('c', 4), remove('b')]);
      assert.deepEqual((await collect(engine.keys(LOG))).sort(), ['a', 'c']);
      assert.deepEqual(await stateOf(engine), { a: 3, c: 4 });
      assert.equal(engine.size(LOG), 2);
    });

    test('shows the state of one moment while it goes on', async () => {
      const engine = await create();
      await appendAll(
        engine,
        Array.from({ length: 200 }, (_, i) => set(`k${i}`, 'before')),
      );
      const seen: unknown[] = [];
      for await (const [, value] of engine.entries(LOG)) {
        if (seen.length === 0) await engine.append(LOG, replaceAll({ k0: 'after' }));
        seen.push(value);
      }
      assert.deepEqual(new Set(seen), new Set(['before']));
      assert.equal(seen.length, 200);
      assert.deepEqual(await stateOf(engine), { k0: 'after' });
    });

    test('needs no memory for values: with a cache of nothing everything is there', async () => {
      const engine = await create({ cacheBytes: 0 });
      const value = { text: 'x'.repeat(2_000) };
      await Promise.all(Array.from({ length: 100 }, (_, i) => engine.append(LOG, set(`k${i}`, { ...value, i }))));
      for (const i of [0, 50, 99]) assert.deepEqual(await engine.get(LOG, `k${i}`), { ...value, i });
      assert.equal(Object.keys(await stateOf(engine)).length, 100);
    });

    test('tells figures that add up', async () => {
      const engine = await create();
      await appendAll(engine, [set('a', 1), set('b', 2), remove('a')]);
      const { log, keys, entries, seq, firstSeq, appends, pending, poisoned, lastTimestamp } = engine.stats(LOG);
      assert.deepEqual(
        { log, keys, entries, seq, firstSeq, appends, pending, poisoned },
        { log: LOG, keys: 1, entries: 3, seq: 3, firstSeq: 1, appends: 3, pending: 0, poisoned: undefined },
      );
      assert.match(lastTimestamp as string, /Z$/);
      assert.ok((await engine.logSize(LOG)) > 0);
      const kept = await engine.keptFiles(LOG);
      assert.equal(kept.at(-1)?.kind, 'active');
      assert.equal(kept.at(-1)?.log, LOG);
      const free = await engine.freeBytes();
      assert.ok(free === undefined || free > 0);
    });
  });
}
