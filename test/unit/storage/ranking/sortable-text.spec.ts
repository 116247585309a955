import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { endOf, readText, spell, spellingLimit } from '../../../../src/storage/ranking/sortable-text.js';

function spelled(...texts: string[]): Buffer {
  const bytes = Buffer.alloc(texts.reduce((sum, text) => sum + spellingLimit(text), 0));
  return bytes.subarray(
    0,
    texts.reduce((at, text) => spell(text, bytes, at), 0),
  );
}

/** Any sequence of code units, paired or not; the ones that are spelled in a special way often. */
const texts = fc
  .array(fc.oneof(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0x7ff, 0x800, 0xd83d, 0xde00), fc.nat(0xffff)), { maxLength: 5 })
  .map((units) => String.fromCharCode(...units));

test('text comes back as it was', () => {
  fc.assert(fc.property(texts, (text) => expect(readText(spelled(text), 0)).toBe(text)));
});

test('texts follow each other, each with an end', () => {
  fc.assert(
    fc.property(texts, texts, (first, second) => {
      const bytes = spelled(first, second);
      expect(endOf(bytes, endOf(bytes, 0))).toBe(bytes.length);
      expect(readText(bytes, endOf(bytes, 0))).toBe(second);
    }),
  );
});

test('bytes compare like code units, pairs like their parts', () => {
  const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
  fc.assert(
    fc.property(texts, texts, texts, texts, (a, b, c, d) => {
      expect(Buffer.compare(spelled(a, b), spelled(c, d))).toBe(compare(a, c) || compare(b, d));
      expect(Buffer.compare(spelled(a, b), spelled(a, d))).toBe(compare(b, d));
    }),
  );
});
