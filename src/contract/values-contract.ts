/** Which keys and values there are: whatever JSON can carry, and nothing else. */
import assert from 'node:assert/strict';
import { appendAll, LOG, recordOf, remove, replaceAll, type Stage, set, stateOf } from './stage.js';

const KEYS = [
  '',
  ' ',
  '.',
  '*',
  '>',
  'a.b.c',
  'a/b',
  '__proto__',
  'constructor',
  'toString',
  '"quoted"',
  'back\\slash',
  'line\nbreak',
  '\u0000',
  'ключ',
  '🎨',
  'e\u0301',
  '\u00e9',
  'A',
  'a',
  '\ud800',
  'x'.repeat(10_000),
];

const VALUES: unknown[] = [
  null,
  0,
  -0.5,
  1e300,
  Number.MAX_SAFE_INTEGER,
  '',
  'text\n"with"\\everything\u2028🎨',
  true,
  false,
  [],
  {},
  [[[]]],
  { a: { b: [null, { c: '' }] } },
  recordOf([['__proto__', { polluted: true }]]),
];

export function valuesContract({ runner: { describe, test }, engine: create, reopened, subject }: Stage): void {
  describe('keys and values', () => {
    test('may be any text, and stay what they are', async () => {
      let engine = await create();
      await appendAll(
        engine,
        KEYS.map((key, i) => set(key, i)),
      );
      const expected = recordOf(KEYS.map((key, i) => [key, i] as const));
      assert.deepEqual(await stateOf(engine), expected);
      for (const [i, key] of KEYS.entries()) assert.equal(await engine.get(LOG, key), i, JSON.stringify(key));
      assert.deepEqual(await engine.rebuildState(LOG), expected);
      if (subject.isDurable !== false) engine = await reopened(engine);
      if (subject.isDurable !== false) assert.deepEqual(await stateOf(engine), expected);
      await appendAll(engine, KEYS.map(remove));
      assert.deepEqual(await stateOf(engine), {});
    });

    test('are in a whole state what they are alone', async () => {
      const engine = await create();
      const state = recordOf(KEYS.map((key, i) => [key, i] as const));
      await engine.append(LOG, replaceAll(state));
      assert.deepEqual(await stateOf(engine), state);
      for (const [i, key] of KEYS.entries()) assert.equal(await engine.get(LOG, key), i, JSON.stringify(key));
    });

    test('may be any value of JSON', async () => {
      const engine = await create();
      for (const value of VALUES) {
        await engine.append(LOG, set('a', value));
        assert.deepEqual(await engine.get(LOG, 'a'), value);
        assert.equal(await engine.has(LOG, 'a'), true);
      }
    });

    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const refused: [string, unknown][] = [
      ['undefined', undefined],
      ['a function', () => 1],
      ['a BigInt', 1n],
      ['NaN', Number.NaN],
      ['Infinity', { deep: [Number.POSITIVE_INFINITY] }],
      ['a cycle', cyclic],
      ['undefined in a list', [1, undefined]],
    ];
    for (const [name, value] of refused) {
      test(`are refused where JSON cannot carry them, and nothing is written: ${name}`, async () => {
        const engine = await create();
        await engine.append(LOG, set('a', 1));
        await assert.rejects(async () => engine.append(LOG, set('a', value)), TypeError);
        await assert.rejects(async () => engine.append(LOG, replaceAll({ a: value })), TypeError);
        await assert.rejects(async () => engine.update(LOG, 'a', () => [value]), TypeError);
        assert.equal(engine.stats(LOG).seq, 1);
        assert.equal(await engine.get(LOG, 'a'), 1);
      });
    }

    for (const name of ['', '..', '../x', 'a/b', 'A', '-a', 'a.b', 'x'.repeat(65), 5, undefined]) {
      test(`refuse the log name ${JSON.stringify(name)}`, async () => {
        const engine = await create();
        const log = name as string;
        await assert.rejects(async () => engine.append(log, set('a', 1)), TypeError);
        await assert.rejects(async () => engine.get(log, 'a'), TypeError);
        await assert.rejects(async () => engine.openLog(log), TypeError);
        assert.throws(() => engine.size(log), TypeError);
        assert.throws(() => engine.stats(log), TypeError);
        assert.deepEqual(await engine.listLogs(), []);
      });
    }

    test('refuse a key that is no text', async () => {
      const engine = await create();
      await assert.rejects(async () => engine.append(LOG, set(5 as never, 1)), TypeError);
      await assert.rejects(async () => engine.get(LOG, undefined as never), TypeError);
      await assert.rejects(async () => engine.append(LOG, { op: 'PUT', key: 'a', value: 1 } as never), TypeError);
      assert.equal(engine.size(LOG), 0);
    });
  });
}
