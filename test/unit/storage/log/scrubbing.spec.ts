import { describe, expect, test } from '@jest/globals';
import { lineScrubber, type Scrub } from '../../../../src/storage/log/scrubbing.js';

const TIME = '"timestamp":"2026-11-22T12:00:00.000Z"';
const END = '"seq":7,"crc":"1a2b3c4d"}';
const GONE = `{${TIME},"op":"DELETE","key":"erased:1","seq":7,"crc":"00000000"}`;

function scrubbed(line: string, scrub: Partial<Scrub> = {}): string | undefined {
  const all: Scrub = {
    key: 'u1',
    mentions: [],
    keyUpToSeq: 100,
    mentionsUpToSeq: 100,
    placeholder: 'erased:1',
    ...scrub,
  };
  return lineScrubber(all)(Buffer.from(line))?.toString('utf8');
}

describe('an entry', () => {
  test.each([
    ['a SET of the key', `{${TIME},"op":"SET","key":"u1","value":{"score":1},${END}`],
    ['its tombstone', `{${TIME},"op":"DELETE","key":"u1",${END}`],
    ['with its audit trail', `{${TIME},"op":"SET","key":"u1","value":1,"meta":{"actor":"u2"},${END}`],
    ['spelled otherwise', `{ "seq" : 7, "crc":"1a2b3c4d", "key":"\\u00751", ${TIME}, "op":"SET", "value":1 }`],
  ])('%s becomes a tombstone of a key that nobody had', (_, line) => {
    expect(scrubbed(line)).toBe(GONE);
  });

  test.each([
    ['of another key', `{${TIME},"op":"SET","key":"u12","value":{"u1x":"xu1"},${END}`],
    [
      'of another key, whose value names it where only its own entries go',
      `{${TIME},"op":"SET","key":"b","value":"u1",${END}`,
    ],
    ['of a later life', `{${TIME},"op":"SET","key":"u1","value":1,"seq":101,"crc":"1a2b3c4d"}`],
  ])('%s stays as it is', (_, line) => {
    expect(scrubbed(line)).toBeUndefined();
  });

  test('of another key loses an audit trail that names the key, and keeps every byte of its value', () => {
    const line = `{${TIME},"op":"SET","key":"b","value":{"n":1.50,"big":12345678901234567890},"meta":{"actor":"u1"},${END}`;
    expect(scrubbed(line)).toBe(
      `{${TIME},"op":"SET","key":"b","value":{"n":1.50,"big":12345678901234567890},"seq":7,"crc":"00000000"}`,
    );
    expect(scrubbed(line.replace('"actor":"u1"', '"reason":"won against u1."'))).toContain('"key":"b"');
    expect(scrubbed(line.replace('"actor":"u1"', '"reason":"u12 won"'))).toBeUndefined();
  });

  test.each([
    ['in its key', `{${TIME},"op":"SET","key":"2026-11-22/u1","value":1,${END}`],
    ['in a text of its value', `{${TIME},"op":"SET","key":"g","value":[{"by":"u1"}],${END}`],
    ['in the name of a member', `{${TIME},"op":"SET","key":"g","value":{"u1":3},${END}`],
    ['spelled otherwise', `{${TIME},"op":"SET","key":"g","value":"\\u00751",${END}`],
  ])('that mentions somebody %s goes where mentions go', (_, line) => {
    expect(scrubbed(line, { key: undefined, mentions: ['u1'] })).toBe(GONE);
  });

  test('that mentions a number goes, too', () => {
    const line = `{${TIME},"op":"SET","key":"g","value":{"id":12345},${END}`;
    expect(scrubbed(line, { key: undefined, mentions: ['12345'] })).toBe(GONE);
    expect(scrubbed(line, { key: undefined, mentions: ['1234'] })).toBeUndefined();
  });

  test('without seq and checksum gets none', () => {
    const line = `{${TIME},"op":"SET","key":"u1","value":1}`;
    expect(scrubbed(line)).toBe(`{${TIME},"op":"DELETE","key":"erased:1"}`);
  });

  test('that the reference bot glued to a torn one is freed from it', () => {
    const whole = `{${TIME},"op":"SET","key":"b","value":1}`;
    expect(scrubbed(`{${TIME},"op":"SET","key":"u1","va${whole}`)).toBe(whole);
    expect(scrubbed(`{${TIME},"op":"SET","key":"u1","va`)).toBe('');
  });

  test('nested deeper than the stack is searched all the same', () => {
    const deep = `${'['.repeat(200_000)}"u1"${']'.repeat(200_000)}`;
    const line = `{${TIME},"op":"SET","key":"b","value":${deep},${END}`;
    expect(scrubbed(line, { key: undefined, mentions: ['u1'] })).toBe(GONE);
  });

  test.each(['', 'a.b*c', '__proto__', '"quoted"\n', '🎨', 'constructor'])('of the key %j is found', (key) => {
    const line = `{${TIME},"op":"SET","key":${JSON.stringify(key)},"value":1,${END}`;
    expect(scrubbed(line, { key })).toBe(GONE);
    expect(scrubbed(`{${TIME},"op":"SET","key":"b","value":1,${END}`, { key })).toBeUndefined();
  });
});

describe('a whole state', () => {
  const checkpoint = (state: string) => `{${TIME},"op":"CHECKPOINT","state":{${state}},"compactedAt":"2026",${END}`;
  const zeroed = (line: string) => line.replace('1a2b3c4d', '00000000');

  test.each([
    ['"u1":{"a":1},"b":2', '"b":2'],
    ['"b":2,"u1":{"a":1}', '"b":2'],
    ['"b":2,"u1":[1,2],"c":{"x":{"u1":1}}', '"b":2,"c":{"x":{"u1":1}}'],
    ['"u1":1', ''],
  ])('{%s} loses the member of the key', (before, after) => {
    expect(scrubbed(checkpoint(before))).toBe(zeroed(checkpoint(after)));
  });

  test('loses members that mention somebody, where mentions go', () => {
    const scrub = { key: undefined, mentions: ['u1'] };
    expect(scrubbed(checkpoint('"a":{"by":"u1"},"b":2,"day/u1":3'), scrub)).toBe(zeroed(checkpoint('"b":2')));
    expect(scrubbed(checkpoint('"a":"u12"'), scrub)).toBeUndefined();
  });

  test('of a SET loses an audit trail that names the key, too', () => {
    const line = `{${TIME},"op":"SET","data":{"u1":1,"b":2},"meta":{"reason":"for u1"},${END}`;
    expect(scrubbed(line)).toBe(`{${TIME},"op":"SET","data":{"b":2},"seq":7,"crc":"00000000"}`);
    expect(scrubbed(line.replace('"u1":1,', ''))).toBe(`{${TIME},"op":"SET","data":{"b":2},"seq":7,"crc":"00000000"}`);
  });

  test('without a time, as the reference bot wrote it, keeps what it has', () => {
    const line = '{"op":"CHECKPOINT","state":{"u1":1,"b":2},"compactedAt":"2025-10-22T00:00:00.000Z"}';
    expect(scrubbed(line)).toBe('{"op":"CHECKPOINT","state":{"b":2},"compactedAt":"2025-10-22T00:00:00.000Z"}');
  });

  test('of a later life stays', () => {
    expect(scrubbed(checkpoint('"u1":1'), { keyUpToSeq: 6 })).toBeUndefined();
    expect(scrubbed(checkpoint('"u1":1'), { mentions: ['u1'], keyUpToSeq: 6, mentionsUpToSeq: 6 })).toBeUndefined();
  });
});
