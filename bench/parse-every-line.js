// @ts-check
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * What opening costs without an index or a format of one's own: every line becomes an object. In chunks, since a file
 * of more than 512 MiB does not fit in one string.
 * @param {string} path
 * @returns {Map<string, unknown>}
 */
export function parseEveryLine(path) {
  const state = new Map();
  const file = openSync(path, 'r');
  let buffer = Buffer.allocUnsafe(2 * CHUNK);
  let filled = 0;
  for (;;) {
    if (buffer.length - filled < CHUNK) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
    const read = readSync(file, buffer, filled, CHUNK, null);
    if (read === 0) break;
    filled += read;
    const end = buffer.lastIndexOf(NEWLINE, filled - 1) + 1;
    takeLines(buffer.toString('utf8', 0, end), state);
    buffer.copyWithin(0, end, filled);
    filled -= end;
  }
  closeSync(file);
  return state;
}

/** @param {string} text @param {Map<string, unknown>} state */
function takeLines(text, state) {
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const { key, value } = JSON.parse(line);
    state.set(key, value);
  }
}
