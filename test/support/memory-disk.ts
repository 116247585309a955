/**
 * A disk in memory behind the engine's file door: copied in a moment, compared byte by byte, never slow.
 * It keeps what the engine relies on: links share a file, a rename replaces, a lock belongs to one open file.
 */
import { dirname } from 'node:path';
import type { FileSystem, OpenFile, OpenMode } from '../../src/storage/log/index.js';

interface Inode {
  bytes: Buffer;
  lockedBy: OpenFile | undefined;
}

export function systemError(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: simulated, '${path}'`), { code });
}

class MemoryFile implements OpenFile {
  constructor(
    public path: string,
    private readonly inode: Inode,
  ) {}

  async read(buffer: Uint8Array, at: number, length: number, position: number): Promise<number> {
    return this.readSync(buffer, at, length, position);
  }

  readSync(buffer: Uint8Array, at: number, length: number, position: number): number {
    const piece = this.inode.bytes.subarray(position, position + length);
    buffer.set(piece, at);
    return piece.length;
  }

  async write(buffer: Uint8Array, at: number, length: number, position: number): Promise<void> {
    const old = this.inode.bytes;
    const bytes = Buffer.alloc(Math.max(old.length, position + length));
    old.copy(bytes);
    bytes.set(buffer.subarray(at, at + length), position);
    this.inode.bytes = bytes;
  }

  async sync(): Promise<void> {}

  async truncate(size: number): Promise<void> {
    const bytes = Buffer.alloc(size);
    this.inode.bytes.copy(bytes);
    this.inode.bytes = bytes;
  }

  async size(): Promise<number> {
    return this.inode.bytes.length;
  }

  async close(): Promise<void> {
    if (this.inode.lockedBy === this) this.inode.lockedBy = undefined;
  }

  tryLock(): boolean {
    this.inode.lockedBy ??= this;
    return this.inode.lockedBy === this;
  }
}

export class MemoryDisk implements FileSystem {
  readonly #files = new Map<string, Inode>();

  /** A disk of its own that holds the same bytes; what was one file under two names still is. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk();
    const copies = new Map<Inode, Inode>();
    for (const [path, inode] of this.#files) {
      // A write puts other bytes in place and leaves these as they are.
      const copied = copies.get(inode) ?? { bytes: inode.bytes, lockedBy: undefined };
      copies.set(inode, copied);
      copy.#files.set(path, copied);
    }
    return copy;
  }

  put(path: string, bytes: Buffer | string): void {
    this.#files.set(path, { bytes: Buffer.from(bytes), lockedBy: undefined });
  }

  bytesOf(path: string): Buffer {
    const file = this.#files.get(path);
    if (!file) throw systemError('ENOENT', path);
    return Buffer.from(file.bytes);
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  drop(path: string): void {
    this.#files.delete(path);
  }

  paths(): string[] {
    return [...this.#files.keys()].sort();
  }

  /** Every path with its bytes as text, in order; the file that only says who holds the directory left out. */
  picture(): Record<string, string> {
    const paths = [...this.#files.keys()].filter((path) => !path.endsWith('/LOCK')).sort();
    return Object.fromEntries(paths.map((path) => [path, this.bytesOf(path).toString('latin1')]));
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    let inode = this.#files.get(path);
    if (!inode) {
      if (mode === 'read') throw systemError('ENOENT', path);
      inode = { bytes: Buffer.alloc(0), lockedBy: undefined };
      this.#files.set(path, inode);
    }
    if (mode === 'replace') inode.bytes = Buffer.alloc(0);
    return new MemoryFile(path, inode);
  }

  async readFile(path: string): Promise<Buffer | undefined> {
    return this.#files.has(path) ? this.bytesOf(path) : undefined;
  }

  async fileSize(path: string): Promise<number | undefined> {
    return this.#files.get(path)?.bytes.length;
  }

  async list(directory: string): Promise<string[]> {
    return [...this.#files.keys()]
      .filter((path) => dirname(path) === directory)
      .map((path) => path.slice(directory.length + 1));
  }

  async makeDirectory(): Promise<boolean> {
    return false;
  }

  async rename(from: string, to: string): Promise<void> {
    const inode = this.#files.get(from);
    if (!inode) throw systemError('ENOENT', from);
    this.#files.set(to, inode);
    this.#files.delete(from);
  }

  async link(from: string, to: string): Promise<void> {
    const inode = this.#files.get(from);
    if (!inode) throw systemError('ENOENT', from);
    if (this.#files.has(to)) throw systemError('EEXIST', to);
    this.#files.set(to, inode);
  }

  async isSameFile(path: string, other: string): Promise<boolean> {
    const inode = this.#files.get(path);
    return inode !== undefined && inode === this.#files.get(other);
  }

  async remove(path: string): Promise<void> {
    this.#files.delete(path);
  }

  async syncDirectory(): Promise<void> {}
}
