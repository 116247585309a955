/** A store in memory with a history, for tests of erasing: what was written, and a search through every byte kept. */
import { gunzipSync } from 'node:zlib';
import {
  type CompactOptions,
  type FileSystem,
  fileEngineOn,
  type LogEngine,
  type LogOptions,
  resolveLogOptions,
} from '../../src/storage/log/index.js';
import { RecordedMessages, remove, replaceAll, set } from './log-words.js';

/** A simulated disk that can be searched. */
export interface SearchableDisk {
  paths(): string[];
  bytesOf(path: string): Buffer | undefined;
}

export const LOG = 'players';
export const KEY = 'alice-4711';
/** Stands in every value of the key, and nowhere else. */
export const SECRET = 'likes-marzipan';

export async function openOn(disk: FileSystem, options: LogOptions = {}): Promise<LogEngine> {
  const engine = fileEngineOn(disk)(resolveLogOptions({ dataDir: '/d', ...options }), new RecordedMessages());
  await engine.open();
  return engine;
}

/** Sets, deletions, whole states and compactions; the key has a value in the end. */
export async function writeHistory(engine: LogEngine, compaction: CompactOptions = {}): Promise<void> {
  for (let round = 1; round <= 3; round += 1) {
    await engine.append(LOG, set('bob', { round }), { actor: KEY, reason: 'met bob' });
    await engine.append(LOG, set(KEY, { round, note: SECRET }), { actor: KEY });
    await engine.append(LOG, set('carol', { round }), { actor: 'carol', reason: `lost against ${KEY}, again` });
    if (round === 2) {
      await engine.append(LOG, remove(KEY));
      await engine.append(LOG, replaceAll({ bob: 1, [KEY]: { note: SECRET }, carol: 2, '': 0 }), { reason: KEY });
    }
    if (round < 3) await engine.compact(LOG, compaction);
  }
}

/** Paths of the files in which a text stands, also inside what is compressed. */
export function filesWith(disk: SearchableDisk, ...texts: string[]): string[] {
  return disk.paths().filter((path) => {
    const bytes = disk.bytesOf(path) as Buffer;
    const plain = path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    return texts.some((text) => bytes.includes(text) || plain.includes(text));
  });
}
