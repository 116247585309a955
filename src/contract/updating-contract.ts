/** Read, change and write as one step. */
import assert from 'node:assert/strict';
import { LOG, replaceAll, type Stage, set, stateOf, streamOf } from './stage.js';

const next = (n: number | undefined) => (n ?? 0) + 1;

export function updatingContract({ runner: { describe, test }, engine: create }: Stage): void {
  describe('updating', () => {
    test('gives what was there, and the new value back', async () => {
      const engine = await create();
      assert.equal(await engine.update<number>(LOG, 'a', next), 1);
      assert.equal(await engine.update<number>(LOG, 'a', next), 2);
      assert.equal(await engine.get(LOG, 'a'), 2);
      assert.equal(engine.stats(LOG).seq, 2);
    });

    test('a thousand times at once counts a thousand', async () => {
      const engine = await create();
      await Promise.all(Array.from({ length: 1000 }, () => engine.update<number>(LOG, 'a', next)));
      assert.equal(await engine.get(LOG, 'a'), 1000);
    });

    test('many keys at once keeps them apart', async () => {
      const engine = await create();
      const all = Array.from({ length: 300 }, (_, i) => engine.update<number>(LOG, `k${i % 30}`, next));
      await Promise.all(all);
      assert.deepEqual(new Set(Object.values(await stateOf(engine))), new Set([10]));
    });

    test('sees appends that were called before it', async () => {
      const engine = await create();
      const results = await Promise.all([
        engine.append(LOG, set('a', 10)),
        engine.update<number>(LOG, 'a', next),
        engine.append(LOG, replaceAll({ a: 20 })),
        engine.update<number>(LOG, 'a', next),
      ]);
      assert.equal(results[1], 11);
      assert.equal(results[3], 21);
      assert.equal(await engine.get(LOG, 'a'), 21);
    });

    test('to undefined deletes, and writes nothing where nothing was', async () => {
      const engine = await create();
      await engine.append(LOG, set('a', 1));
      assert.equal(await engine.update(LOG, 'a', () => undefined), undefined);
      assert.equal(await engine.has(LOG, 'a'), false);
      assert.equal(await engine.update(LOG, 'b', () => undefined), undefined);
      assert.deepEqual(
        (await streamOf(engine)).map(({ op }) => op),
        ['SET', 'DELETE'],
      );
    });

    test('that throws writes nothing and rejects with what was thrown', async () => {
      const engine = await create();
      await engine.append(LOG, set('a', 1));
      const refusal = new RangeError('no');
      const update = engine.update(LOG, 'a', () => {
        throw refusal;
      });
      await assert.rejects(update, (error) => error === refusal);
      assert.equal(await engine.update<number>(LOG, 'a', next), 2);
      assert.equal(engine.stats(LOG).seq, 2);
    });

    test('keeps who and why', async () => {
      const engine = await create();
      await engine.update<number>(LOG, 'a', next, { actor: 'ada' });
      assert.deepEqual(
        (await streamOf(engine)).map(({ meta }) => meta),
        [{ actor: 'ada' }],
      );
    });
  });
}
