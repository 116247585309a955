import { describe, expect, test } from '@jest/globals';
import { collect, entriesOf, logBench, remove, replaceAll, set, stateOf } from '../../../support/log-bench.js';

const bench = logBench();

const KEYS: [string, string][] = [
  ['the empty key', ''],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['toString', 'toString'],
  ['hasOwnProperty', 'hasOwnProperty'],
  ['an emoji', '👩🏽‍🚀'],
  ['U+2028 and U+2029', 'a\u2028b\u2029'],
  ['a lone high surrogate', 'x\ud800'],
  ['a lone low surrogate', '\udc00x'],
  ['NUL and control characters', '\u0000\u001f\u007f\n\r\t'],
  ['quotes and backslashes', '"\\"\\\\'],
  ['what looks like the end of a line', '"},"seq":1,"crc":"00000000"}\n'],
  ['digits', '0'],
  ['a very long key', 'é'.repeat(70_000)],
];

describe.each(KEYS)('%s', (_, key) => {
  test('is kept through reading, compaction and reopening, and deleted', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, mainFiles: true });
    await engine.append('a', set(key, { [key]: key }));
    await engine.append('a', set('other', 1));
    const own = Object.fromEntries([[key, key]]);
    expect(await engine.get('a', key)).toEqual(own);
    await engine.compact('a');
    expect(await engine.get('a', key)).toEqual(own);
    expect(await collect(engine.keys('a'))).toContain(key);
    await engine.close();
    const again = await bench.engine({ dataDir, recovery: 'strict' });
    expect(await again.has('a', key)).toBe(true);
    expect(await stateOf(again, 'a')).toEqual(
      new Map<string, unknown>([
        [key, own],
        ['other', 1],
      ]),
    );
    const rebuilt = await again.rebuildState('a');
    expect(Object.getPrototypeOf(rebuilt)).toBe(Object.prototype);
    expect(new Map(Object.entries(rebuilt)).get(key)).toEqual(own);
    await again.append('a', remove(key));
    expect(await again.get('a', key)).toBeUndefined();
    expect(await collect(again.keys('a'))).toEqual(['other']);
  });

  test('is updated, streamed and replaced like any other', async () => {
    const engine = await bench.engine();
    await engine.append('a', replaceAll(Object.fromEntries([[key, 1]])));
    expect(await engine.update<number>('a', key, (n) => (n ?? 0) + 1)).toBe(2);
    expect(await engine.get('a', key)).toBe(2);
    const ops = (await entriesOf(engine, 'a', { key })).map((entry) => entry.op);
    expect(ops).toEqual(['SET', 'SET']);
    await engine.append('a', replaceAll({ z: 1 }));
    expect(await engine.has('a', key)).toBe(false);
  });

  test('is not there before it is written', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('other', 1));
    expect(await engine.get('a', key)).toBeUndefined();
    expect(await engine.has('a', key)).toBe(false);
  });
});

test('a value with a member __proto__ keeps it as a member', async () => {
  const engine = await bench.engine({ cacheBytes: 1_000_000 });
  const value = JSON.parse('{"__proto__":{"admin":true},"constructor":1}') as Record<string, unknown>;
  await engine.append('a', set('k', value));
  for (let i = 0; i < 2; i += 1) {
    const read = (await engine.get('a', 'k')) as Record<string, unknown>;
    expect(JSON.stringify(read)).toBe('{"__proto__":{"admin":true},"constructor":1}');
    expect((read as { admin?: boolean }).admin).toBeUndefined();
  }
});
