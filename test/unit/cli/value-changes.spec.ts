/** What changed between two values of a key. */
import { expect, test } from '@jest/globals';
import { memberChanges, memberChangeText } from '../../../src/cli/value-changes.js';

const texts = (from: unknown, to: unknown) => memberChanges(from, to).map(memberChangeText);

test.each([
  [{ a: 1 }, { a: 1 }, []],
  [{ a: 1, b: 2 }, { b: 3, c: 4 }, ['a − 1', 'b 2 → 3', 'c + 4']],
  [{ a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, ['a.b.c 1 → 2']],
  [{ a: [1, 2] }, { a: [1, 3] }, ['a[1] 2 → 3']],
  [{ a: [1, 2, 3, 4] }, { a: [1, 2, 3, 4, 5] }, ['a [4 items] → [5 items]']],
  [{ a: [1] }, { a: { 0: 1 } }, ['a [1] → {"0":1}']],
  [{ a: null }, { a: 0 }, ['a null → 0']],
  [undefined, 5, ['+ 5']],
  [5, undefined, ['− 5']],
  [1, 'x', ['1 → "x"']],
  [{ 'a b': 1 }, { 'a b': 2 }, ['"a b" 1 → 2']],
  [JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":2}'), ['__proto__ 1 → 2']],
])('%j to %j', (from, to, expected) => {
  expect(texts(from, to)).toEqual(expected);
});

test('what lies deeper than anybody reads is told as a whole', () => {
  const nested = (depth: number, value: unknown): unknown => (depth === 0 ? value : { n: nested(depth - 1, value) });
  const [change] = memberChanges(nested(500, 1), nested(500, 2));
  expect(change?.path.split('.').length).toBe(20);
});
