import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { parseLine } from '../../../../src/storage/log/format.js';
import type { RecoveryMode } from '../../../../src/storage/log/index.js';
import { entriesOf, logBench, readLog, set, stateOf, writeLog } from '../../../support/log-bench.js';

const bench = logBench();
const TIME = '"timestamp":"2026-11-22T12:34:56.789Z"';

/** Fills in the checksum of each line whose digits are left as `????????`. */
function chained(...lines: string[]): Buffer {
  let bytes = Buffer.alloc(0);
  for (const line of lines) {
    const mark = line.indexOf('????????');
    if (mark < 0) {
      bytes = Buffer.concat([bytes, Buffer.from(`${line}\n`)]);
      continue;
    }
    const head = Buffer.concat([bytes, Buffer.from(line.slice(0, mark))]);
    const digits = crc32(head).toString(16).padStart(8, '0');
    bytes = Buffer.concat([head, Buffer.from(`${digits}${line.slice(mark + 8)}\n`)]);
  }
  return bytes;
}

async function opened(bytes: Buffer | string, recovery: RecoveryMode = 'strict') {
  const dataDir = await bench.directory();
  await (await bench.engine({ dataDir })).close();
  await writeLog(dataDir, 'a', bytes);
  const engine = await bench.engine({ dataDir, recovery });
  const report = await engine.openLog('a');
  return { dataDir, engine, report, state: await stateOf(engine, 'a') };
}

const asMap = (state: Record<string, unknown>) => new Map(Object.entries(state));

describe('a line of another writer with seq and checksum', () => {
  test.each([
    ['in another member order', `{"op":"SET","value":{"n":1},"key":"k",${TIME},"seq":1,"crc":"????????"}`],
    ['with unknown members', `{${TIME},"op":"SET","key":"k","value":{"n":1},"note":[{}],"seq":1,"crc":"????????"}`],
    [
      'with an unknown member before the value',
      `{${TIME},"op":"SET","key":"k","note":2,"value":{"n":1},"seq":1,"crc":"????????"}`,
    ],
    ['with whitespace', `{ ${TIME}, "op": "SET", "key": "k", "value": {"n": 1}, "seq": 1, "crc": "????????" }`],
    ['with seq and crc first', `{"seq":1,"crc":"????????",${TIME},"op":"SET","key":"k","value":{"n":1}}`],
    ['with a member behind the crc', `{${TIME},"op":"SET","key":"k","value":{"n":1},"seq":1,"crc":"????????","v":2}`],
    ['with an escaped key', `{${TIME},"op":"SET","key":"\\u006b","value":{"n":1},"seq":1,"crc":"????????"}`],
  ])('%s is read', async (_, line) => {
    const { dataDir, engine, report, state } = await opened(chained(line));
    expect(report.clean).toBe(true);
    expect(state).toEqual(asMap({ k: { n: 1 } }));
    expect(await engine.get('a', 'k')).toEqual({ n: 1 });
    expect((await entriesOf(engine, 'a'))[0]).toMatchObject({ op: 'SET', key: 'k', value: { n: 1 }, seq: 1 });
    await engine.append('a', set('k', 2));
    await engine.close();
    const again = await bench.engine({ dataDir, recovery: 'strict' });
    expect(await stateOf(again, 'a')).toEqual(asMap({ k: 2 }));
  });

  test('about a key spelled otherwise replaces and deletes the same key', async () => {
    const { state } = await opened(
      chained(
        `{${TIME},"op":"SET","key":"k/é","value":1,"seq":1,"crc":"????????"}`,
        `{${TIME},"op":"SET","key":"\\u006b\\/\\u00E9","value":2,"seq":2,"crc":"????????"}`,
        `{${TIME},"op":"SET","key":"gone","value":3,"seq":3,"crc":"????????"}`,
        `{${TIME},"op":"DELETE","key":"g\\u006fne","seq":4,"crc":"????????"}`,
      ),
    );
    expect(state).toEqual(asMap({ 'k/é': 2 }));
  });

  test('that is a CHECKPOINT with spaces is read', async () => {
    const { engine, state } = await opened(
      chained(`{${TIME},"op":"CHECKPOINT","state": { "a" : 1 , "b":{"x": [1, 2]} },"seq":9,"crc":"????????"}`),
    );
    expect(state).toEqual(asMap({ a: 1, b: { x: [1, 2] } }));
    expect((await engine.append('a', set('c', 1))).seq).toBe(10);
  });
});

describe('an older line', () => {
  test.each([
    ['as the reference bot wrote it', `{${TIME},"op":"SET","key":"k","value":{"n":1}}`],
    ['in another member order', `{"value":{"n":1},"key":"k","op":"SET",${TIME}}`],
    ['with whitespace', `{ ${TIME} , "op" : "SET" , "key" : "k" , "value" : { "n" : 1 } }  `],
    ['with unknown members', `{${TIME},"op":"SET","key":"k","value":{"n":1},"data":{"k":0},"extra":null}`],
    ['behind a carriage return', `{${TIME},"op":"SET","key":"k","value":{"n":1}}\r`],
  ])('%s is read', async (_, line) => {
    const { engine, report, state } = await opened(`${line}\n`);
    expect(report.clean).toBe(true);
    expect(state).toEqual(asMap({ k: { n: 1 } }));
    expect((await entriesOf(engine, 'a'))[0]).toMatchObject({ op: 'SET', key: 'k', value: { n: 1 } });
    expect((await engine.append('a', set('k', 2))).seq).toBe(2);
    expect(await stateOf(engine, 'a')).toEqual(asMap({ k: 2 }));
  });

  test('CHECKPOINT without a timestamp has that of its compaction', async () => {
    const { engine, state } = await opened(
      `{"op":"CHECKPOINT","state":{"a":1},"compactedAt":"2026-11-22T16:36:05.831Z"}\n{${TIME},"op":"SET","key":"b","value":2}\n`,
    );
    expect(state).toEqual(asMap({ a: 1, b: 2 }));
    expect((await entriesOf(engine, 'a'))[0]).toMatchObject({
      op: 'CHECKPOINT',
      timestamp: '2026-11-22T16:36:05.831Z',
    });
  });

  test('may lack its newline at the end of the file', async () => {
    const { engine, dataDir } = await opened(`{${TIME},"op":"SET","key":"k","value":1}`, 'heal');
    await engine.append('a', set('l', 2));
    expect((await readLog(dataDir, 'a')).split('\n')).toHaveLength(3);
    expect(await engine.rebuildState('a')).toEqual({ k: 1, l: 2 });
  });

  test('may follow and precede lines of the engine', async () => {
    const { state } = await opened(
      chained(
        `{${TIME},"op":"SET","key":"a","value":1}`,
        `{${TIME},"op":"SET","key":"b","value":2,"seq":2,"crc":"????????"}`,
        `{${TIME},"op":"SET","key":"c","value":3}`,
        `{${TIME},"op":"DELETE","key":"a","seq":4,"crc":"????????"}`,
      ),
    );
    expect(state).toEqual(asMap({ b: 2, c: 3 }));
  });
});

test('blank lines are skipped', async () => {
  const { state, report, engine } = await opened(
    chained(
      '',
      `{${TIME},"op":"SET","key":"a","value":1,"seq":1,"crc":"????????"}`,
      '',
      '',
      `{${TIME},"op":"SET","key":"b","value":2,"seq":2,"crc":"????????"}`,
    ),
  );
  expect(report.clean).toBe(true);
  expect(state).toEqual(asMap({ a: 1, b: 2 }));
  expect(await entriesOf(engine, 'a')).toHaveLength(2);
});

describe('what is no entry', () => {
  test.each([
    ['no JSON', '{"op":'],
    ['no object', '[1]'],
    ['null', 'null'],
    ['an unknown op', `{${TIME},"op":"PUT","key":"k","value":1}`],
    ['a SET without a value', `{${TIME},"op":"SET","key":"k"}`],
    ['a SET without key and whole state', `{${TIME},"op":"SET","value":1}`],
    ['a whole state that is an array', `{${TIME},"op":"SET","data":[]}`],
    ['a DELETE without a key', `{${TIME},"op":"DELETE"}`],
    ['a key that is no string', `{${TIME},"op":"DELETE","key":7}`],
    ['a CHECKPOINT without a state', `{${TIME},"op":"CHECKPOINT"}`],
    ['no timestamp', '{"op":"DELETE","key":"k"}'],
    ['a seq without a crc', `{${TIME},"op":"DELETE","key":"k","seq":1}`],
    ['a crc in capitals', `{${TIME},"op":"DELETE","key":"k","seq":1,"crc":"1A2B3C4D"}`],
  ])('%s is told apart', (_, line) => {
    expect(parseLine(line)).toBeUndefined();
  });
});

test('a timestamp of any spelling survives compaction as valid JSON', async () => {
  const line = JSON.stringify({ timestamp: 'yesterday, "noon" \\ sharp', op: 'SET', key: 'k', value: 1 });
  const { dataDir, engine } = await opened(`${line}\n`);
  await engine.compact('a');
  await engine.close();
  const readLine = await readLog(dataDir, 'a');
  expect(JSON.parse(readLine)).toMatchObject({ op: 'CHECKPOINT', state: { k: 1 } });
  const again = await bench.engine({ dataDir, recovery: 'strict' });
  expect(await stateOf(again, 'a')).toEqual(asMap({ k: 1 }));
});
