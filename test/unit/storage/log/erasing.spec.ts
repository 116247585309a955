import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { CompactOptions, LogEngine } from '../../../../src/storage/log/index.js';
import { filesWith, KEY, LOG, openOn, SECRET, writeHistory } from '../../../support/erasure-stage.js';
import { entriesOf, plain, remove, set, stateOf } from '../../../support/log-words.js';
import { MemoryDisk } from '../../../support/memory-disk.js';
import { type DeathPoint, mortalDisk } from '../../../support/mortal-disk.js';

async function stage(
  disk = new MemoryDisk(),
  compaction?: CompactOptions,
): Promise<{ disk: MemoryDisk; engine: LogEngine }> {
  const engine = await openOn(disk);
  await writeHistory(engine, compaction);
  return { disk, engine };
}

/** Every entry that is folded away goes into the archive, by pairs, and the newest backup is compressed. */
const ARCHIVED: CompactOptions = {
  keepBackups: 1,
  compressBackups: true,
  rotate: () => ({ name: '2026-11-22', endMs: Number.POSITIVE_INFINITY }),
};

const seqsOf = async (engine: LogEngine) => (await entriesOf(engine, LOG, { backups: true })).map(({ seq }) => seq);

/** What must hold once the key is erased, whatever happened on the way. */
async function expectErased(disk: MemoryDisk, newest: number): Promise<void> {
  expect(filesWith(disk, KEY, SECRET)).toEqual([]);
  const engine = await openOn(disk, { recovery: 'strict' });
  expect((await engine.openLog(LOG)).events).toEqual([]);
  expect(plain(await stateOf(engine, LOG))).toEqual({ bob: { round: 3 }, carol: { round: 3 }, '': 0 });
  const seqs = await seqsOf(engine);
  expect(seqs).toEqual(Array.from({ length: newest }, (_, i) => i + 1));
  await engine.close();
}

/** Erases in lives that end at each call of the disk in turn. @returns how many did */
async function dieEverywhere(written: MemoryDisk, point: DeathPoint): Promise<number> {
  let deaths = 0;
  for (let call = 1; ; call += 1) {
    const base = written.copy();
    const disk = mortalDisk(base, call, point);
    const ended = (async () => {
      const engine = await openOn(disk);
      await engine.openLog(LOG);
      const erased = engine.erase(LOG, KEY);
      await erased;
      await engine.close();
      return 'done' as const;
    })();
    const outcome = await Promise.race([ended, disk.died.then(() => 'dead' as const)]);
    if (outcome === 'done') break;
    deaths += 1;
    const begun = base.has('/d/logs/players.log.erasing');
    const receipts = () => base.paths().filter((path) => path.includes('.erased.')).length;
    const engine = await openOn(base);
    const value = await engine.get(LOG, KEY);
    await engine.close();
    expect(base.has('/d/logs/players.log.erasing')).toBe(false);
    // Nothing at all, or all of it.
    if (begun || receipts() > 0) await expectErased(base, 12);
    else expect({ call, value }).toEqual({ call, value: { note: SECRET, round: 3 } });
  }
  return deaths;
}

describe('erasing a key', () => {
  test('leaves no byte of it and of its values in any file, all lines whole, and every other value', async () => {
    const { disk, engine } = await stage();
    expect(filesWith(disk, SECRET).length).toBeGreaterThan(3);
    disk.put('/d/logs/players.log.torn.1', `{"key":"${KEY}"`);
    disk.put('/d/logs/players.log.damaged.2', `x${SECRET}`);
    disk.put('/d/players.json.tmp', `{"${KEY}": 1`);
    const receipt = await engine.erase(LOG, KEY, {}, { actor: 'operator', reason: 'asked for' });
    expect(await engine.get(LOG, KEY)).toBeUndefined();
    await expectErasedNow(disk);
    await engine.close();
    await expectErased(disk, 12);
    expect(receipt).toMatchObject({ log: LOG, existed: true, upToSeq: 12, meta: { actor: 'operator' } });
    expect(receipt.files.map(({ lines }) => lines > 0)).toEqual([true, true, true, true]);
    expect(receipt.removedFiles).toEqual(['logs/players.log.torn.1', 'logs/players.log.damaged.2']);
  });

  test('keeps a receipt that does not name it', async () => {
    const { disk, engine } = await stage();
    const receipt = await engine.erase(LOG, KEY, {}, { actor: KEY });
    const [kept] = disk.paths().filter((path) => path.includes('.log.erased.'));
    expect(JSON.parse(disk.bytesOf(kept as string).toString('utf8'))).toMatchObject({ ...receipt });
    expect(JSON.stringify(receipt)).not.toContain(KEY);
    expect(disk.has('/d/logs/players.log.erasing')).toBe(false);
    await engine.close();
  });

  test('leaves earlier states of all other keys as they were', async () => {
    const { engine } = await stage();
    const before: Record<string, unknown>[] = [];
    for (let seq = 0; seq <= 11; seq += 1) before.push(await engine.rebuildState(LOG, { at: seq }));
    await engine.erase(LOG, KEY);
    for (const [seq, state] of before.entries()) {
      const { [KEY]: _, ...others } = state;
      expect(await engine.rebuildState(LOG, { at: seq })).toEqual(others);
    }
    await engine.close();
  });

  test('erases what is no longer there from the history alone, and does nothing a second time', async () => {
    const { disk, engine } = await stage();
    await engine.append(LOG, remove(KEY));
    expect((await engine.erase(LOG, KEY)).existed).toBe(false);
    expect(filesWith(disk, KEY, SECRET)).toEqual([]);
    const size = await engine.logSize(LOG);
    expect((await engine.erase(LOG, KEY)).files).toEqual([]);
    expect((await engine.erase(LOG, 'never there')).files).toEqual([]);
    expect(await engine.logSize(LOG)).toBe(size);
    await engine.close();
  });

  test('is over before it is written again: a later life stays', async () => {
    const { disk, engine } = await stage();
    const erased = engine.erase(LOG, KEY);
    const again = (async () => {
      while (await engine.has(LOG, KEY)) await new Promise((resolve) => setImmediate(resolve));
      await engine.append(LOG, set(KEY, 'a new life'));
    })();
    await Promise.all([erased, again]);
    expect(await engine.get(LOG, KEY)).toBe('a new life');
    await engine.compact(LOG);
    await engine.close();
    expect(filesWith(disk, SECRET)).toEqual([]);
    const reopened = await openOn(disk, { recovery: 'strict' });
    expect(await reopened.get(LOG, KEY)).toBe('a new life');
    await reopened.close();
  });

  test('goes on beside writers, none of whose entries is lost', async () => {
    const { engine } = await stage();
    const erased = engine.erase(LOG, KEY);
    const writes = Array.from({ length: 200 }, (_, i) => engine.append(LOG, set(`k${i}`, i)));
    await Promise.all([erased, ...writes]);
    expect(engine.size(LOG)).toBe(203);
    expect(new Set(await seqsOf(engine)).size).toBe(engine.stats(LOG).seq);
    await engine.close();
  });

  test('removes a main file that is not kept any more', async () => {
    const { disk, engine } = await stage();
    await engine.close();
    expect(filesWith(disk, KEY)).toContain('/d/players.json');
    const { fileEngineOn, resolveLogOptions } = await import('../../../../src/storage/log/index.js');
    const plainEngine = fileEngineOn(disk)(resolveLogOptions({ dataDir: '/d', mainFiles: false }), console);
    await plainEngine.open();
    expect((await plainEngine.erase(LOG, KEY)).removedFiles).toContain('players.json');
    await plainEngine.close();
    expect(filesWith(disk, KEY, SECRET)).toEqual([]);
  });
});

async function expectErasedNow(disk: MemoryDisk): Promise<void> {
  expect(filesWith(disk, KEY, SECRET)).toEqual([]);
}

describe('erasing from what is compressed', () => {
  test('leaves no byte in any segment or backup, each whole, with the seqs that it had', async () => {
    const { disk, engine } = await stage(new MemoryDisk(), ARCHIVED);
    const found = filesWith(disk, SECRET).filter((path) => path.endsWith('.gz'));
    expect(found.map((path) => path.includes('archive'))).toEqual([true, false]);
    const before = await engine.rebuildState(LOG, { at: 5 });
    const { files } = await engine.erase(LOG, KEY);
    expect(files.map(({ file }) => file)).toEqual(
      expect.arrayContaining([
        'logs/archive/players/2026-11-22.log.gz',
        expect.stringMatching(/backup\.\d+\.gz$/),
      ]) as never,
    );
    const { [KEY]: _, ...others } = before;
    expect(await engine.rebuildState(LOG, { at: 5 })).toEqual(others);
    await engine.close();
    await expectErased(disk, 12);
  });

  test.each<DeathPoint>(['before', 'half', 'after'])(
    'dead %s any call of the disk, it is finished by the next opening',
    async (point) => {
      const written = new MemoryDisk();
      const { engine: writer } = await stage(written, ARCHIVED);
      await writer.close();
      expect(await dieEverywhere(written, point)).toBeGreaterThan(80);
    },
    60_000,
  );

  test('goes on with the other files where one is damaged, tells of it, and ends once that is moved away', async () => {
    const { disk, engine } = await stage(new MemoryDisk(), ARCHIVED);
    const segment = '/d/logs/archive/players/2026-11-22.log.gz';
    const bytes = disk.bytesOf(segment);
    bytes[bytes.length - 12] = (bytes[bytes.length - 12] as number) ^ 0x10;
    disk.put(segment, bytes);
    await expect(engine.erase(LOG, KEY)).rejects.toMatchObject({ code: 'LOG_CORRUPT', file: segment });
    await engine.close();
    disk.drop(segment);
    expect(filesWith(disk, KEY, SECRET)).toEqual(['/d/logs/players.log.erasing']);
    const again = await openOn(disk);
    await again.openLog(LOG);
    await again.close();
    expect(filesWith(disk, KEY, SECRET)).toEqual([]);
  });

  test('keeps the checksums of lines that another program spelled in another order', async () => {
    const disk = new MemoryDisk();
    const head = '{"seq":1,"crc":"';
    const first = `${head}${crcOf(head)}","timestamp":"2026-11-22T12:00:00.000Z","op":"SET","key":"bob","value":1}\n`;
    const next = `{"timestamp":"2026-11-22T12:00:01.000Z","op":"SET","key":"${KEY}","value":"${SECRET}","seq":2,"crc":"`;
    disk.put('/d/logs/players.log', `${first}${next}${crcOf(first + next)}"}\n`);
    const engine = await openOn(disk);
    await engine.compact(LOG);
    await engine.erase(LOG, KEY);
    await engine.erase(LOG, 'bob');
    const kept = await entriesOf(engine, LOG, { backups: true });
    expect(kept.map(({ op, seq }) => `${op} ${seq}`)).toEqual(['DELETE 1', 'DELETE 2', 'DELETE 3', 'DELETE 4']);
    await engine.close();
  });
});

const crcOf = (text: string) => crc32(Buffer.from(text)).toString(16).padStart(8, '0');

describe('erasing whoever is mentioned', () => {
  async function games(): Promise<{ disk: MemoryDisk; engine: LogEngine }> {
    const disk = new MemoryDisk();
    const engine = await openOn(disk);
    await engine.append('games', set('g1', { players: [KEY, 'bob'] }));
    await engine.append('games', set('g2', { players: ['bob'] }));
    await engine.append('games', set(`day/${KEY}`, 1));
    await engine.compact('games');
    await engine.append('games', remove(`day/${KEY}`), { actor: KEY });
    return { disk, engine };
  }

  test('takes former values and keys out, once no live value names them', async () => {
    const { disk, engine } = await games();
    await engine.append('games', set('g1', { players: ['nobody', 'bob'] }));
    const { files, existed } = await engine.erase('games', undefined, { mentions: [KEY] });
    expect(existed).toBe(false);
    expect(files.length).toBeGreaterThan(1);
    expect(filesWith(disk, KEY)).toEqual([]);
    expect(plain(await stateOf(engine, 'games'))).toEqual({
      g1: { players: ['nobody', 'bob'] },
      g2: { players: ['bob'] },
    });
    await engine.close();
  });

  test('is refused where a live value still names them, and nothing is changed', async () => {
    const { disk, engine } = await games();
    const before = disk.picture();
    await expect(engine.erase('games', 'g2', { mentions: [KEY] })).rejects.toMatchObject({
      code: 'LOG_CONFLICT',
      message: expect.stringContaining('"g1"') as never,
    });
    expect(disk.picture()).toEqual(before);
    await engine.close();
  });
});

describe('interrupted', () => {
  test.each<DeathPoint>(['before', 'half', 'after'])(
    'by death %s any call of the disk, it is finished by the next opening',
    async (point) => {
      const written = new MemoryDisk();
      const { engine: writer } = await stage(written);
      await writer.close();
      expect(await dieEverywhere(written, point)).toBeGreaterThan(60);
    },
    60_000,
  );

  test('by a full disk, it is refused, and finished by the next one', async () => {
    const { disk, engine } = await stage();
    await engine.close();
    const { WatchedDisk } = await import('../../../support/watched-disk.js');
    const watched = new WatchedDisk(disk);
    const full = await openOn(watched);
    await full.openLog(LOG);
    watched.before = ({ operation, path }) => {
      if (operation === 'write' && path.includes('.backup.')) {
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      }
    };
    await expect(full.erase(LOG, KEY)).rejects.toMatchObject({ code: 'LOG_DISK_FULL' });
    expect(await full.get(LOG, KEY)).toBeUndefined();
    watched.before = () => {};
    await full.erase(LOG, 'somebody else');
    expect(filesWith(disk, KEY, SECRET)).toEqual([]);
    await full.close();
  });
});
