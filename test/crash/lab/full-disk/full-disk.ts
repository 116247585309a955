/** A real file system with little room, filled and freed by files that stand beside the data directory. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type LogEngine, LogError } from '../../../../src/storage/log/index.js';

const PAGE_BYTES = 4096;
const TMPFS_MAGIC = 0x01021994;

export class Volume {
  constructor(readonly path: string) {
    const { type, blocks, bsize } = statfsSync(path);
    // Filling whatever else stands there would be a bad mistake.
    assert.equal(type, TMPFS_MAGIC, `${path} is no tmpfs`);
    assert.ok(blocks * bsize <= 8 * 1024 * 1024, `${path} is not small`);
  }

  get dataDir(): string {
    return join(this.path, 'data');
  }

  freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Takes up room; as much as is left where nothing is said. */
  fill(name: string, bytes = Number.POSITIVE_INFINITY): number {
    const fd = openSync(join(this.path, name), 'a');
    let written = 0;
    try {
      while (written < bytes) written += writeSync(fd, Buffer.alloc(Math.min(PAGE_BYTES, bytes - written), 'ballast'));
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    } finally {
      closeSync(fd);
    }
    return written;
  }

  free(name: string): void {
    rmSync(join(this.path, name));
  }

  /**
   * Checksum of every file of the data directory, but for the one that only says who holds it, and a main file that is
   * just being tried again.
   */
  picture(): Record<string, string> {
    const names = readdirSync(this.dataDir, { recursive: true, encoding: 'utf8' }).sort();
    const files = names.filter((name) => !/LOCK|\.json\.tmp/.test(name) && statSync(join(this.dataDir, name)).isFile());
    return Object.fromEntries(files.map((name) => [name, this.#checksum(name)]));
  }

  #checksum(name: string): string {
    const bytes = readFileSync(join(this.dataDir, name));
    return `${bytes.length} ${createHash('sha1').update(bytes).digest('hex')}`;
  }
}

/** So that a main file of the whole state finds room once there is some. */
const STATE_BYTES = 60 * 1024;

/** What was acknowledged. No two values are alike, so that what was refused would show. */
export class Promises {
  readonly kept = new Map<string, string>();
  acknowledged = 0;
  refused = 0;
  #next = 0;

  /** Appends one value; on a full disk it is refused with the one code that says so. */
  async append(engine: LogEngine, log: string, bytes: number): Promise<boolean> {
    const number = this.#next;
    this.#next += 1;
    const keys = Math.max(1, Math.floor(STATE_BYTES / (bytes + 100)));
    const key = `${bytes} ${number % Math.min(keys, 1000)}`;
    const value = `${number} `.padEnd(bytes, '.');
    try {
      await engine.append(log, { op: 'SET', key, value });
    } catch (error) {
      assertFull(error);
      this.refused += 1;
      return false;
    }
    this.acknowledged += 1;
    this.kept.set(key, value);
    return true;
  }

  /** Appends `sideBySide` values at a time until all of them are refused. */
  async fill(engine: LogEngine, log: string, bytes: number, sideBySide: number): Promise<void> {
    for (let all = true; all; ) {
      const writes = Array.from({ length: sideBySide }, () => this.append(engine, log, bytes));
      all = (await Promise.all(writes)).some(Boolean);
    }
  }

  /** To the brim: not one byte more finds room. */
  async fillToTheBrim(engine: LogEngine, log: string, bytes: number, sideBySide: number): Promise<void> {
    await this.fill(engine, log, bytes, sideBySide);
    for (let size = bytes >> 2; size > 0; size >>= 2) await this.fill(engine, log, size, 1);
    await this.fill(engine, log, 0, 1);
    // The shortest line that there is: deletes what never was.
    for (let fits = true; fits; ) {
      fits = await engine.append(log, { op: 'DELETE', key: '' }).then(
        () => true,
        (error) => assertFull(error) ?? false,
      );
    }
  }

  async assertReads(engine: LogEngine, log: string): Promise<void> {
    const found = new Map<string, unknown>();
    for await (const [key, value] of engine.entries(log)) found.set(key, value);
    assert.equal(found.size, this.kept.size, 'as many keys as were acknowledged');
    for (const [key, value] of this.kept) {
      assert.equal(found.get(key), value, key);
      assert.equal(await engine.get(log, key), value, key);
    }
    assert.deepEqual(new Map(Object.entries(await engine.rebuildState(log))), new Map([...this.kept]), 'replayed');
  }

  /** Nothing that needs room is done, and each says why. */
  async assertWritesRefused(engine: LogEngine, log: string): Promise<void> {
    const seq = engine.stats(log).seq;
    for (const bytes of [0, 300, 5_000, 3_000_000]) assert.equal(await this.append(engine, log, bytes), false);
    const [known = ''] = this.kept.keys();
    await assertRefused(engine.append(log, { op: 'DELETE', key: known }));
    await assertRefused(engine.append(log, { op: 'SET', data: { all: 'gone'.repeat(100) } }));
    await assertRefused(engine.update(log, known, () => 'another'));
    assert.equal(engine.stats(log).seq, seq);
    assert.equal(engine.stats(log).poisoned, undefined);
  }
}

export async function assertRefused(write: Promise<unknown>): Promise<void> {
  await write.then(
    () => assert.fail('a write found room'),
    (error) => assertFull(error),
  );
}

function assertFull(error: unknown): undefined {
  assert.ok(error instanceof LogError, `${error}`);
  assert.equal(error.code, 'LOG_DISK_FULL', error.message);
  assert.ok(error.file, 'the error names a file');
  assert.match(`${(error.cause as Error | undefined)?.message}`, /ENOSPC/);
  assert.match(error.hint ?? '', /no restart/);
}

/** Waits for what happens by itself. */
export async function eventually(what: string, isSo: () => boolean): Promise<void> {
  const until = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > until) assert.fail(`it did not come to pass that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
