/** A disk above another one: what was written is read back, and nothing below changes. */
import { crc32 } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { OverlayDisk } from '../../../../src/storage/log/index.js';
import { MemoryDisk } from '../../../support/memory-disk.js';
import { Random, withSeed } from '../../../support/random.js';

const PAGE = 64 * 1024;

async function content(disk: OverlayDisk | MemoryDisk, path: string): Promise<string | undefined> {
  return (await disk.readFile(path))?.toString('latin1');
}

test('it reads what lies below, until something else was written there', async () => {
  const below = new MemoryDisk();
  below.put('d/a', 'hello');
  const disk = new OverlayDisk(below);
  expect(await content(disk, 'd/a')).toBe('hello');
  const file = await disk.open('d/a', 'write');
  await file.write(Buffer.from('J'), 0, 1, 0);
  await file.truncate(4);
  await file.close();
  expect(await content(disk, 'd/a')).toBe('Jell');
  expect(await content(below, 'd/a')).toBe('hello');
});

test('a file that grows behind its cut shows zeros, not what lay there before', async () => {
  const below = new MemoryDisk();
  below.put('d/a', 'x'.repeat(PAGE + 10));
  const disk = new OverlayDisk(below);
  const file = await disk.open('d/a', 'write');
  await file.truncate(3);
  await file.write(Buffer.from('y'), 0, 1, PAGE + 5);
  expect(await file.size()).toBe(PAGE + 6);
  const bytes = Buffer.alloc(PAGE + 6);
  expect(await file.read(bytes, 0, bytes.length, 0)).toBe(PAGE + 6);
  expect(bytes.toString('latin1')).toBe(`xxx${'\0'.repeat(PAGE + 2)}y`);
});

test('an open file stays what it was when another one takes its name below', async () => {
  const below = new MemoryDisk();
  below.put('d/a', 'old');
  const disk = new OverlayDisk(below);
  const file = await disk.open('d/a', 'write');
  below.put('d/b', 'new!');
  await below.rename('d/b', 'd/a');
  const bytes = Buffer.alloc(10);
  expect(bytes.toString('latin1', 0, await file.read(bytes, 0, 10, 0))).toBe('old');
  await file.close();
  expect(await content(disk, 'd/a')).toBe('new!');
});

test('writing the same bytes in the same place keeps nothing in memory: a file that was let go shows what is below by then', async () => {
  const below = new MemoryDisk();
  below.put('d/a', 'abc');
  const disk = new OverlayDisk(below);
  const file = await disk.open('d/a', 'write');
  await file.write(Buffer.from('abc'), 0, 3, 0);
  await file.close();
  below.put('d/a', 'def');
  expect(await content(disk, 'd/a')).toBe('def');
});

const digest = (bytes: Uint8Array): number => crc32(bytes);

/** One step on both disks; what it answers is compared. */
async function step(disk: OverlayDisk | MemoryDisk, random: Random): Promise<unknown> {
  const path = `d/${random.pick(['a', 'b', 'c', 'd'])}`;
  const other = `d/${random.pick(['a', 'b', 'c', 'd'])}`;
  const bytes = Buffer.from(random.pick(['', 'x', 'hello ', 'z'.repeat(PAGE - 3), 'w'.repeat(3 * PAGE)]));
  const position = random.pick([0, 3, PAGE - 2, PAGE, 2 * PAGE + 1]);
  switch (random.below(8)) {
    case 0:
      return disk.remove(path);
    case 1:
      return path === other
        ? undefined
        : disk.rename(path, other).then(
            () => 'renamed',
            () => 'none',
          );
    case 2:
      return disk.link(path, other).then(
        () => 'linked',
        (error: NodeJS.ErrnoException) => error.code,
      );
    case 3:
      return (await disk.list('d')).sort();
    case 4:
      return [await disk.isSameFile(path, other), await disk.fileSize(path)];
    default: {
      const file = await disk.open(path, random.chance(0.2) ? 'replace' : 'write');
      if (random.chance(0.7)) await file.write(bytes, 0, bytes.length, position);
      if (random.chance(0.3)) await file.truncate(position);
      const read = Buffer.alloc(4 * PAGE);
      const sync = Buffer.alloc(4 * PAGE);
      const done = await file.read(read, 0, read.length, 1);
      expect(file.readSync(sync, 0, sync.length, 1)).toBe(done);
      expect(sync.equals(read)).toBe(true);
      const size = await file.size();
      await file.close();
      return [path, size, done, digest(read.subarray(0, done))];
    }
  }
}

test('whatever is done, it answers as a disk would that was copied, and below stays what it was', async () => {
  await withSeed(async (random) => {
    for (let round = 0; round < 20; round += 1) {
      const below = new MemoryDisk();
      below.put('d/a', 'a'.repeat(2 * PAGE + 7));
      below.put('d/b', 'b');
      const before = JSON.stringify(below.picture());
      const [disk, copy] = [new OverlayDisk(below), below.copy()];
      for (let i = 0; i < 60; i += 1) {
        const seed = random.below(2 ** 31);
        expect(await step(disk, new Random(seed))).toEqual(await step(copy, new Random(seed)));
      }
      for (const name of ['a', 'b', 'c', 'd'])
        expect((await content(disk, `d/${name}`)) === (await content(copy, `d/${name}`))).toBe(true);
      expect(JSON.stringify(below.picture()) === before).toBe(true);
    }
  });
});
