import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { LOG, openOn } from '../../../support/erasure-stage.js';
import { entriesOf, plain, set, stateOf } from '../../../support/log-words.js';
import { MemoryDisk } from '../../../support/memory-disk.js';

const time = (second: number) => `2025-10-22T12:00:0${second}.000Z`;
const line = (second: number, rest: string) => `{"timestamp":"${time(second)}",${rest}}`;
const ROTATE = { keepBackups: 0, rotate: () => ({ name: '2025-10-22', endMs: Number.POSITIVE_INFINITY }) };

test.each([
  ['plain', ''],
  ['a torn one to which the next was glued', '{"timestamp":"2025-10-22T12:00:00.000Z","op":"SET","key":"torn","va'],
])('lines of the reference bot are archived with the seqs that they count as: %s', async (_, torn) => {
  const disk = new MemoryDisk();
  const lines = [
    line(1, '"op":"SET","key":"a","value":{"n":1.50}'),
    `${torn}${line(2, '"op":"SET","key":"b","value":2')}`,
    line(3, '"op":"DELETE","key":"a"'),
  ];
  disk.put('/d/logs/players.log', `${lines.join('\n')}\n`);
  const engine = await openOn(disk);
  await engine.append(LOG, set('c', 3));
  const before = plain(await stateOf(engine, LOG));
  await engine.compact(LOG, ROTATE);
  const entries = await entriesOf(engine, LOG, { backups: true });
  expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: entries.length }, (__, i) => i + 1));
  expect(entries.slice(0, 3).map(({ op, key }) => `${op} ${key}`)).toEqual(['SET a', 'SET b', 'DELETE a']);
  expect(entries[0]?.timestamp).toBe(time(1));
  expect(await engine.rebuildState(LOG, { at: 2 })).toEqual({ a: { n: 1.5 }, b: 2 });
  expect(await engine.rebuildState(LOG, { at: new Date(time(3)) })).toEqual({ b: 2 });
  expect(plain(await stateOf(engine, LOG))).toEqual(before);
  const [segment] = disk.paths().filter((path) => path.includes('/archive/') && path.endsWith('.gz'));
  const text = gunzipSync(disk.bytesOf(segment as string)).toString('utf8');
  // As it was spelled, and not as it would be.
  expect(text).toContain('"value":{"n":1.50},"seq":1,"crc":"');
  expect(text).not.toContain('torn');
  await engine.close();
});
