import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { extendCrc } from '../../../../src/storage/log/crc.js';
import { crcJoiner, joinCrcs } from '../../../../src/storage/log/crc-joining.js';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('the checksum of two pieces', () => {
  test('joined is that of both in one', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, (before, first, second) => {
        const chain = extendCrc(extendCrc(0, before), first);
        const together = extendCrc(chain, second);
        expect(joinCrcs(chain, extendCrc(0, second), second.length)).toBe(together);
        expect(crcJoiner(second.length)(chain, extendCrc(0, second))).toBe(together);
      }),
    );
  });

  test('is right for pieces of many gigabytes, by way of smaller ones', () => {
    const piece = extendCrc(0, Buffer.alloc(1 << 20, 'x'));
    let crc = piece;
    let length = 1 << 20;
    for (; length < 2 ** 33; length *= 2) crc = joinCrcs(crc, crc, length);
    const join = crcJoiner(1 << 20);
    let oneByOne = piece;
    for (let at = 1 << 20; at < 2 ** 33; at += 1 << 20) oneByOne = join(oneByOne, piece);
    expect(crc).toBe(oneByOne);
  });
});
