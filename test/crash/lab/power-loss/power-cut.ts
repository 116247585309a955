/**
 * What may be left on a disk after the power went: reads the tape of a `LyingDisk` up to a moment and builds the states
 * that are legal then. Of each file, what was not yet fsynced is there up to some byte; behind it the file ends, or is
 * filled with zeros as far as its size had grown. Of each directory, the changes not yet fsynced are there up to one of
 * them. What a failed fsync should have written is there or not, piece by piece.
 */
import { join } from 'node:path';
import type { Random } from '../../../support/random.js';
import type { DiskImage, TapeEvent, Target } from './lying-disk.js';

/** How the disk treats what was not fsynced. */
export type Survival =
  /** All of it is lost, or nothing. */
  | 'nothing'
  | 'everything'
  /** A prefix is there, cut at any byte, the rest gone or read as zeros; another prefix for each file and directory. */
  | 'prefix'
  /** Pages of 4 KiB are there or not, each for itself: disks write them in any order. */
  | 'pages';

const PAGE_BYTES = 4096;

type FileOp = { do: 'write'; at: number; bytes: Buffer } | { do: 'truncate'; size: number };
type DirectoryOp = { gone?: string; name?: string; target?: Target };

class PlatterFile {
  /** What is durable for certain. */
  base: Buffer = Buffer.alloc(0);
  /** What came after, in order; `doubtful` for ever where an fsync failed. */
  ops: { op: FileOp; state: 'pending' | 'doubtful' | 'durable' }[] = [];

  sync(): void {
    for (const each of this.ops) if (each.state === 'pending') each.state = 'durable';
    while (this.ops[0]?.state === 'durable') this.base = applied(this.base, (this.ops.shift() as { op: FileOp }).op);
  }

  /** Only the bytes are dropped: a size is kept by the file system, and written with the next fsync that succeeds. */
  failSync(): void {
    for (const each of this.ops) if (each.state === 'pending' && each.op.do === 'write') each.state = 'doubtful';
  }

  after(survival: Survival, random: Random): Buffer {
    const pending = this.ops.filter(({ state }) => state === 'pending').length;
    const kept = survival === 'everything' ? pending : survival === 'nothing' ? 0 : random.below(pending + 1);
    let content = this.base;
    let at = 0;
    for (const { op, state } of this.ops) {
      if (state === 'durable') content = applied(content, op);
      else if (state === 'doubtful') content = random.chance(0.5) ? applied(content, op) : content;
      else {
        if (at < kept) content = applied(content, op);
        else if (survival === 'pages') content = inPages(content, op, random);
        else if (at === kept && survival === 'prefix') content = cutShort(content, op, random);
        at += 1;
      }
    }
    return survival === 'prefix' && random.chance(0.3) ? this.#zeroFilled(content) : content;
  }

  /** The size had grown already, what belongs there had not been written. */
  #zeroFilled(content: Buffer): Buffer {
    const size = this.ops.reduce((grown, { op }) => applied(grown, op), this.base).length;
    return Buffer.concat([content, Buffer.alloc(Math.max(0, size - content.length))]);
  }
}

function applied(content: Buffer, op: FileOp): Buffer {
  if (op.do === 'truncate') {
    return op.size <= content.length
      ? Buffer.from(content.subarray(0, op.size))
      : Buffer.concat([content, Buffer.alloc(op.size - content.length)]);
  }
  const larger = Buffer.alloc(Math.max(content.length, op.at + op.bytes.length));
  content.copy(larger);
  larger.set(op.bytes, op.at);
  return larger;
}

function cutShort(content: Buffer, op: FileOp, random: Random): Buffer {
  if (op.do === 'truncate') return random.chance(0.5) ? applied(content, op) : content;
  return applied(content, { ...op, bytes: op.bytes.subarray(0, random.below(op.bytes.length + 1)) });
}

function inPages(content: Buffer, op: FileOp, random: Random): Buffer {
  if (op.do === 'truncate') return applied(content, op);
  let result = content;
  for (let from = 0; from < op.bytes.length; ) {
    const to = Math.min(op.bytes.length, from + PAGE_BYTES - ((op.at + from) % PAGE_BYTES));
    const page = { do: 'write' as const, at: op.at + from, bytes: op.bytes.subarray(from, to) };
    if (random.chance(0.5)) result = applied(result, page);
    from = to;
  }
  return result;
}

class PlatterDirectory {
  readonly names = new Map<string, Target>();
  pending: DirectoryOp[] = [];

  sync(): void {
    for (const op of this.pending) rename(this.names, op);
    this.pending = [];
  }

  after(survival: Survival, random: Random): Map<string, Target> {
    const { length } = this.pending;
    const kept = survival === 'everything' ? length : survival === 'nothing' ? 0 : random.below(length + 1);
    const names = new Map(this.names);
    for (const op of this.pending.slice(0, kept)) rename(names, op);
    return names;
  }
}

function rename(names: Map<string, Target>, { gone, name, target }: DirectoryOp): void {
  const moved = gone === undefined ? undefined : names.get(gone);
  if (gone !== undefined) names.delete(gone);
  const placed = target ?? moved;
  if (name !== undefined && placed !== undefined) names.set(name, placed);
}

/** The disk itself, as far as the tape has been read. */
export class Platter {
  readonly #files = new Map<number, PlatterFile>();
  readonly #directories = new Map<string, PlatterDirectory>();

  constructor(image: DiskImage) {
    for (const directory of image.directories) this.#directories.set(directory, new PlatterDirectory());
    for (const directory of image.directories) {
      const above = this.#directories.get(join(directory, '..'));
      if (directory !== '.') above?.names.set(directory.split('/').at(-1) as string, 'directory');
    }
    for (const [number, content] of image.contents) this.#file(number).base = content;
    for (const [path, number] of image.names) {
      this.#directory(join(path, '..')).names.set(path.split('/').at(-1) as string, number);
    }
  }

  take(event: TapeEvent): void {
    switch (event.do) {
      case 'write':
      case 'truncate':
        this.#file(event.file).ops.push({ op: event, state: 'pending' });
        return;
      case 'sync':
        this.#file(event.file).sync();
        return;
      case 'failed sync':
        this.#file(event.file).failSync();
        return;
      case 'name':
        if (event.target === 'directory') this.#directory(join(event.directory, event.name));
        this.#directory(event.directory).pending.push({ name: event.name, target: event.target });
        return;
      case 'rename':
        this.#directory(event.directory).pending.push({ gone: event.from, name: event.to });
        return;
      case 'unname':
        this.#directory(event.directory).pending.push({ gone: event.name });
        return;
      case 'sync directory':
        this.#directory(event.directory).sync();
    }
  }

  /** One state that is legal now. */
  cut(survival: Survival, random: Random): DiskImage {
    const directories = new Set<string>();
    const names = new Map<string, number>();
    const contents = new Map<number, Buffer>();
    const walk = (directory: string): void => {
      directories.add(directory);
      for (const [name, target] of this.#directory(directory).after(survival, random)) {
        const path = join(directory, name);
        if (target === 'directory') {
          walk(path);
          continue;
        }
        names.set(path, target);
        if (!contents.has(target)) contents.set(target, this.#file(target).after(survival, random));
      }
    };
    walk('.');
    return { directories, names, contents };
  }

  #file(number: number): PlatterFile {
    const file = this.#files.get(number) ?? new PlatterFile();
    this.#files.set(number, file);
    return file;
  }

  #directory(path: string): PlatterDirectory {
    const directory = this.#directories.get(path) ?? new PlatterDirectory();
    this.#directories.set(path, directory);
    return directory;
  }
}
