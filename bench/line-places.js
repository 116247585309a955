// @ts-check
// The plainest index there is: a Map of places in the log. It is what a careful author would write in an afternoon.
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 1024 * 1024;
const NEWLINE = 0x0a;
const QUOTE = 0x22;
const KEY = Buffer.from('"key":"');
const VALUE = Buffer.from('"value":');
/** What stands behind the value in a line: `,"seq":…,"crc":"…"}`. */
const SEQ = Buffer.from(',"seq":');

/** @typedef {Map<string, { offset: number, length: number }>} Places of the values, by key */

/**
 * @param {string} path
 * @returns {Places}
 */
export function placesOf(path) {
  /** @type {Places} */
  const places = new Map();
  const file = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(2 * CHUNK);
  let filled = 0;
  let base = 0;
  for (
    let read = readSync(file, buffer, 0, CHUNK, null);
    read > 0;
    read = readSync(file, buffer, filled, CHUNK, null)
  ) {
    filled += read;
    let start = 0;
    for (let end = buffer.indexOf(NEWLINE); end >= 0 && end < filled; end = buffer.indexOf(NEWLINE, start)) {
      notePlace(buffer.subarray(start, end), base + start, places);
      start = end + 1;
    }
    buffer.copyWithin(0, start, filled);
    filled -= start;
    base += start;
  }
  closeSync(file);
  return places;
}

/** @param {Buffer} line @param {number} offset @param {Places} places */
function notePlace(line, offset, places) {
  const key = line.indexOf(KEY) + KEY.length;
  const value = line.indexOf(VALUE, key) + VALUE.length;
  const name = line.toString('latin1', key, line.indexOf(QUOTE, key));
  places.set(name, { offset: offset + value, length: line.lastIndexOf(SEQ) - value });
}
