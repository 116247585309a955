/** What was: streams of entries, earlier states, going back, compaction, erasing. */
import assert from 'node:assert/strict';
import { diffStates, type LogEngine, LogError, restore } from '../storage/log/index.js';
import { appendAll, LOG, remove, replaceAll, type Stage, set, stateOf, streamOf, until } from './stage.js';

const CHANGES = [set('a', 1), set('b', 1), set('a', 2), remove('b'), replaceAll({ c: 1, a: 3 }), set('b', 2)];
/** The state after each of them. */
const STATES = [{}, { a: 1 }, { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 2 }, { c: 1, a: 3 }, { c: 1, a: 3, b: 2 }];

const seqsOf = async (engine: LogEngine, options = {}) => (await streamOf(engine, options)).map(({ seq }) => seq);

export function historyContract({ runner: { describe, test }, engine: create, reopened, subject }: Stage): void {
  const told = async (): Promise<LogEngine> => {
    const engine = await create();
    await appendAll(engine, CHANGES);
    return engine;
  };

  describe('the history', () => {
    test('is streamed oldest first, from a seq and of a key', async () => {
      const engine = await told();
      assert.deepEqual(await seqsOf(engine), [1, 2, 3, 4, 5, 6]);
      assert.deepEqual(await seqsOf(engine, { fromSeq: 4 }), [4, 5, 6]);
      const ofB = await streamOf(engine, { key: 'b' });
      assert.deepEqual(
        ofB.map(({ seq, op, value, data }) => [seq, op, value ?? data]),
        [
          [2, 'SET', 1],
          [4, 'DELETE', undefined],
          [5, 'SET', {}],
          [6, 'SET', 2],
        ],
      );
    });

    test('is streamed between two times', async () => {
      const engine = await told();
      const [first] = await streamOf(engine);
      const last = (await streamOf(engine)).at(-1);
      assert.equal((await streamOf(engine, { from: first?.timestamp, to: last?.timestamp })).length, 6);
      assert.deepEqual(await streamOf(engine, { to: Date.parse(first?.timestamp as string) - 1 }), []);
      assert.deepEqual(await streamOf(engine, { from: new Date(Date.parse(last?.timestamp as string) + 1) }), []);
      await assert.rejects(streamOf(engine, { from: 'never' }), TypeError);
    });

    test('is followed, each entry once, until the engine closes', async () => {
      const engine = await told();
      const followed: (number | undefined)[] = [];
      const done = (async () => {
        for await (const { seq } of engine.stream(LOG, { fromSeq: 5, follow: true })) followed.push(seq);
      })();
      await until('what is there is read', () => followed.length === 2);
      await Promise.all(Array.from({ length: 20 }, (_, i) => engine.append(LOG, set('z', i))));
      await until('what is new is heard of', () => followed.length === 22);
      assert.deepEqual(
        followed,
        Array.from({ length: 22 }, (_, i) => i + 5),
      );
      await engine.close();
      await done;
    });

    test('tells the state as of each seq', async () => {
      const engine = await told();
      for (const [at, state] of STATES.entries()) assert.deepEqual(await engine.rebuildState(LOG, { at }), state);
      assert.deepEqual(await engine.rebuildState(LOG), STATES.at(-1));
    });

    test('tells the state as of a time', async () => {
      const engine = await create();
      const [first] = await appendAll(engine, [set('a', 1)]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const [second] = await appendAll(engine, [set('a', 2)]);
      const timeOf = (entry: typeof first) => new Date(entry?.timestamp as string);
      assert.deepEqual(await engine.rebuildState(LOG, { at: timeOf(first) }), { a: 1 });
      assert.deepEqual(await engine.rebuildState(LOG, { at: timeOf(second) }), { a: 2 });
      assert.deepEqual(await engine.rebuildState(LOG, { at: new Date(timeOf(first).getTime() - 1) }), {});
    });

    test('can be gone back in', async () => {
      const engine = await told();
      assert.equal((await diffStates(engine, LOG, { from: 2 })).length, 3);
      await restore(engine, LOG, { at: 3 }, { actor: 'operator' });
      assert.deepEqual(await stateOf(engine), STATES[3]);
      await restore(engine, LOG, { at: 1, key: 'b' });
      assert.deepEqual(await stateOf(engine), { a: 2 });
      assert.deepEqual((await streamOf(engine)).at(-2)?.meta, { actor: 'operator', reason: 'restored to seq 3' });
    });
  });

  describe('compaction', () => {
    test('changes no value, and seqs go on', async () => {
      let engine = await told();
      const report = await engine.compact(LOG);
      assert.equal(report.outcome, 'compacted');
      assert.deepEqual(await stateOf(engine), STATES.at(-1));
      assert.ok(((await engine.append(LOG, set('d', 1))).seq as number) > 6);
      if (subject.isDurable !== false) engine = await reopened(engine);
      assert.deepEqual(await stateOf(engine), { ...STATES.at(-1), d: 1 });
    });

    test('beside writers loses nothing', async () => {
      const engine = await told();
      const writes = Array.from({ length: 300 }, (_, i) => engine.append(LOG, set(`w${i}`, i)));
      const [report] = await Promise.all([engine.compact(LOG), ...writes]);
      assert.equal(report.outcome, 'compacted');
      assert.equal(engine.size(LOG), 303);
    });

    test('of nothing is skipped, and says why', async () => {
      const engine = await create();
      const { outcome, reason } = await engine.compact(LOG);
      assert.equal(outcome, 'skipped');
      assert.ok(reason);
    });

    test('tells the moments that are kept as they were, and of no other', async () => {
      const engine = await told();
      await engine.compact(LOG, { keepBackups: 0 });
      const { seq } = await engine.append(LOG, set('d', 1));
      for (const [at, state] of STATES.entries()) {
        const rebuilt = await engine.rebuildState(LOG, { at }).catch((error: unknown) => error);
        if (rebuilt instanceof LogError) assert.equal(rebuilt.code, 'LOG_NOT_RETAINED');
        else assert.deepEqual(rebuilt, state);
      }
      assert.deepEqual(await engine.rebuildState(LOG, { at: 6 }), STATES[6]);
      assert.deepEqual(await engine.rebuildState(LOG, { at: seq as number }), { ...STATES[6], d: 1 });
    });
  });

  describe('erasing', () => {
    test('deletes a key and leaves nothing of it in the history', async () => {
      const engine = await create();
      await appendAll(engine, [set('a', 'secret'), set('b', 1), set('a', 'secret, too'), set('c', 2)]);
      const receipt = await engine.erase(LOG, 'a');
      assert.equal(receipt.existed, true);
      assert.equal(receipt.log, LOG);
      assert.deepEqual(await stateOf(engine), { b: 1, c: 2 });
      const left = JSON.stringify(await streamOf(engine, { backups: true }));
      assert.ok(!left.includes('secret') && !left.includes('"a"'), left);
      assert.equal((await engine.erase(LOG, 'a')).existed, false);
      await engine.append(LOG, set('a', 'a new life'));
      assert.equal(await engine.get(LOG, 'a'), 'a new life');
    });

    test('takes former values out that mention somebody, and is refused while a live one does', async () => {
      const engine = await create();
      await appendAll(engine, [set('g1', { by: 'ada' }), set('g2', { by: 'bob' })]);
      const erase = () => engine.erase(LOG, undefined, { mentions: ['ada'] });
      await assert.rejects(erase, { code: 'LOG_CONFLICT' });
      await engine.append(LOG, set('g1', { by: 'nobody' }));
      await erase();
      assert.ok(!JSON.stringify(await streamOf(engine, { backups: true })).includes('ada'));
      assert.deepEqual(await stateOf(engine), { g1: { by: 'nobody' }, g2: { by: 'bob' } });
    });
  });
}
