// @ts-check
// What was written, as the kernel counts it.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

const SECTOR = 512;

/** @typedef {{ handed: number, disk: number }} Written bytes since the system, or the process, started */

/**
 * - `handed`: to write calls, by this process or the server in its place (a wake-up of libuv's loop counts 8 bytes)
 * - `disk`: by the device, the file system's journal and everybody else's writes included
 * @param {string} directory
 * @param {number} [server]
 * @returns {Written}
 */
export function writtenSoFar(directory, server) {
  // What others left in the page cache goes out before the counting, and what is ours before it ends.
  execFileSync('sync');
  const io = readFileSync(`/proc/${server ?? 'self'}/io`, 'utf8');
  return { handed: Number(io.match(/^wchar: (\d+)/m)?.[1]), disk: deviceBytes(directory) };
}

/** @param {Written} before @param {Written} after @returns {Written} */
export function difference(before, after) {
  return { handed: after.handed - before.handed, disk: after.disk - before.disk };
}

/** NaN where the directory lies on no device of its own, as in an overlay. @param {string} directory */
function deviceBytes(directory) {
  const { dev } = statSync(directory);
  const major = (dev >> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
  for (const line of readFileSync('/proc/diskstats', 'utf8').split('\n')) {
    const words = line.trim().split(/\s+/);
    if (Number(words[0]) === major && Number(words[1]) === minor) return Number(words[9]) * SECTOR;
  }
  return Number.NaN;
}
