/** Keys and values of strangers, as a terminal may show them. */
import { expect, test } from '@jest/globals';
import { placeText } from '../../../src/cli/place.js';
import { bytesText, jsonText, keyText, plainText, shortValue } from '../../../src/cli/printable.js';

/** Nothing that a terminal would act on. */
const ACTS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202e\u200e\u2066]/u;
const HOSTILE = [
  '\u001b[31mred',
  '\u009b31m',
  'a\u0000b',
  '\r\n',
  '\u007f',
  'a\u202eb',
  'half \ud800',
  '\u2028',
  '\u2066x',
  '\u001b]0;title\u0007',
];

test.each(HOSTILE)('%j is shown escaped, and as JSON it still is the same text', (text) => {
  for (const shown of [
    jsonText(text),
    plainText(text),
    keyText(text),
    shortValue({ [text]: text }),
    placeText({ file: text, line: 1, key: text }),
  ]) {
    expect(shown).not.toMatch(ACTS);
  }
  expect(JSON.parse(jsonText({ [text]: [text] }))).toEqual({ [text]: [text] });
});

test('plain keys need no quotes, others have them', () => {
  expect(['user123', 'Bjørn', '李雷', 'a.b:c@d/e-f', '', 'a b', '"'].map(keyText)).toEqual([
    'user123',
    'Bjørn',
    '李雷',
    'a.b:c@d/e-f',
    '""',
    '"a b"',
    '"\\""',
  ]);
});

test('a long value is cut, and never in the middle of a character', () => {
  expect(shortValue('x'.repeat(100), 10)).toBe('"xxxxxxxx…');
  for (let length = 3; length < 12; length += 1) expect(shortValue('😀'.repeat(10), length)).not.toMatch(/\p{Cs}/u);
  expect(shortValue({ a: 1 }, 7)).toBe('{"a":1}');
});

test('indented JSON keeps its line breaks and nothing else of the kind', () => {
  expect(jsonText({ a: '\n\u001b' }, 2)).toBe('{\n  "a": "\\n\\u001b"\n}');
});

test('a place is printed as the contract says', () => {
  expect(placeText({ file: 'logs/players.log', line: 250, offset: 61234, key: 'user123' })).toBe(
    'logs/players.log:250 (line 250, byte 61234, key "user123")',
  );
  expect(placeText({ file: 'logs/a.log.backup.1.gz', line: 2, offset: 9, unpacked: true })).toBe(
    'logs/a.log.backup.1.gz:2 (line 2, byte 9 unpacked)',
  );
  expect(placeText({ file: 'players.json' })).toBe('players.json');
});

test('sizes', () => {
  expect([0, 1023, 1024, 1536, 20_000, 5 * 1024 ** 3].map(bytesText)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 KiB',
    '20 KiB',
    '5.0 GiB',
  ]);
});
