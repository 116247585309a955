import { describe, expect, test } from '@jest/globals';
import { encodeJson } from '../../../../src/storage/log/index.js';
import { logBench, readLog, replaceAll, set } from '../../../support/log-bench.js';

const bench = logBench();

const cycle: Record<string, unknown> = { a: {} };
(cycle.a as Record<string, unknown>).back = cycle;

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = i % 2 ? [value] : { n: value };
  return value;
};

class Secret {
  #hidden = 1;
  shown = 2;
  read = () => this.#hidden;
}

const REFUSED: [string, unknown, string | RegExp][] = [
  ['undefined', undefined, 'value is undefined'],
  ['an undefined member', { players: [{}, { score: undefined }] }, 'value.players[1].score is undefined'],
  ['an undefined element', [1, undefined], 'value[1] is undefined'],
  ['a hole in an array', new Array(2), 'value[0] is undefined'],
  ['a function', { f: () => 1 }, 'value.f is a function'],
  ['a symbol', { 'odd name': Symbol('s') }, 'value["odd name"] is a symbol'],
  ['a BigInt', { n: 1n }, 'value.n is a BigInt'],
  ['NaN', { n: Number.NaN }, 'value.n is NaN'],
  ['Infinity', [Number.POSITIVE_INFINITY], 'value[0] is Infinity'],
  ['-Infinity', -1 / 0, 'value is -Infinity'],
  ['a cycle', cycle, 'value.a.back is a cycle'],
  ['a Map', { m: new Map([[1, 2]]) }, 'value.m is a Map'],
  ['a Set', new Set([1]), 'value is a Set'],
  ['a typed array', { bytes: new Uint8Array(2) }, 'value.bytes is a Uint8Array'],
  ['an ArrayBuffer', { bytes: new ArrayBuffer(2) }, 'value.bytes is a ArrayBuffer'],
  ['an invalid Date', { at: new Date(Number.NaN) }, 'value.at is an invalid Date'],
  ['a RegExp', { r: /x/ }, 'value.r is a RegExp'],
  ['an Error', { e: new Error('x') }, 'value.e is a Error'],
  ['a Promise', { p: Promise.resolve(1) }, 'value.p is a Promise'],
  ['a boxed number', { n: Object(1) }, 'value.n is a Number'],
  ['what is nested too deep', nested(1002), /^value(\.n|\[0\])+ is nested deeper than 1000 levels/],
  ['a toJSON that gives NaN', { toJSON: () => ({ n: Number.NaN }) }, 'value.n is NaN'],
  ['a toJSON that gives nothing', { x: { toJSON: () => undefined } }, 'value.x is undefined'],
];

describe('a value that JSON cannot carry is refused with the path of the offending member', () => {
  test.each(REFUSED)('%s', async (_, value, path) => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    await engine.append('a', set('k', 'before'));
    const before = await readLog(dataDir, 'a');
    const refusal = engine.append('a', set('k', value));
    await expect(refusal).rejects.toThrow(TypeError);
    await expect(refusal).rejects.toThrow(path);
    expect(await engine.get('a', 'k')).toBe('before');
    expect(await readLog(dataDir, 'a')).toBe(before);
  });

  test('in a whole state', async () => {
    const engine = await bench.engine();
    await expect(engine.append('a', replaceAll({ x: { y: undefined } }))).rejects.toThrow('data.x.y is undefined');
    await expect(engine.append('a', replaceAll([] as unknown as Record<string, unknown>))).rejects.toThrow(TypeError);
  });

  test('in an audit trail', async () => {
    const engine = await bench.engine();
    const meta = { actor: 1n } as unknown as { actor: string };
    await expect(engine.append('a', set('k', 1), meta)).rejects.toThrow('meta.actor is a BigInt');
  });

  test('in what an update makes', async () => {
    const engine = await bench.engine();
    await engine.append('a', set('k', 1));
    await expect(engine.update('a', 'k', () => ({ n: Number.NaN }))).rejects.toThrow('value.n is NaN');
    await expect(engine.update('a', 'k', () => Promise.resolve(1))).rejects.toThrow('value is a Promise');
    expect(await engine.get('a', 'k')).toBe(1);
  });
});

describe('a value that JSON carries passes', () => {
  test.each([
    ['the same object at two places', [cycle.x, [1], [1]].slice(1), '[[1],[1]]'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    ['an instance of a class, by its own members', { shown: new Secret().shown }, '{"shown":2}'],
    ['what toJSON gives', { toJSON: () => [1] }, '[1]'],
    ['a Date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['minus zero as zero', -0, '0'],
    ['lone surrogates, escaped', '\ud800', '"\\ud800"'],
    ['1000 levels', nested(1000), JSON.stringify(nested(1000))],
  ])('%s', (_, value, json) => {
    expect(encodeJson(value, 'value')).toBe(json);
  });

  test('twice in one value', () => {
    const shared = { n: 1 };
    expect(encodeJson({ a: shared, b: [shared, shared] }, 'value')).toBe('{"a":{"n":1},"b":[{"n":1},{"n":1}]}');
  });
});
