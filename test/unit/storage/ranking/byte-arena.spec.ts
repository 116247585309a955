import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ByteArena } from '../../../../src/storage/ranking/byte-arena.js';

function fill(arena: ByteArena, address: number, bytes: number, byte: number): void {
  const start = arena.offsetOf(address);
  arena.chunkOf(address).fill(byte, start, start + bytes);
}

function holds(arena: ByteArena, address: number, bytes: number, byte: number): boolean {
  const start = arena.offsetOf(address);
  const run = arena.chunkOf(address).subarray(start, start + bytes);
  return run.length === bytes && run.every((one) => one === byte);
}

describe('an arena', () => {
  test('gives freed space to the next run of the same size', () => {
    const arena = new ByteArena();
    const addresses = [30, 30, 30].map((bytes) => arena.allocate(bytes));
    for (const address of addresses) arena.free(address, 30);
    expect([29, 30, 31].map((bytes) => arena.allocate(bytes)).sort()).toEqual(addresses.sort());
    expect(addresses).not.toContain(arena.allocate(30));
  });

  test('lets go of the chunk of a huge run', () => {
    const arena = new ByteArena();
    const huge = arena.allocate(1_000_000);
    expect(arena.chunkOf(huge).length).toBeGreaterThanOrEqual(1_000_000);
    arena.free(huge, 1_000_000);
    expect(arena.chunkOf(huge).length).toBe(0);
    expect(arena.allocate(2_000_000)).toBe(huge);
  });

  test('never lets runs overlap', () => {
    const sizes = fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 1, max: 200 }) },
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 80_000 }) },
      { weight: 1, arbitrary: fc.constantFrom(262_140, 262_144, 262_145, 400_000) },
    );
    const steps = fc.array(fc.record({ bytes: sizes, frees: fc.option(fc.nat(20), { freq: 2 }) }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (commands) => {
        const arena = new ByteArena();
        const runs: [address: number, bytes: number, byte: number][] = [];
        for (const [i, { bytes, frees }] of commands.entries()) {
          const [freed] = frees === null ? [] : runs.splice(frees, 1);
          if (freed) arena.free(freed[0], freed[1]);
          const address = arena.allocate(bytes);
          fill(arena, address, bytes, (i % 255) + 1);
          runs.push([address, bytes, (i % 255) + 1]);
        }
        for (const [address, bytes, byte] of runs) expect(holds(arena, address, bytes, byte)).toBe(true);
      }),
    );
  });
});
