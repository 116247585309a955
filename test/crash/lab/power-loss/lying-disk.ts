/**
 * A simulated disk that tells a process one thing and keeps another: what is read comes from its cache, what outlives a
 * power cut is what was fsynced. Every change is recorded on a tape, from which `power-cut.ts` builds each state that
 * the disk may be in when the power goes at any moment of it.
 *
 * The rules are those that POSIX leaves open to a disk, the harshest reading of each:
 * - content and size of a file are durable after `sync` of it, its name only after `syncDirectory`;
 * - a `sync` that fails drops what it should have written: a later one succeeds without it, though it can still be
 *   read (Linux since 4.13 on ext4 and XFS; see "Can applications recover from fsync failures?", Rebello et al., 2020).
 *
 * For tests that inject faults: `fail` decides for each call whether, and how, it fails.
 */
import { basename, dirname } from 'node:path';
import type { FileSystem, OpenFile, OpenMode } from '../../../../src/storage/log/index.js';
import { systemError } from '../../../support/memory-disk.js';

/** One change, as the disk received it. Files are known by number, since names come and go. */
export type TapeEvent =
  | { do: 'write'; file: number; at: number; bytes: Buffer }
  | { do: 'truncate'; file: number; size: number }
  | { do: 'sync' | 'failed sync'; file: number }
  | { do: 'name'; directory: string; name: string; target: Target }
  | { do: 'rename'; directory: string; from: string; to: string }
  | { do: 'unname'; directory: string; name: string }
  | { do: 'sync directory'; directory: string };

/** What a name stands for: a file, or a directory. */
export type Target = number | 'directory';

/** A file system as it is found: directories, and names of files; two names with one number are one file. */
export interface DiskImage {
  directories: ReadonlySet<string>;
  names: ReadonlyMap<string, number>;
  contents: ReadonlyMap<number, Buffer>;
}

export const EMPTY_IMAGE: DiskImage = { directories: new Set(['.']), names: new Map(), contents: new Map() };

export interface Fault {
  code: string;
  /** Bytes of a write that arrive all the same. */
  shortBytes?: number;
}

class CachedFile {
  bytes: Buffer;
  size: number;
  lockedBy: OpenFile | undefined;

  constructor(
    readonly number: number,
    content: Buffer,
  ) {
    this.bytes = Buffer.from(content);
    this.size = content.length;
  }

  write(piece: Uint8Array, at: number): void {
    const end = at + piece.length;
    if (end > this.bytes.length) {
      const larger = Buffer.alloc(Math.max(end, this.bytes.length * 2, 1024));
      this.bytes.copy(larger, 0, 0, this.size);
      this.bytes = larger;
    }
    if (at > this.size) this.bytes.fill(0, this.size, at);
    this.bytes.set(piece, at);
    this.size = Math.max(this.size, end);
  }

  truncate(size: number): void {
    if (size > this.size) this.write(Buffer.alloc(size - this.size), this.size);
    this.size = size;
  }

  content(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.size));
  }
}

export class LyingDisk implements FileSystem {
  readonly tape: TapeEvent[] = [];
  /** Asked before each call that can fail; undefined lets it through. */
  fail: (operation: keyof FileSystem | keyof OpenFile, path: string) => Fault | undefined = () => undefined;
  /** Files that are open. */
  openFiles = 0;
  readonly #directories: Set<string>;
  readonly #names = new Map<string, CachedFile>();
  #nextNumber = 0;

  /** @param image what the disk holds, all of it durable */
  constructor(readonly image: DiskImage = EMPTY_IMAGE) {
    this.#directories = new Set(image.directories);
    const files = new Map<number, CachedFile>();
    for (const [path, number] of image.names) {
      const file = files.get(number) ?? new CachedFile(number, image.contents.get(number) as Buffer);
      files.set(number, file);
      this.#names.set(path, file);
      this.#nextNumber = Math.max(this.#nextNumber, number + 1);
    }
  }

  /** How far the tape goes: a moment to cut the power at. */
  get now(): number {
    return this.tape.length;
  }

  /** The bytes of a file as they can be read, undefined where there is none. */
  bytesOf(path: string): Buffer | undefined {
    return this.#names.get(path)?.content();
  }

  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    this.ask('open', path);
    let file = this.#names.get(path);
    if (!file) {
      if (mode === 'read' || !this.#directories.has(dirname(path))) throw systemError('ENOENT', path);
      file = new CachedFile(this.#nextNumber, Buffer.alloc(0));
      this.#nextNumber += 1;
      this.#name(path, file);
    } else if (mode === 'replace' && file.size > 0) {
      file.truncate(0);
      this.tape.push({ do: 'truncate', file: file.number, size: 0 });
    }
    this.openFiles += 1;
    return new LyingFile(path, file, this);
  }

  async readFile(path: string): Promise<Buffer | undefined> {
    this.ask('readFile', path);
    return this.bytesOf(path);
  }

  async fileSize(path: string): Promise<number | undefined> {
    this.ask('fileSize', path);
    return this.#names.get(path)?.size;
  }

  async list(directory: string): Promise<string[]> {
    this.ask('list', directory);
    return this.paths()
      .filter((path) => dirname(path) === directory)
      .map((path) => basename(path));
  }

  async makeDirectory(path: string): Promise<boolean> {
    this.ask('makeDirectory', path);
    if (this.#directories.has(path)) return false;
    if (!this.#directories.has(dirname(path))) throw systemError('ENOENT', path);
    this.#directories.add(path);
    this.tape.push({ do: 'name', directory: dirname(path), name: basename(path), target: 'directory' });
    return true;
  }

  async rename(from: string, to: string): Promise<void> {
    this.ask('rename', to);
    const file = this.#names.get(from);
    if (!file) throw systemError('ENOENT', from);
    if (dirname(from) !== dirname(to)) throw systemError('EXDEV', from);
    this.#names.set(to, file);
    this.#names.delete(from);
    this.tape.push({ do: 'rename', directory: dirname(to), from: basename(from), to: basename(to) });
  }

  async link(from: string, to: string): Promise<void> {
    this.ask('link', to);
    const file = this.#names.get(from);
    if (!file) throw systemError('ENOENT', from);
    if (this.#names.has(to)) throw systemError('EEXIST', to);
    this.#name(to, file);
  }

  async isSameFile(path: string, other: string): Promise<boolean> {
    this.ask('isSameFile', path);
    const file = this.#names.get(path);
    return file !== undefined && file === this.#names.get(other);
  }

  async remove(path: string): Promise<void> {
    this.ask('remove', path);
    if (!this.#names.delete(path)) return;
    this.tape.push({ do: 'unname', directory: dirname(path), name: basename(path) });
  }

  async syncDirectory(path: string): Promise<void> {
    // A directory that could not be fsynced is still in the file system's journal: the next fsync of it takes it along.
    this.ask('syncDirectory', path);
    this.tape.push({ do: 'sync directory', directory: path });
  }

  /** The process that held files open died: the kernel closes them, and with them the lock. */
  unlock(): void {
    for (const file of this.#names.values()) file.lockedBy = undefined;
    this.openFiles = 0;
  }

  /** Throws the fault that is planned for this call. */
  ask(operation: keyof FileSystem | keyof OpenFile, path: string): void {
    const fault = this.fail(operation, path);
    if (fault) throw systemError(fault.code, path);
  }

  #name(path: string, file: CachedFile): void {
    this.#names.set(path, file);
    this.tape.push({ do: 'name', directory: dirname(path), name: basename(path), target: file.number });
  }
}

class LyingFile implements OpenFile {
  #closed = false;

  constructor(
    public path: string,
    private readonly file: CachedFile,
    private readonly disk: LyingDisk,
  ) {}

  async read(buffer: Uint8Array, at: number, length: number, position: number): Promise<number> {
    this.disk.ask('read', this.path);
    return this.#copy(buffer, at, length, position);
  }

  readSync(buffer: Uint8Array, at: number, length: number, position: number): number {
    this.disk.ask('readSync', this.path);
    return this.#copy(buffer, at, length, position);
  }

  #copy(buffer: Uint8Array, at: number, length: number, position: number): number {
    const { bytes, size } = this.file;
    const piece = bytes.subarray(Math.min(position, size), Math.min(position + length, size));
    buffer.set(piece, at);
    return piece.length;
  }

  async write(buffer: Uint8Array, at: number, length: number, position: number): Promise<void> {
    const fault = this.disk.fail('write', this.path);
    const written = fault ? Math.min(fault.shortBytes ?? 0, length) : length;
    const bytes = Buffer.from(buffer.subarray(at, at + written));
    if (written > 0) {
      this.file.write(bytes, position);
      this.disk.tape.push({ do: 'write', file: this.file.number, at: position, bytes });
    }
    if (fault) throw systemError(fault.code, this.path);
  }

  async sync(): Promise<void> {
    const fault = this.disk.fail('sync', this.path);
    this.disk.tape.push({ do: fault ? 'failed sync' : 'sync', file: this.file.number });
    if (fault) throw systemError(fault.code, this.path);
  }

  async truncate(size: number): Promise<void> {
    this.disk.ask('truncate', this.path);
    this.file.truncate(size);
    this.disk.tape.push({ do: 'truncate', file: this.file.number, size });
  }

  async size(): Promise<number> {
    this.disk.ask('size', this.path);
    return this.file.size;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.disk.openFiles -= 1;
    if (this.file.lockedBy === this) this.file.lockedBy = undefined;
    this.disk.ask('close', this.path);
  }

  tryLock(): boolean {
    this.file.lockedBy ??= this;
    return this.file.lockedBy === this;
  }
}
