/**
 * Names for what is kept beside a log: backups, torn tails, damaged logs. They carry a time and order what they name, so
 * a new one is later than all others of its kind, also where the clock was set back.
 */
import { systemCode } from './errors.js';
import type { FileSystem } from './file-system.js';

/** Gives the file `from` a second name, the first that nobody has. @returns that name */
export async function linkUnderFreeName(
  disk: FileSystem,
  from: string,
  nameAt: (unixMs: number) => string,
  earliestMs = Date.now(),
): Promise<string> {
  for (let unixMs = earliestMs; ; unixMs += 1) {
    const name = nameAt(unixMs);
    try {
      await disk.link(from, name);
      return name;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** A name that nobody has, of this moment. */
export async function freeName(disk: FileSystem, nameAt: (unixMs: number) => string): Promise<string> {
  let unixMs = Date.now();
  while ((await disk.fileSize(nameAt(unixMs))) !== undefined) unixMs += 1;
  return nameAt(unixMs);
}
