import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { extendCrc } from '../../../../src/storage/log/crc.js';
import { PageSummer, type StatePages } from '../../../../src/storage/log/state-pages.js';

const PAGE = 2048;
const START = 777;
const CHAIN = 0xdeadbeef;

function summed(bytes: Buffer, cuts: number[]): { pages: StatePages; chain: number } {
  const summer = new PageSummer(START, CHAIN);
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < at.length; i += 1) summer.push(bytes.subarray(at[i - 1], at[i]));
  const { chain } = summer;
  return { pages: summer.finish(), chain };
}

const state = fc
  .tuple(fc.integer({ min: 1, max: 5 * PAGE }), fc.integer())
  .map(([length, seed]) => Buffer.from(Array.from({ length }, (_, i) => (i * 31 + seed) & 255)));

describe('the pages of a state', () => {
  test('come to one checksum and one account, in whatever pieces the bytes arrive', () => {
    fc.assert(
      fc.property(state, fc.array(fc.nat(), { maxLength: 6 }), (bytes, cuts) => {
        const { pages, chain } = summed(bytes, cuts);
        expect(chain).toBe(extendCrc(CHAIN, bytes));
        expect([pages.start, pages.end]).toEqual([START, START + bytes.length]);
        expect(pages.damageIn(bytes, START)).toBeUndefined();
      }),
    );
  });

  test('tell any flipped bit from any stretch that holds it, and nothing else', () => {
    fc.assert(
      fc.property(state, fc.nat(), fc.nat(), fc.nat(7), (bytes, a, b, bit) => {
        const { pages } = summed(bytes, []);
        const [from, to] = [a % bytes.length, b % bytes.length].sort((x, y) => x - y) as [number, number];
        const stretch = pages.around(START + from, START + to + 1);
        const read = (source: Buffer) => source.subarray(stretch.from - START, stretch.to - START);
        expect(stretch.from).toBeLessThanOrEqual(START + from);
        expect(stretch.to).toBeGreaterThan(START + to);
        expect(pages.damageIn(read(bytes), stretch.from)).toBeUndefined();
        const rotten = Buffer.from(bytes);
        rotten[from] = (rotten[from] as number) ^ (1 << bit);
        const place = START + from - (from % PAGE);
        expect(pages.damageIn(read(rotten), stretch.from)).toBe(place);
      }),
    );
  });

  test('are the same in another place of another file', () => {
    const bytes = Buffer.alloc(3 * PAGE + 5, 'y');
    const { pages } = summed(bytes, []);
    const moved = pages.shifted(-700);
    expect([moved.start, moved.end]).toEqual([77, 77 + bytes.length]);
    expect(moved.damageIn(bytes, 77)).toBeUndefined();
    expect(moved.covers(76)).toBe(false);
    expect(moved.covers(77)).toBe(true);
    expect(moved.covers(77 + bytes.length)).toBe(false);
  });
});
