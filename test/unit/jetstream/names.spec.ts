import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyToken, LogNames, logOfStream } from '../../../src/jetstream/names.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('', '*', '>', '.', 'a.b', ' ', '\n', '\0', '__proto__', '\ud800', '\udfff', '\ufffd', 'A', 'a'),
);

describe('the subject of a key', () => {
  test('is another for another key, and legal for any', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [token, otherToken] = [keyToken(one), keyToken(other)];
        expect(token).toMatch(/^[\w-]{1,300}$/);
        expect(token === otherToken).toBe(one === other);
      }),
      { numRuns: 3000 },
    );
  });

  test('stays short for a key of 64 KiB, and tells two of them apart that differ in the last character', () => {
    const long = 'x'.repeat(65_536);
    expect(keyToken(long).length).toBeLessThan(64);
    expect(keyToken(`${long}y`)).not.toBe(keyToken(`${long}z`));
  });

  test('tells half a character from its replacement', () => {
    expect(keyToken('\ud800')).not.toBe(keyToken('\ufffd'));
    expect(keyToken('\ud800')).not.toBe(keyToken('\ud801'));
  });
});

describe('the stream of a log', () => {
  test('is no other log’s, under whatever prefix', () => {
    expect(new LogNames('a', 'b_c').stream).toBe('a_b_c');
    expect(logOfStream('a', 'a_b_c')).toBe('b_c');
    expect(logOfStream('a-b', 'a_b_c')).toBeUndefined();
    expect(logOfStream('a', 'a__control')).toBeUndefined();
  });
});
