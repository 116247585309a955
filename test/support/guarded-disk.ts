/** A disk behind a guard that sees every call and decides when, and how far, it is performed. */
import { setTimeout as delay } from 'node:timers/promises';
import { type FileSystem, NodeFileSystem, type OpenFile, type OpenMode } from '../../src/storage/log/index.js';
import type { Random } from './random.js';

export interface DiskCall {
  name: Exclude<keyof FileSystem | keyof OpenFile, 'readSync' | 'tryLock'>;
  path: string;
  /** Whether it changes something that outlives the process. */
  changes: boolean;
  /** Performs the first half of a write, as a kill in its middle would leave it. */
  performHalf?: () => Promise<void>;
}

export type DiskGuard = <T>(call: DiskCall, perform: () => Promise<T>) => Promise<T>;

/** @param opened told of each file that the disk opened, unguarded */
export function guardedDisk(
  guard: DiskGuard,
  disk: FileSystem = new NodeFileSystem(),
  opened: (file: OpenFile) => void = () => undefined,
): FileSystem {
  const change = (name: DiskCall['name'], path: string) => ({ name, path, changes: true });
  const look = (name: DiskCall['name'], path: string) => ({ name, path, changes: false });
  return {
    async open(path: string, mode: OpenMode): Promise<OpenFile> {
      const call = mode === 'read' ? look('open', path) : change('open', path);
      const open = async () => {
        const file = await disk.open(path, mode);
        opened(file);
        return file;
      };
      return guardedFile(await guard(call, open), guard);
    },
    isSameFile: (a, b) => guard(look('isSameFile', a), () => disk.isSameFile(a, b)),
    readFile: (path) => guard(look('readFile', path), () => disk.readFile(path)),
    fileSize: (path) => guard(look('fileSize', path), () => disk.fileSize(path)),
    list: (path) => guard(look('list', path), () => disk.list(path)),
    makeDirectory: (path) => guard(change('makeDirectory', path), () => disk.makeDirectory(path)),
    rename: (from, to) => guard(change('rename', to), () => disk.rename(from, to)),
    link: (from, to) => guard(change('link', to), () => disk.link(from, to)),
    remove: (path) => guard(change('remove', path), () => disk.remove(path)),
    syncDirectory: (path) => guard(change('syncDirectory', path), () => disk.syncDirectory(path)),
  };
}

function guardedFile(file: OpenFile, guard: DiskGuard): OpenFile {
  const { path } = file;
  const change = (name: DiskCall['name']) => ({ name, path, changes: true });
  const look = (name: DiskCall['name']) => ({ name, path, changes: false });
  return {
    path,
    read: (buffer, at, length, position) => guard(look('read'), () => file.read(buffer, at, length, position)),
    readSync: (buffer, at, length, position) => file.readSync(buffer, at, length, position),
    write: (buffer, at, length, position) => {
      const performHalf = () => file.write(buffer, at, length >> 1, position);
      return guard({ ...change('write'), performHalf }, () => file.write(buffer, at, length, position));
    },
    sync: () => guard(change('sync'), () => file.sync()),
    truncate: (size) => guard(change('truncate'), () => file.truncate(size)),
    size: () => guard(look('size'), () => file.size()),
    close: () => guard(look('close'), () => file.close()),
    tryLock: () => file.tryLock(),
  };
}

/** A disk that takes its time, and writes in pieces: a kill hits the middle of what it does more often. */
export function slowly(random: Random): DiskGuard {
  return async (call, perform) => {
    if (random.chance(0.3)) await delay(random.below(4));
    if (call.performHalf && random.chance(0.5)) {
      await call.performHalf();
      await delay(random.below(4));
    }
    return perform();
  };
}
