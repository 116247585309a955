/** A disk that counts what is asked of it, and fails or waits where a test says so. */
import { type FileSystem, NodeFileSystem, type OpenFile, type OpenMode } from '../../src/storage/log/index.js';

export interface DiskCall {
  operation: keyof FileSystem | keyof Omit<OpenFile, 'path'>;
  path: string;
  /** What the file is called by now, of a call on an open file: a compacted log keeps the path it was opened under. */
  name?: string;
  /** Of an opening. */
  mode?: OpenMode;
  /** Bytes asked for, of a read or a write. */
  length?: number;
}

/** May throw what the call shall throw, or give a promise that the call waits for. */
export type BeforeCall = (call: DiskCall) => void | Promise<void>;

export class WatchedDisk implements FileSystem {
  readonly calls: DiskCall[] = [];
  before: BeforeCall = () => {};
  /** Bytes of a write that reach the disk before `before` makes it fail. */
  shortWriteBytes = 0;
  /** Whether files opened from now on can write through: a write and an fsync, each of which may fail. */
  writesThrough = false;
  readonly #open = new Set<WatchedFile>();

  constructor(private readonly disk: FileSystem = new NodeFileSystem()) {}

  count(operation: DiskCall['operation'], path = ''): number {
    return this.calls.filter((call) => call.operation === operation && call.path.endsWith(path)).length;
  }

  /** Names of the files that are open. */
  openFiles(): string[] {
    return [...this.#open].map((file) => file.name).sort();
  }

  /** A file is closed whatever its closing said, as the kernel has it. */
  forget(file: OpenFile): void {
    this.#open.delete(file as WatchedFile);
  }

  note(call: DiskCall): void | Promise<void> {
    this.calls.push(call);
    return this.before(call);
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    await this.note({ operation: 'open', path, mode });
    const file = new WatchedFile(await this.disk.open(path, mode), this);
    this.#open.add(file);
    return file;
  }

  async readFile(path: string): Promise<Buffer | undefined> {
    await this.note({ operation: 'readFile', path });
    return this.disk.readFile(path);
  }

  async fileSize(path: string): Promise<number | undefined> {
    await this.note({ operation: 'fileSize', path });
    return this.disk.fileSize(path);
  }

  async list(path: string): Promise<string[]> {
    await this.note({ operation: 'list', path });
    return this.disk.list(path);
  }

  async makeDirectory(path: string): Promise<boolean> {
    await this.note({ operation: 'makeDirectory', path });
    return this.disk.makeDirectory(path);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.note({ operation: 'rename', path: to });
    await this.disk.rename(from, to);
    for (const file of this.#open) {
      if (file.name === to) file.name = `${to} (replaced)`;
      else if (file.name === from) file.name = to;
    }
  }

  async link(from: string, to: string): Promise<void> {
    await this.note({ operation: 'link', path: to });
    return this.disk.link(from, to);
  }

  async isSameFile(path: string, other: string): Promise<boolean> {
    await this.note({ operation: 'isSameFile', path });
    return this.disk.isSameFile(path, other);
  }

  async remove(path: string): Promise<void> {
    await this.note({ operation: 'remove', path });
    return this.disk.remove(path);
  }

  async syncDirectory(path: string): Promise<void> {
    await this.note({ operation: 'syncDirectory', path });
    return this.disk.syncDirectory(path);
  }
}

class WatchedFile implements OpenFile {
  name: string;
  path: string;
  readonly writeThrough?: OpenFile['writeThrough'];
  private readonly openedAs: string;

  constructor(
    private readonly file: OpenFile,
    private readonly disk: WatchedDisk,
  ) {
    this.name = file.path;
    this.path = file.path;
    this.openedAs = file.path;
    if (!disk.writesThrough) return;
    this.writeThrough = async (...piece) => {
      await this.write(...piece);
      await this.sync();
    };
  }

  async read(buffer: Uint8Array, at: number, length: number, position: number): Promise<number> {
    await this.disk.note({ operation: 'read', path: this.openedAs, name: this.name, length });
    return this.file.read(buffer, at, length, position);
  }

  readSync(buffer: Uint8Array, at: number, length: number, position: number): number {
    void this.disk.note({ operation: 'readSync', path: this.openedAs, name: this.name, length });
    return this.file.readSync(buffer, at, length, position);
  }

  async write(buffer: Uint8Array, at: number, length: number, position: number): Promise<void> {
    try {
      await this.disk.note({ operation: 'write', path: this.openedAs, name: this.name, length });
    } catch (error) {
      await this.file.write(buffer, at, Math.min(length, this.disk.shortWriteBytes), position);
      throw error;
    }
    return this.file.write(buffer, at, length, position);
  }

  async sync(): Promise<void> {
    await this.disk.note({ operation: 'sync', path: this.openedAs, name: this.name });
    return this.file.sync();
  }

  async truncate(size: number): Promise<void> {
    await this.disk.note({ operation: 'truncate', path: this.openedAs, name: this.name });
    return this.file.truncate(size);
  }

  async size(): Promise<number> {
    await this.disk.note({ operation: 'size', path: this.openedAs, name: this.name });
    return this.file.size();
  }

  async close(): Promise<void> {
    this.disk.forget(this);
    try {
      await this.disk.note({ operation: 'close', path: this.openedAs, name: this.name });
    } finally {
      await this.file.close();
    }
  }

  tryLock(): boolean {
    void this.disk.note({ operation: 'tryLock', path: this.openedAs, name: this.name });
    return this.file.tryLock();
  }
}
