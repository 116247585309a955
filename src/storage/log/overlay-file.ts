/** A file of the overlay: the bytes of another file, below the pages of it that were written since. */
import type { OpenFile } from './file-system.js';

/** What is written anew of a file is kept in pages of this size. */
const PAGE_BYTES = 64 * 1024;

/** The file itself, under however many names and open files. */
export class OverlayInode {
  readonly #pages = new Map<number, Buffer>();
  /** Bytes of the file below that still show; behind them nothing of it counts. */
  #shown: number;
  size: number;
  /** Open files of it. */
  holders = 0;
  isChanged = false;

  /** @param below the file that shows where nothing was written; none where the file is new */
  constructor(
    readonly below: OpenFile | undefined,
    size: number,
  ) {
    this.size = size;
    this.#shown = size;
  }

  async read(buffer: Uint8Array, at: number, length: number, position: number): Promise<number> {
    const end = Math.min(position + length, this.size);
    if (end <= position) return 0;
    // Most files are only read: as fast as the disk below.
    if (this.#pages.size === 0 && end <= this.#shown && this.below) {
      return this.below.read(buffer, at, end - position, position);
    }
    for (const { page, from, to } of pagesOf(position, end)) {
      const target = at + from - position;
      const known = this.#pages.get(page);
      if (known) buffer.set(known.subarray(from - page * PAGE_BYTES, to - page * PAGE_BYTES), target);
      else await this.#readBelow(buffer, target, from, to);
    }
    return end - position;
  }

  readSync(buffer: Uint8Array, at: number, length: number, position: number): number {
    const end = Math.min(position + length, this.size);
    if (end <= position) return 0;
    for (const { page, from, to } of pagesOf(position, end)) {
      const target = at + from - position;
      const known = this.#pages.get(page);
      if (known) {
        buffer.set(known.subarray(from - page * PAGE_BYTES, to - page * PAGE_BYTES), target);
        continue;
      }
      const below = Math.max(0, Math.min(to, this.#shown) - from);
      const read = below > 0 && this.below ? this.below.readSync(buffer, target, below, from) : 0;
      buffer.fill(0, target + read, target + to - from);
    }
    return end - position;
  }

  async write(buffer: Uint8Array, at: number, length: number, position: number): Promise<void> {
    if (await this.#holds(buffer, at, length, position)) return;
    this.isChanged = true;
    for (const { page, from, to } of pagesOf(position, position + length)) {
      const bytes = await this.#page(page);
      bytes.set(buffer.subarray(at + from - position, at + to - position), from - page * PAGE_BYTES);
    }
    this.size = Math.max(this.size, position + length);
  }

  truncate(size: number): void {
    if (size === this.size) return;
    this.isChanged = true;
    this.#shown = Math.min(this.#shown, size);
    for (const [page, bytes] of this.#pages) {
      const keep = size - page * PAGE_BYTES;
      if (keep <= 0) this.#pages.delete(page);
      else if (keep < PAGE_BYTES) bytes.fill(0, keep);
    }
    this.size = size;
  }

  /** Opening writes the end of a log again, the same bytes in the same place: nothing to be kept. */
  async #holds(buffer: Uint8Array, at: number, length: number, position: number): Promise<boolean> {
    if (position + length > this.size) return false;
    const held = Buffer.allocUnsafe(length);
    const read = await this.read(held, 0, length, position);
    return read === length && held.equals(buffer.subarray(at, at + length));
  }

  async #page(page: number): Promise<Buffer> {
    const known = this.#pages.get(page);
    if (known) return known;
    const bytes = Buffer.alloc(PAGE_BYTES);
    const from = page * PAGE_BYTES;
    await this.#readBelow(bytes, 0, from, Math.min(from + PAGE_BYTES, Math.max(from, this.size)));
    this.#pages.set(page, bytes);
    return bytes;
  }

  async #readBelow(buffer: Uint8Array, at: number, from: number, to: number): Promise<void> {
    const below = Math.max(0, Math.min(to, this.#shown) - from);
    const read = below > 0 && this.below ? await this.below.read(buffer, at, below, from) : 0;
    buffer.fill(0, at + read, at + to - from);
  }
}

export class OverlayFile implements OpenFile {
  #closed = false;

  constructor(
    public path: string,
    private readonly inode: OverlayInode,
    private readonly onClose: () => Promise<void>,
  ) {}

  read(buffer: Uint8Array, at: number, length: number, position: number): Promise<number> {
    return this.inode.read(buffer, at, length, position);
  }

  readSync(buffer: Uint8Array, at: number, length: number, position: number): number {
    return this.inode.readSync(buffer, at, length, position);
  }

  write(buffer: Uint8Array, at: number, length: number, position: number): Promise<void> {
    return this.inode.write(buffer, at, length, position);
  }

  async sync(): Promise<void> {}

  async truncate(size: number): Promise<void> {
    this.inode.truncate(size);
  }

  async size(): Promise<number> {
    return this.inode.size;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.onClose();
  }

  /** Nobody is kept out, and nobody need be. */
  tryLock(): boolean {
    return true;
  }
}

function* pagesOf(position: number, end: number): Generator<{ page: number; from: number; to: number }> {
  for (let from = position; from < end; ) {
    const page = Math.floor(from / PAGE_BYTES);
    const to = Math.min(end, (page + 1) * PAGE_BYTES);
    yield { page, from, to };
    from = to;
  }
}
