/** Directories are made one by one, each durable before anything is put into it, whatever way their path is spelled. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeDirectoryDurably, NodeFileSystem } from '../../../../src/storage/log/file-system.js';
import { systemError } from '../../../support/memory-disk.js';

class WatchedFileSystem extends NodeFileSystem {
  readonly synced: string[] = [];

  override async syncDirectory(path: string): Promise<void> {
    if (this.synced.length > 10) throw new Error(`still at ${path}`);
    this.synced.push(path);
    await super.syncDirectory(path);
  }
}

describe('a directory that is missing', () => {
  let home: string;
  const before = process.cwd();

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'append-log-'));
    process.chdir(home);
  });

  afterEach(async () => {
    process.chdir(before);
    await rm(home, { recursive: true });
  });

  test.each(['d', './d', 'd/logs', './data/logs', 'a/b/c', 'x/../d2'])('%s is made and made durable', async (path) => {
    const disk = new WatchedFileSystem();
    await makeDirectoryDurably(disk, path);
    expect((await stat(resolve(path))).isDirectory()).toBe(true);
    expect(disk.synced.map((synced) => resolve(synced))).toContain(resolve(path, '..'));
    await rm(resolve(path), { recursive: true });
  });

  test('that is there already is made durable, for its maker may have died before', async () => {
    const disk = new WatchedFileSystem();
    await makeDirectoryDurably(disk, home);
    expect(disk.synced).toEqual([dirname(home)]);
  });

  test('that is there already is taken as it is where the one above may not be read', async () => {
    const disk = new WatchedFileSystem();
    disk.syncDirectory = (path) => Promise.reject(systemError('EACCES', path));
    await makeDirectoryDurably(disk, home);
    await expect(makeDirectoryDurably(disk, join(home, 'new'))).rejects.toMatchObject({ code: 'EACCES' });
  });

  test('is not taken for made where a file has its name', async () => {
    await writeFile(join(home, 'file'), '');
    const making = makeDirectoryDurably(new NodeFileSystem(), join(home, 'file'));
    await expect(making).rejects.toMatchObject({ code: 'EEXIST' });
  });
});
