/**
 * What a clean close leaves beside a log: how far it went. A log that ends before its seal was cut, also where the
 * cut is at the end of a line, which nothing inside the log could tell. The seal also proves the main file.
 */
import { type FileSystem, replaceFile } from './file-system.js';
import type { Anchor } from './lineage.js';
import { proven, readProven } from './proven-text.js';

export interface Seal {
  /** Of the newest entry. */
  seq: number;
  /** Size of the log, and the CRC-32 of all of it. */
  bytes: number;
  crc: string;
  /** The main file that shows the state at `seq`: its size and CRC-32. */
  main?: { bytes: number; crc: string };
}

/** What the seal says of the bytes of the log. */
export function anchorOf(seal: Seal | undefined): Anchor | undefined {
  return seal && { seq: seal.seq, chain: Number.parseInt(seal.crc, 16) };
}

export async function writeSeal(disk: FileSystem, path: string, seal: Seal): Promise<void> {
  const line = Buffer.from(`${proven(seal)}\n`);
  await replaceFile(disk, path, (file) => file.write(line, 0, line.length, 0));
}

/** @returns undefined where there is none, `'damaged'` where its own checksum says so */
export async function readSeal(disk: FileSystem, path: string): Promise<Seal | 'damaged' | undefined> {
  const content = await disk.readFile(path);
  if (content === undefined) return undefined;
  const line = content.toString('utf8');
  return (line.endsWith('\n') ? readProven<Seal>(line.slice(0, -1)) : undefined) ?? 'damaged';
}
