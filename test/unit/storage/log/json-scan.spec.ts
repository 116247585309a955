import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonValueEnd, StateScanner, stringEnd } from '../../../../src/storage/log/json-scan.js';

/** The members that the scanner finds, fed in pieces that end at `cuts`. */
function members(line: Buffer, wanted: 'state' | 'data', cuts: number[] = []): [unknown, unknown][] {
  const found: [unknown, unknown][] = [];
  const scanner = new StateScanner(0, wanted, (key, keyAt, offset, length) => {
    const keyEnd = stringEnd(key, keyAt, key.length);
    const text = line.toString('utf8', offset, offset + length);
    found.push([JSON.parse(Buffer.from(key).toString('utf8', keyAt, keyEnd)), JSON.parse(`{${text}}`)]);
  });
  let start = 0;
  for (const end of [...cuts, line.length].sort((a, b) => a - b)) {
    // Each piece in a buffer of its own, as read from the disk.
    const piece = Buffer.from(line.subarray(start, end));
    scanner.push(piece, 0, piece.length);
    start = end;
  }
  return found;
}

const expected = (state: Record<string, unknown>) =>
  Object.keys(state).map((key) => [key, Object.fromEntries([[key, state[key]]])]);

describe('the members of a whole state are found', () => {
  test('whatever the pieces in which the line arrives', () => {
    const state = fc.dictionary(fc.string({ unit: 'binary', maxLength: 4 }), fc.jsonValue({ maxDepth: 3 }), {
      maxKeys: 6,
    });
    fc.assert(
      fc.property(state, fc.boolean(), fc.array(fc.nat(400), { maxLength: 8 }), (data, checkpoint, cuts) => {
        const whole = checkpoint
          ? { timestamp: 't', op: 'CHECKPOINT', state: data, compactedAt: 'state', seq: 1 }
          : { timestamp: 'data', op: 'SET', data, meta: { actor: '"state":{' }, seq: 1 };
        const line = Buffer.from(JSON.stringify(whole));
        const found = members(
          line,
          checkpoint ? 'state' : 'data',
          cuts.map((cut) => cut % (line.length + 1)),
        );
        // As JSON has it: a minus zero is written as zero.
        expect(found).toEqual(expected(JSON.parse(JSON.stringify(data))));
      }),
    );
  });

  test('with whitespace anywhere', () => {
    const line = Buffer.from(
      '{ "op" : "SET" , "data" : { "a" : 1 , "b" : [ { "data" : { "c" : 2 } } ] } , "seq" : 1 }',
    );
    expect(members(line, 'data')).toEqual(expected({ a: 1, b: [{ data: { c: 2 } }] }));
  });

  test('none in an empty state', () => {
    expect(members(Buffer.from('{"op":"SET","data":{},"seq":1}'), 'data')).toEqual([]);
  });

  test('of the one that is asked for, however it is spelled', () => {
    const line = Buffer.from('{"op":"SET","state":{"a":1},"d\\u0061ta":{"b":2},"seq":1}');
    expect(members(line, 'data')).toEqual(expected({ b: 2 }));
    expect(members(line, 'state')).toEqual(expected({ a: 1 }));
  });
});

describe('the end of a value', () => {
  test('is found behind any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(',"seq":1}', '}', ',', ']'), (value, behind) => {
        const json = JSON.stringify(value);
        const bytes = Buffer.from(`${json}${behind}`);
        expect(jsonValueEnd(bytes, 0, bytes.length)).toBe(Buffer.byteLength(json));
      }),
    );
  });

  test('is not found where the value is not whole', () => {
    for (const text of ['"abc', '"abc\\"', '[1,', '{"a":"}"', '[{}']) {
      expect(jsonValueEnd(Buffer.from(text), 0, text.length)).toBe(-1);
    }
  });
});
