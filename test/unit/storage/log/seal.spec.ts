import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { logBench, logFile, RecordedMessages, set } from '../../../support/log-bench.js';
import { systemError } from '../../../support/memory-disk.js';
import { WatchedDisk } from '../../../support/watched-disk.js';

const bench = logBench();
const hex = (bytes: Buffer): string => crc32(bytes).toString(16).padStart(8, '0');
const sealOf = (dataDir: string): string => `${logFile(dataDir, 'a')}.seal`;

async function closedLog(mainFiles = false): Promise<string> {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir, mainFiles });
  await engine.append('a', set('k', 1));
  await engine.append('a', set('k', 2));
  await engine.close();
  return dataDir;
}

test('a clean close tells seq, size and checksum of the log', async () => {
  const dataDir = await closedLog();
  const log = await readFile(logFile(dataDir, 'a'));
  const seal = JSON.parse(await readFile(sealOf(dataDir), 'utf8')) as Record<string, unknown>;
  expect(seal).toEqual({ seq: 2, bytes: log.length, crc: hex(log), proof: expect.stringMatching(/^[0-9a-f]{8}$/) });
});

test('a clean close vouches for the main file', async () => {
  const dataDir = await closedLog(true);
  const main = await readFile(join(dataDir, 'a.json'));
  const seal = JSON.parse(await readFile(sealOf(dataDir), 'utf8')) as Record<string, unknown>;
  expect(seal.main).toEqual({ bytes: main.length, crc: hex(main) });
});

test('a log that was never written to has none', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  await engine.openLog('a');
  await engine.close();
  expect(await readdir(join(dataDir, 'logs'))).toEqual(['a.log']);
});

test('a log cut at the end of a line after a clean close is seen', async () => {
  const dataDir = await closedLog();
  const text = await readFile(logFile(dataDir, 'a'), 'utf8');
  await writeFile(logFile(dataDir, 'a'), text.slice(0, text.indexOf('\n') + 1));
  const engine = await bench.engine({ dataDir });
  await expect(engine.openLog('a')).rejects.toMatchObject({
    code: 'LOG_CORRUPT',
    file: logFile(dataDir, 'a'),
    line: 2,
    offset: text.indexOf('\n') + 1,
    message: expect.stringContaining('seq 2 to 2'),
  });
  // The refusal is of this log alone, and stands until someone puts things right.
  await engine.append('b', set('k', 1));
  await expect(engine.get('a', 'k')).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  await writeFile(logFile(dataDir, 'a'), text);
  expect(await engine.get('a', 'k')).toBe(2);
});

describe('a seal that cannot be written', () => {
  test('costs a check, not the close', async () => {
    const dataDir = await bench.directory();
    const disk = new WatchedDisk();
    const logger = new RecordedMessages();
    const engine = await bench.engine({ dataDir, disk, logger });
    await engine.append('a', set('k', 1));
    disk.before = (call) => {
      if (call.path.includes('.seal')) throw systemError('ENOSPC', call.path);
    };
    await engine.close();
    expect(logger.warnings).toEqual([expect.stringContaining('.seal')]);
    const again = await bench.engine({ dataDir });
    expect((await again.openLog('a')).clean).toBe(true);
  });
});
