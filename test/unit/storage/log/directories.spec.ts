/**
 * A data directory with a relative name of one letter made the first start loop for ever: the walk up to the first
 * new directory compared lengths, and the name of the directory it stands in, `.`, is as long.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { NodeFileSystem } from '../../../../src/storage/log/index.js';

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
    await disk.makeDirectory(path);
    expect((await stat(resolve(path))).isDirectory()).toBe(true);
    expect(disk.synced.length).toBeGreaterThan(0);
    await rm(resolve(path), { recursive: true });
  });

  test('that is there already is left alone', async () => {
    const disk = new WatchedFileSystem();
    await disk.makeDirectory(home);
    expect(disk.synced).toEqual([]);
  });
});
