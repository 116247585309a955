// @ts-check
// NeDB keeps every document in memory and appends each change to a file, without an fsync.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Datastore from '@seald-io/nedb';
import { versionOf } from './installed.js';

export const version = () => versionOf('@seald-io/nedb');

/**
 * @param {string} directory
 */
export async function open(directory) {
  // @ts-expect-error Its types say that its default export is no class.
  const db = new Datastore({ filename: join(directory, 'players.nedb') });
  await db.loadDatabaseAsync();
  return {
    db,
    /** @param {string} key @param {any} value */
    set: (key, value) => db.updateAsync({ _id: key }, { ...value, _id: key }, { upsert: true }),
    /** @param {string} key */
    get: async (key) => {
      const found = await db.findOneAsync({ _id: key });
      if (!found) return undefined;
      const { _id, ...value } = found;
      return value;
    },
    compact: () => db.compactDatafileAsync(),
    close: () => db.executor.pushAsync(async () => {}),
  };
}

/**
 * The file as a million updates leave it, one document a line; to have NeDB write it would take many minutes.
 * @param {string} directory
 * @param {Iterable<[string, any]>} pairs
 */
export async function load(directory, pairs) {
  await pipeline(Readable.from(lines(pairs)), createWriteStream(join(directory, 'players.nedb')));
}

/** @param {Iterable<[string, any]>} pairs */
function* lines(pairs) {
  let text = '';
  for (const [key, value] of pairs) {
    text += `${JSON.stringify({ ...value, _id: key })}\n`;
    if (text.length < 256 * 1024) continue;
    yield text;
    text = '';
  }
  if (text) yield text;
}
