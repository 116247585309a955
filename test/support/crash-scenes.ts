/** Directories as a crash, or the reference bot, left them. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type FileSystem,
  fileEngine,
  fileEngineOn,
  NodeFileSystem,
  resolveLogOptions,
} from '../../src/storage/log/index.js';
import { collect, logPath } from './audit.js';
import { MemoryDisk } from './memory-disk.js';
import { scratchDirectory } from './scratch.js';
import { sentValue } from './write-model.js';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const LEGACY = join(PROJECT, 'test', 'fixtures', 'legacy');

/** Name and path of each directory of the reference bot that is kept for tests. */
export function legacyDirectories(): [name: string, path: string][] {
  return readdirSync(LEGACY)
    .filter((name) => existsSync(join(LEGACY, name, 'expected.json')))
    .map((name) => [name, join(LEGACY, name)]);
}

/** Copies a directory so that the copy may be written to, whatever the rights of the source. */
export function copyWritable(source: string, target: string): void {
  cpSync(source, target, { recursive: true });
  for (const name of ['.', ...(readdirSync(target, { recursive: true }) as string[])]) {
    const path = join(target, name);
    chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
  }
}

/** Opens a directory and compares each log with what it must hold. Nothing but a torn tail and adoption may be found. */
export async function openedEquals(
  dataDir: string,
  expected: Record<string, object>,
  disk: FileSystem = new NodeFileSystem(),
): Promise<void> {
  const engine = fileEngineOn(disk)(resolveLogOptions({ dataDir }), collect([]));
  await engine.open();
  try {
    for (const [log, state] of Object.entries(expected)) {
      const found: Record<string, unknown> = {};
      for await (const [key, value] of engine.entries(log)) found[key] = value;
      assert.deepEqual(found, state, log);
      assert.deepEqual(await engine.rebuildState(log), state, `${log}, rebuilt`);
    }
  } finally {
    await engine.close();
  }
  for (const [log, state] of Object.entries(expected)) {
    const view = await disk.readFile(join(dataDir, `${log}.json`));
    // A log that never held anything has no view.
    if (view || Object.keys(state).length > 0) assert.deepEqual(JSON.parse(String(view)), state, `${log}.json`);
  }
}

/** The files of a directory, in memory under the same paths. */
export function inMemory(directory: string): MemoryDisk {
  const disk = new MemoryDisk();
  for (const name of readdirSync(directory, { recursive: true }) as string[]) {
    const path = join(directory, name);
    if (statSync(path).isFile()) disk.put(path, readFileSync(path));
  }
  return disk;
}

export interface CrashedDirectory {
  expected: Record<string, object>;
  /** Copies the directory to a new one, or into an empty one. */
  copy(target?: string): string;
}

/** A log with CHECKPOINT, seal and later writes, a torn line at its end, and files half written beside it. */
export async function crashedDirectory(): Promise<CrashedDirectory> {
  const dataDir = scratchDirectory();
  const crashed = scratchDirectory();
  const log = 'players';
  const players: Record<string, unknown> = {};
  const options = resolveLogOptions({ dataDir });
  const write = async (engine: ReturnType<typeof fileEngine>, from: number, to: number) => {
    for (let n = from; n < to; n += 1) {
      const key = `k${n % 13}`;
      players[key] = sentValue(key, n);
      await engine.append(log, { op: 'SET', key, value: players[key] });
    }
  };
  const first = fileEngine(options, collect([]));
  await first.open();
  await write(first, 0, 30);
  await first.compact(log);
  await write(first, 30, 40);
  await first.close();
  const second = fileEngine(options, collect([]));
  await second.open();
  await write(second, 40, 60);
  cpSync(dataDir, crashed, { recursive: true });
  await second.append(log, { op: 'SET', key: 'k0', value: sentValue('k0', 60) });
  await second.close();
  // The write of the last line began and was cut off, as was a compaction and the writing of a view.
  const whole = readFileSync(logPath(crashed, log)).length;
  const line = readFileSync(logPath(dataDir, log)).subarray(whole);
  appendFileSync(logPath(crashed, log), line.subarray(0, line.length >> 1));
  writeFileSync(`${logPath(crashed, log)}.compacting`, readFileSync(logPath(crashed, log)).subarray(0, 500));
  writeFileSync(join(crashed, `${log}.json.tmp`), '{\n  "k0": {');
  return {
    expected: { [log]: players },
    copy: (target = scratchDirectory()) => {
      cpSync(crashed, target, { recursive: true });
      return target;
    },
  };
}
