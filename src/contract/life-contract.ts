/** Opening, closing, and what outlives them. */
import assert from 'node:assert/strict';
import { appendAll, collect, LOG, remove, type Stage, set, stateOf, streamOf } from './stage.js';

export function lifeContract({ runner: { describe, test }, engine: create, reopened, subject }: Stage): void {
  describe('a closed engine', () => {
    test('refuses every call with LOG_CLOSED, also those on open logs', async () => {
      const engine = await create();
      await engine.append(LOG, set('a', 1));
      await engine.close();
      const closed = { code: 'LOG_CLOSED' };
      await assert.rejects(async () => engine.append(LOG, set('a', 2)), closed);
      await assert.rejects(async () => engine.update(LOG, 'a', () => 2), closed);
      await assert.rejects(async () => engine.get(LOG, 'a'), closed);
      await assert.rejects(async () => engine.has(LOG, 'a'), closed);
      await assert.rejects(async () => engine.openLog(LOG), closed);
      await assert.rejects(async () => engine.compact(LOG), closed);
      await assert.rejects(async () => engine.rebuildState(LOG), closed);
      await assert.rejects(async () => engine.listLogs(), closed);
      await assert.rejects(collect(engine.entries(LOG)), closed);
      await assert.rejects(streamOf(engine), closed);
    });

    test('has written what was called before; closing twice is closing once', async () => {
      const engine = await create();
      const writes = Array.from({ length: 100 }, (_, i) => engine.append(LOG, set(`k${i}`, i)));
      await Promise.all([engine.close(), engine.close()]);
      const outcomes = await Promise.allSettled(writes);
      // All that were acknowledged must be there; one that was refused may have come too late.
      if (subject.isDurable === false) return;
      const again = await reopened(engine);
      for (const [i, { status }] of outcomes.entries()) {
        if (status === 'fulfilled') assert.equal(await again.get(LOG, `k${i}`), i);
      }
    });
  });

  if (subject.isDurable === false) return;

  describe('opening again', () => {
    test('finds every value, tombstone and seq', async () => {
      const engine = await create();
      await appendAll(engine, [set('a', { deep: [1] }), set('b', 2), remove('b'), set('c', null)]);
      const before = await streamOf(engine);
      const again = await reopened(engine);
      const report = await again.openLog(LOG);
      assert.deepEqual([report.log, report.clean], [LOG, true]);
      assert.deepEqual(await again.listLogs(), [LOG]);
      assert.deepEqual(await stateOf(again), { a: { deep: [1] }, c: null });
      assert.deepEqual(JSON.parse(JSON.stringify(await streamOf(again))), JSON.parse(JSON.stringify(before)));
      assert.equal((await again.append(LOG, set('d', 1))).seq, 5);
    });

    test('again and again, compacted or not, changes nothing', async () => {
      let engine = await create();
      for (let round = 1; round <= 4; round += 1) {
        await engine.update<number>(LOG, 'rounds', (n = 0) => n + 1);
        await engine.append(LOG, set(`k${round}`, round));
        if (round % 2 === 0) await engine.compact(LOG);
        engine = await reopened(engine);
      }
      assert.deepEqual(await stateOf(engine), { rounds: 4, k1: 1, k2: 2, k3: 3, k4: 4 });
    });
  });
}
