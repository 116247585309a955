/** Files that write and fsync in one call, as those of this machine do: what that call's failures mean, and that it is made. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { NodeFileSystem } from '../../../../src/storage/log/index.js';
import { logBench, logFile, readLog, set, stateOf } from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { type DiskCall, WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();

async function writtenThrough() {
  const disk = new WatchedDisk();
  disk.writesThrough = true;
  const dataDir = await bench.directory();
  const engine = await bench.engine({ disk, dataDir });
  await engine.append('a', set('k', 1));
  return { disk, dataDir, engine };
}

function failsOnce(disk: WatchedDisk, code: string, operation: DiskCall['operation']): void {
  let failed = false;
  disk.before = (call) => {
    if (failed || call.operation !== operation || !call.path.endsWith('a.log')) return;
    failed = true;
    throw systemError(code, call.path);
  };
}

describe('a write that is to be durable when it returns', () => {
  test.each(['write', 'sync'] as const)(
    'is undone where a full disk refuses its %s, and the next one goes on',
    async (part) => {
      const { disk, dataDir, engine } = await writtenThrough();
      const before = await readLog(dataDir, 'a');
      disk.shortWriteBytes = 20;
      failsOnce(disk, 'ENOSPC', part);
      await expect(engine.append('a', set('k', 2))).rejects.toMatchObject({ code: 'LOG_DISK_FULL' });
      expect(await readLog(dataDir, 'a')).toBe(before);
      await engine.append('a', set('k', 3));
      expect(await engine.get('a', 'k')).toBe(3);
      expect(engine.stats('a').poisoned).toBeUndefined();
    },
  );

  test.each(['write', 'sync'] as const)(
    'lets nothing more be acknowledged where its %s fails otherwise: nobody knows what arrived',
    async (part) => {
      const { disk, dataDir, engine } = await writtenThrough();
      failsOnce(disk, 'EIO', part);
      await expect(engine.append('a', set('k', 2))).rejects.toMatchObject({ code: 'LOG_POISONED' });
      await expect(engine.append('a', set('k', 3))).rejects.toMatchObject({ code: 'LOG_POISONED' });
      expect(engine.stats('a').poisoned).toContain('a durable write failed');
      expect(await engine.get('a', 'k')).toBe(1);
      await engine.close();
      const again = await bench.engine({ dataDir });
      await again.openLog('a');
      expect(await stateOf(again, 'a')).toEqual(new Map([['k', 1]]));
    },
  );

  test('takes the lines alone where there is no room for the space ahead of them', async () => {
    const { disk } = await writtenThrough();
    const dataDir = await bench.directory();
    const engine = await bench.engine({ disk, dataDir, spaceAheadBytes: 4096 });
    await engine.openLog('a');
    failsOnce(disk, 'ENOSPC', 'write');
    await engine.append('a', set('k', 'kept'));
    expect(await engine.get('a', 'k')).toBe('kept');
    expect(await readLog(dataDir, 'a')).toMatch(/"seq":1.*\n$/);
  });
});

describe('on the disk of this machine', () => {
  const once = process.platform === 'linux' ? 1 : 0;

  test('the log is written through, also the one that compaction wrote, until it is closed', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir });
    const path = logFile(dataDir, 'a');
    await engine.openLog('a');
    expect(openedThrough(path)).toBe(0);
    await Promise.all(Array.from({ length: 500 }, (_, n) => engine.append('a', set(`k${n}`, n))));
    expect(openedThrough(path)).toBe(once);
    await engine.compact('a');
    await engine.append('a', set('k', 'in the new file'));
    expect(openedThrough(path)).toBe(once);
    expect(await readLog(dataDir, 'a')).toContain('in the new file');
    await engine.close();
    expect(openedThrough(path)).toBe(0);
  });

  test('a relaxed log is not', async () => {
    const dataDir = await bench.directory();
    const engine = await bench.engine({ dataDir, fsync: 'everysec' });
    await engine.append('a', set('k', 1));
    expect(openedThrough(logFile(dataDir, 'a'))).toBe(0);
  });

  test('a file goes by what it is, not by its name: what is renamed is written on', async () => {
    const directory = await bench.directory();
    const disk = new NodeFileSystem();
    const file = await disk.open(`${directory}/old`, 'write');
    await disk.rename(`${directory}/old`, `${directory}/new`);
    const bytes = Buffer.from('one two');
    await file.writeThrough?.(bytes, 0, 4, 0);
    await file.writeThrough?.(bytes, 4, 3, 4);
    if (!file.writeThrough) await file.write(bytes, 0, 7, 0);
    await file.close();
    expect(readFileSync(`${directory}/new`, 'utf8')).toBe('one two');
    expect(readdirSync(directory)).toEqual(['new']);
  });
});

/** Descriptors of this process on `path` that were opened with `O_DSYNC` (proc(5): `fdinfo`). */
function openedThrough(path: string): number {
  const O_DSYNC = 0o10000;
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`) !== path) return false;
      const [, flags = ''] = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
      return (Number.parseInt(flags, 8) & O_DSYNC) !== 0;
    } catch {
      return false;
    }
  }).length;
}
