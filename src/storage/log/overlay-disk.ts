/**
 * A disk that reads another one and keeps every write, rename, link and removal in memory: what an engine does to a
 * directory can be seen without one byte of it changing, also beside a process that writes there.
 */
import { dirname, join, normalize } from 'node:path';
import { systemCode } from './errors.js';
import type { FileSystem, OpenFile, OpenMode } from './file-system.js';
import { OverlayFile, OverlayInode } from './overlay-file.js';

export class OverlayDisk implements FileSystem {
  /** Files that are open, or other than below, by path; null where a file below is gone. */
  readonly #files = new Map<string, OverlayInode | null>();
  readonly #directories = new Set<string>();
  #forgetful = false;

  constructor(private readonly below: FileSystem) {}

  /** From now on what is written as a whole is not even kept in memory: nobody will read it. */
  forgetWrites(): void {
    this.#forgetful = true;
  }

  /** Lets go of the files below that are held for what was changed of them. */
  async close(): Promise<void> {
    const inodes = new Set([...this.#files.values()].filter((inode) => inode !== null));
    this.#files.clear();
    for (const { below } of inodes) await below?.close();
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    const name = normalize(path);
    if (mode === 'replace' && this.#forgetful) return new ForgetfulFile(path);
    const known = this.#files.get(name);
    let inode = known ?? undefined;
    if (known === undefined && mode !== 'replace') inode = await this.#inodeBelow(name);
    if (!inode) {
      if (mode === 'read') throw systemError('ENOENT', path);
      inode = new OverlayInode(undefined, 0);
      inode.isChanged = true;
    }
    if (mode === 'replace') inode.truncate(0);
    this.#files.set(name, inode);
    return this.#opened(path, inode);
  }

  async readFile(path: string): Promise<Buffer | undefined> {
    const inode = this.#files.get(normalize(path));
    if (inode === undefined) return this.below.readFile(path);
    if (inode === null) return undefined;
    const content = Buffer.allocUnsafe(inode.size);
    const read = await inode.read(content, 0, inode.size, 0);
    return content.subarray(0, read);
  }

  async fileSize(path: string): Promise<number | undefined> {
    const inode = this.#files.get(normalize(path));
    if (inode === null) return undefined;
    return inode === undefined ? this.below.fileSize(path) : inode.size;
  }

  async list(directory: string): Promise<string[]> {
    const names = new Set(await this.below.list(directory));
    const above = normalize(directory);
    for (const [path, inode] of this.#files) {
      if (dirname(path) !== above) continue;
      const name = path.slice(join(above, '/').length);
      if (inode === null) names.delete(name);
      else names.add(name);
    }
    return [...names];
  }

  async makeDirectory(path: string): Promise<boolean> {
    const name = normalize(path);
    if (this.#directories.has(name) || (await this.below.fileSize(path)) !== undefined) return false;
    this.#directories.add(name);
    return true;
  }

  async rename(from: string, to: string): Promise<void> {
    if (this.#forgetful) return;
    this.#files.set(normalize(to), await this.#inodeOf(from));
    this.#files.set(normalize(from), null);
  }

  async link(from: string, to: string): Promise<void> {
    const inode = await this.#inodeOf(from);
    if ((await this.fileSize(to)) !== undefined) throw systemError('EEXIST', to);
    this.#files.set(normalize(to), inode);
  }

  async isSameFile(path: string, other: string): Promise<boolean> {
    const [a, b] = [this.#files.get(normalize(path)), this.#files.get(normalize(other))];
    if (a === null || b === null) return false;
    if (a !== undefined && a === b) return true;
    // What lies below an open file may have got another name since.
    if (a) return !a.isChanged && ((await a.below?.isNamed?.(other)) ?? this.below.isSameFile(path, other));
    if (b) return !b.isChanged && ((await b.below?.isNamed?.(path)) ?? this.below.isSameFile(path, other));
    return this.below.isSameFile(path, other);
  }

  async remove(path: string): Promise<void> {
    this.#files.set(normalize(path), null);
  }

  async syncDirectory(): Promise<void> {}

  isLocked(path: string): Promise<boolean | undefined> {
    return this.below.isLocked?.(path) ?? Promise.resolve(undefined);
  }

  /** The file at a path, as it is now; it stays the same however the file below is called later. */
  async #inodeOf(path: string): Promise<OverlayInode> {
    const name = normalize(path);
    const inode = this.#files.get(name) ?? (this.#files.has(name) ? undefined : await this.#inodeBelow(name));
    if (!inode) throw systemError('ENOENT', path);
    // Under another name than below, so that it is kept when nobody has it open.
    inode.isChanged = true;
    this.#files.set(name, inode);
    return inode;
  }

  async #inodeBelow(path: string): Promise<OverlayInode | undefined> {
    let file: OpenFile;
    try {
      file = await this.below.open(path, 'read');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    return new OverlayInode(file, await file.size());
  }

  #opened(path: string, inode: OverlayInode): OpenFile {
    inode.holders += 1;
    return new OverlayFile(path, inode, async () => {
      inode.holders -= 1;
      if (inode.holders > 0 || inode.isChanged) return;
      // Unchanged and not in use: whoever opens it next sees what it is by then.
      for (const [name, held] of this.#files) if (held === inode) this.#files.delete(name);
      await inode.below?.close();
    });
  }
}

/** Takes everything in and keeps how much it was. */
class ForgetfulFile implements OpenFile {
  #size = 0;

  constructor(public path: string) {}

  async read(): Promise<number> {
    return 0;
  }

  readSync(): number {
    return 0;
  }

  async write(_buffer: Uint8Array, _at: number, length: number, position: number): Promise<void> {
    this.#size = Math.max(this.#size, position + length);
  }

  async sync(): Promise<void> {}

  async truncate(size: number): Promise<void> {
    this.#size = size;
  }

  async size(): Promise<number> {
    return this.#size;
  }

  async close(): Promise<void> {}

  tryLock(): boolean {
    return true;
  }
}

function systemError(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: '${path}'`), { code });
}
