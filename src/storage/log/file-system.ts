/**
 * The one door to `node:fs`. Everything that the engine asks of a disk goes through these two interfaces,
 * so that a test can count calls, fail the k-th of them, or forget what was not yet fsynced.
 * Errors are those of the system, with their `code`.
 */
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, normalize } from 'node:path';
import { systemCode } from './errors.js';

/** How a file is opened; `write` creates it where it is missing, `replace` also empties it. */
export type OpenMode = 'read' | 'write' | 'replace';

export interface OpenFile {
  /** What the file is called, for those who are told of it; whoever renames it says so here. */
  path: string;
  /** Reads up to `length` bytes at `position`; fewer only at the end of the file. */
  read(buffer: Uint8Array, at: number, length: number, position: number): Promise<number>;
  readSync(buffer: Uint8Array, at: number, length: number, position: number): number;
  /** Writes all of `length` bytes at `position`, or fails. */
  write(buffer: Uint8Array, at: number, length: number, position: number): Promise<void>;
  /**
   * Writes as `write` does, and what it wrote is durable once it resolves: a write and a `sync` in one call. Where it
   * fails with anything but a full disk, nobody can tell what reached the disk, as after a failed `sync`. Absent where
   * the two calls are as good.
   */
  writeThrough?(buffer: Uint8Array, at: number, length: number, position: number): Promise<void>;
  /** Makes content and size durable (`fdatasync`). */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
  /** Tries to lock the file for this open file alone; the kernel lets go when the process ends, however it ends. */
  tryLock(): boolean;
  /**
   * By what other threads of this process reach the same open file. Absent where only this object does, as on a
   * simulated disk: then no thread is asked.
   */
  readonly descriptor?: number;
  /** Whether `path` is still a name of this very file. Absent where nobody can tell. */
  isNamed?(path: string): Promise<boolean>;
}

export interface FileSystem {
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Undefined where there is no such file. */
  readFile(path: string): Promise<Buffer | undefined>;
  /** Size in bytes, undefined where there is no such file. */
  fileSize(path: string): Promise<number | undefined>;
  /** Names in a directory, empty where there is none. */
  list(directory: string): Promise<string[]>;
  /** Creates one directory in one that is there; false where it was there already. */
  makeDirectory(path: string): Promise<boolean>;
  rename(from: string, to: string): Promise<void>;
  /** A second name for the same file; where the disk knows no links, a durable copy. */
  link(from: string, to: string): Promise<void>;
  /** Whether both are names of one and the same file; false where either is missing. */
  isSameFile(path: string, other: string): Promise<boolean>;
  /** Removes a file; nothing happens where there is none. */
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  /** Bytes that this user may still write where `path` lies. Absent where nobody can tell. */
  freeBytes?(path: string): Promise<number>;
  /** Whether somebody has a lock on a file, without asking for it. Undefined, or absent, where nobody can tell. */
  isLocked?(path: string): Promise<boolean | undefined>;
}

/**
 * Bytes of a large file that are written between two fsyncs: one large fsync at the end would hold up the fsyncs of
 * those who append meanwhile.
 */
export const SYNC_BYTES = 8 * 1024 * 1024;

const FLAGS: Record<OpenMode, number> = {
  read: fs.constants.O_RDONLY,
  write: fs.constants.O_RDWR | fs.constants.O_CREAT,
  replace: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC,
};

/** Callbacks instead of `fs/promises`: a FileHandle costs a hop more for each call. */
class NodeFile implements OpenFile {
  #closed = false;

  constructor(
    public path: string,
    readonly descriptor: number,
  ) {}

  async read(buffer: Uint8Array, at: number, length: number, position: number): Promise<number> {
    let done = 0;
    while (done < length) {
      const read = await new Promise<number>((resolve, reject) => {
        fs.read(this.descriptor, buffer, at + done, length - done, position + done, (error, bytes) =>
          error ? reject(error) : resolve(bytes),
        );
      });
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  readSync(buffer: Uint8Array, at: number, length: number, position: number): number {
    let done = 0;
    while (done < length) {
      const read = fs.readSync(this.descriptor, buffer, at + done, length - done, position + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  write(buffer: Uint8Array, at: number, length: number, position: number): Promise<void> {
    return writeAll(this.descriptor, buffer, at, length, position);
  }

  sync(): Promise<void> {
    return call((done) => fs.fdatasync(this.descriptor, done));
  }

  truncate(size: number): Promise<void> {
    return call((done) => fs.ftruncate(this.descriptor, size, done));
  }

  size(): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.fstat(this.descriptor, (error, stats) => (error ? reject(error) : resolve(stats.size)));
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await call((done) => fs.close(this.descriptor, done));
  }

  tryLock(): boolean {
    return locks().tryLock(this.descriptor);
  }

  async isNamed(path: string): Promise<boolean> {
    const own = await new Promise<fs.Stats>((resolve, reject) => {
      fs.fstat(this.descriptor, (error, stats) => (error ? reject(error) : resolve(stats)));
    });
    const named = await absentAsUndefined(fs.promises.stat(path));
    return named?.ino === own.ino && named.dev === own.dev;
  }
}

/**
 * Linux alone: there an `O_DSYNC` write is what write and fdatasync are (open(2)), in one hop of the thread pool
 * instead of two, a fifth of the time of a small append. macOS has the flag too, but leaves the drive's cache alone.
 */
class LinuxFile extends NodeFile {
  /** The same file opened once more, with `O_DSYNC`; undefined where that was refused. */
  #through: Promise<number | undefined> | undefined;

  async writeThrough(buffer: Uint8Array, at: number, length: number, position: number): Promise<void> {
    this.#through ??= openedAgain(this.descriptor, fs.constants.O_WRONLY | fs.constants.O_DSYNC);
    const through = await this.#through;
    await writeAll(through ?? this.descriptor, buffer, at, length, position);
    if (through === undefined) await this.sync();
  }

  override async close(): Promise<void> {
    const through = await this.#through;
    this.#through = undefined;
    if (through !== undefined) await call((done) => fs.close(through, done));
    await super.close();
  }
}

/** Blocks whoever calls it while it reads and writes, which is faster; only `sync` takes its time beside. */
class BlockingFile extends NodeFile {
  override async read(buffer: Uint8Array, at: number, length: number, position: number): Promise<number> {
    return this.readSync(buffer, at, length, position);
  }

  override async write(buffer: Uint8Array, at: number, length: number, position: number): Promise<void> {
    for (let done = 0; done < length; ) {
      done += fs.writeSync(this.descriptor, buffer, at + done, length - done, position + done);
    }
  }
}

/** A file that another thread opened, and closes once this one has ended. */
export function fileOfAnotherThread(path: string, descriptor: number): OpenFile {
  return new BlockingFile(path, descriptor);
}

const OwnFile = process.platform === 'linux' ? LinuxFile : NodeFile;

/** The disk of this machine. */
export class NodeFileSystem implements FileSystem {
  open(path: string, mode: OpenMode): Promise<OpenFile> {
    return new Promise((resolve, reject) => {
      fs.open(path, FLAGS[mode], 0o644, (error, fd) => (error ? reject(error) : resolve(new OwnFile(path, fd))));
    });
  }

  readFile(path: string): Promise<Buffer | undefined> {
    return absentAsUndefined(fs.promises.readFile(path));
  }

  async fileSize(path: string): Promise<number | undefined> {
    return (await absentAsUndefined(fs.promises.stat(path)))?.size;
  }

  async list(directory: string): Promise<string[]> {
    return (await absentAsUndefined(fs.promises.readdir(directory))) ?? [];
  }

  async makeDirectory(path: string): Promise<boolean> {
    try {
      await fs.promises.mkdir(path);
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST' && (await fs.promises.stat(path)).isDirectory()) return false;
      throw error;
    }
  }

  rename(from: string, to: string): Promise<void> {
    return fs.promises.rename(from, to);
  }

  async link(from: string, to: string): Promise<void> {
    try {
      await fs.promises.link(from, to);
    } catch (error) {
      const code = systemCode(error);
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EMLINK') throw error;
      await fs.promises.copyFile(from, to, fs.constants.COPYFILE_EXCL);
      const copy = await this.open(to, 'write');
      await copy.sync().finally(() => copy.close());
    }
  }

  async isSameFile(path: string, other: string): Promise<boolean> {
    const [a, b] = await Promise.all([path, other].map((name) => absentAsUndefined(fs.promises.stat(name))));
    return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
  }

  remove(path: string): Promise<void> {
    return fs.promises.rm(path, { force: true });
  }

  async freeBytes(path: string): Promise<number> {
    const { bavail, bsize } = await fs.promises.statfs(path);
    return bavail * bsize;
  }

  /** Linux alone lists its locks (proc(5)), by inode; which device that is on it may spell otherwise than `stat`. */
  async isLocked(path: string): Promise<boolean | undefined> {
    const locked = await fs.promises.readFile('/proc/locks', 'utf8').catch(() => undefined);
    const stats = await absentAsUndefined(fs.promises.stat(path));
    if (stats === undefined) return false;
    return locked?.split('\n').some((line) => line.includes(' WRITE ') && line.includes(`:${stats.ino} `));
  }

  async syncDirectory(path: string): Promise<void> {
    const fd = await fs.promises.open(path, fs.constants.O_RDONLY);
    try {
      await fd.sync();
    } finally {
      await fd.close();
    }
  }
}

/** Loaded by whoever locks: a thread that only copies starts sooner without it. */
function locks(): typeof import('fs-native-extensions') {
  return createRequire(import.meta.url)('fs-native-extensions');
}

/** The very file that is open, whatever it is called by now (proc(5)). */
function openedAgain(descriptor: number, flags: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    fs.open(`/proc/self/fd/${descriptor}`, flags, (error, fd) => resolve(error ? undefined : fd));
  });
}

function writeAll(fd: number, buffer: Uint8Array, at: number, length: number, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let done = 0;
    const rest = () => fs.write(fd, buffer, at + done, length - done, position + done, written);
    const written = (error: Error | null, bytes: number) => {
      done += bytes;
      if (error) reject(error);
      else if (done < length) rest();
      else resolve();
    };
    rest();
  });
}

function call(start: (done: (error: NodeJS.ErrnoException | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}

async function absentAsUndefined<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Creates a directory, and those above it that are missing, each durable before anything is put into it. One that is
 * there already is made durable too: whoever created it may have died before that.
 */
export async function makeDirectoryDurably(disk: FileSystem, directory: string): Promise<void> {
  const path = normalize(directory);
  const above = dirname(path);
  let made: boolean;
  try {
    made = await disk.makeDirectory(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || above === path) throw error;
    await makeDirectoryDurably(disk, above);
    made = await disk.makeDirectory(path);
  }
  try {
    await disk.syncDirectory(above);
  } catch (error) {
    // One may be allowed to use a directory and yet not to read the one above it, as fsync asks.
    if (made || !['EACCES', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
  }
}

/**
 * Writes a whole file under a temporary name beside `path` and swaps it in: at every instant `path` holds
 * either the old content or the new, also after a power cut. Where that fails, the temporary file is removed.
 */
export async function replaceFile(
  disk: FileSystem,
  path: string,
  write: (file: OpenFile) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await writeDurably(await disk.open(temporary, 'replace'), write);
    await disk.rename(temporary, path);
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined);
    throw error;
  }
  await disk.syncDirectory(dirname(path));
}

/** Writes, fsyncs and closes a file; closes it also where that fails, and throws the first failure. */
export async function writeDurably(file: OpenFile, write: (file: OpenFile) => Promise<void>): Promise<void> {
  try {
    await write(file);
    await file.sync();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
}
