// @ts-check
// lowdb is one JSON file, written anew at each change, without an fsync.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { JSONFilePreset } from 'lowdb/node';
import { versionOf } from './installed.js';

export const version = () => versionOf('lowdb');

/**
 * @param {string} directory
 * @returns {Promise<import('./store.js').Store>}
 */
export async function open(directory) {
  /** @type {import('lowdb').Low<Record<string, any>>} */
  const db = await JSONFilePreset(join(directory, 'players.json'), {});
  return {
    set: (key, value) => {
      db.data[key] = value;
      return db.write();
    },
    get: (key) => db.data[key],
    close: () => db.write(),
  };
}

/** @param {string} directory @param {Iterable<[string, any]>} pairs */
export function load(directory, pairs) {
  const state = new Map();
  for (const [key, value] of pairs) state.set(key, JSON.stringify(value));
  const file = openSync(join(directory, 'players.json'), 'w');
  let separator = '{';
  for (const [key, text] of state) {
    writeSync(file, `${separator}\n  ${JSON.stringify(key)}: ${text}`);
    separator = ',';
  }
  writeSync(file, '\n}\n');
  closeSync(file);
}
