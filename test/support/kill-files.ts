/** Pictures of data directories, taken from the disk or from memory and laid out on either; links stay links. */
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MemoryDisk } from './memory-disk.js';

export interface PicturedFile {
  /** Below the data directory. */
  path: string;
  bytes: Buffer;
  /** Set where it is a second name of a file before it. */
  sameAs?: string;
}

export type Picture = readonly PicturedFile[];

/** The file that only says who holds the directory is left out. */
export function pictureOf(dataDir: string): Picture {
  const names = readdirSync(dataDir, { recursive: true }) as string[];
  const firstNames = new Map<number, string>();
  return names.sort().flatMap((path): PicturedFile[] => {
    const whole = join(dataDir, path);
    const stats = statSync(whole);
    if (!stats.isFile() || basename(path) === 'LOCK') return [];
    const sameAs = firstNames.get(stats.ino);
    firstNames.set(stats.ino, sameAs ?? path);
    return [{ path, bytes: readFileSync(whole), ...(sameAs !== undefined && { sameAs }) }];
  });
}

export async function pictureInMemory(disk: MemoryDisk, dataDir: string): Promise<Picture> {
  const files: PicturedFile[] = [];
  for (const path of await pathsInMemory(disk, dataDir)) {
    const bytes = disk.bytesOf(join(dataDir, path));
    let sameAs: string | undefined;
    for (const earlier of files) {
      if (earlier.bytes.length !== bytes.length || earlier.sameAs !== undefined) continue;
      if (await disk.isSameFile(join(dataDir, path), join(dataDir, earlier.path))) sameAs = earlier.path;
    }
    files.push({ path, bytes, ...(sameAs !== undefined && { sameAs }) });
  }
  return files;
}

async function pathsInMemory(disk: MemoryDisk, dataDir: string): Promise<string[]> {
  const logs = (await disk.list(join(dataDir, 'logs'))).map((name) => join('logs', name));
  return [...(await disk.list(dataDir)), ...logs].filter((path) => path !== 'LOCK').sort();
}

export function layOut(picture: Picture, dataDir: string): void {
  for (const { path, bytes, sameAs } of picture) {
    const whole = join(dataDir, path);
    mkdirSync(dirname(whole), { recursive: true });
    if (sameAs === undefined) writeFileSync(whole, bytes);
    else linkSync(join(dataDir, sameAs), whole);
  }
}

export async function inMemoryOf(picture: Picture, dataDir: string): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  for (const { path, bytes, sameAs } of picture) {
    if (sameAs === undefined) disk.put(join(dataDir, path), bytes);
    else await disk.link(join(dataDir, sameAs), join(dataDir, path));
  }
  return disk;
}

/** Equal for pictures that no opening could tell apart; moments in names of kept files are not looked at. */
export function fingerprint(picture: Picture): string {
  const hash = createHash('sha1');
  for (const { path, bytes, sameAs } of picture) {
    hash.update(`\n${path.replace(/(torn|damaged)\.\d+$/, '$1')} ${sameAs ?? bytes.length}\n`);
    if (sameAs === undefined) hash.update(bytes);
  }
  return hash.digest('base64');
}

export function fileIn(picture: Picture, path: string): Buffer {
  const file = picture.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`There is no ${path} among ${picture.map((other) => other.path).join(', ')}`);
  return file.bytes;
}

/** The picture with one file put in, changed or, where there are no bytes, taken out. */
export function withFile(picture: Picture, path: string, bytes: Buffer | undefined): Picture {
  const others = picture.filter((file) => file.path !== path);
  return bytes ? [...others, { path, bytes }] : others;
}
