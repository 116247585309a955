/**
 * Logs of the reference bot alone: no checksum, so the main file is the base and the log is replayed over it.
 * What still reads as an entry cannot be told from a whole one; everything else is cut, healed or refused.
 */
import { describe, expect, test } from '@jest/globals';
import { LogError } from '../../../../src/storage/log/index.js';
import { assertSameBytes } from '../../../support/damage-judge.js';
import { set } from '../../../support/log-bench.js';
import { MemoryDisk } from '../../../support/memory-disk.js';
import {
  canonical,
  canonicalState,
  flipped,
  LOG,
  LOG_PATH,
  lineStarts,
  MAIN_PATH,
  OLDER_LINES,
  openOn,
} from '../../../support/specimens.js';

type State = Map<string, unknown>;

const LOG_BYTES = Buffer.from(
  [
    ...OLDER_LINES,
    '{"timestamp":"2026-11-22T16:36:05.850Z","op":"SET","key":"J","value":[0,"*"]}\n',
    '{"timestamp":"2026-11-22T16:36:05.851Z","op":"DELETE","key":"bob"}\n',
    '{"timestamp":"2026-11-22T16:36:05.853Z","op":"SET","key":"cid","value":{"J":1}}\n',
  ].join(''),
);
const STARTS = lineStarts(LOG_BYTES);
const WHOLE = replayed(LOG_BYTES, new Map()) as State;
const MAIN = JSON.stringify(Object.fromEntries(WHOLE), null, 2);

/** The rule of the format page, read by a plain parser; undefined where a line before a readable one is not. */
function replayed(bytes: Buffer, base: State): State | undefined {
  const state = new Map(base);
  const starts = lineStarts(bytes);
  const lines = starts.map((start, i) => bytes.subarray(start, (starts[i + 1] ?? bytes.length + 1) - 1));
  while (lines.at(-1)?.length === 0) lines.pop();
  for (const [i, line] of lines.entries()) {
    if (line.length === 0) continue;
    const change = readable(line);
    if (!change) return lines.slice(i).some(readable) ? undefined : state;
    if (change.op === 'SET') state.set(change.key, change.value);
    else state.delete(change.key);
  }
  return state;
}

function readable(line: Buffer): { op: 'SET' | 'DELETE'; key: string; value?: unknown } | undefined {
  try {
    const entry = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line)) as Record<
      string,
      unknown
    >;
    const { op, key, timestamp } = entry;
    if (typeof timestamp !== 'string' || typeof key !== 'string' || 'seq' in entry || 'crc' in entry) return undefined;
    if (op === 'SET' && 'value' in entry) return { op, key, value: entry.value };
    return op === 'DELETE' ? { op, key } : undefined;
  } catch {
    return undefined;
  }
}

/** What came of opening: the refusal, or the state, which a second opening (asked for by `aftermath`) must show as well. */
async function opened(log: Buffer, main: string | undefined, aftermath: boolean): Promise<string | LogError> {
  const disk = new MemoryDisk();
  disk.put(LOG_PATH, log);
  if (main !== undefined) disk.put(MAIN_PATH, main);
  const before = disk.picture();
  const engine = await openOn(disk, { mainFiles: main !== undefined });
  try {
    await engine.openLog(LOG);
  } catch (error) {
    await engine.close();
    if (!(error instanceof LogError) || error.code !== 'LOG_CORRUPT') throw error;
    if (error.offset === undefined || error.line === undefined) throw new Error('refused without a place');
    assertSameBytes(before, disk, 'refusing');
    return error;
  }
  const state = await canonicalState(engine);
  if (!aftermath) {
    await engine.close();
    return state;
  }
  await engine.append(LOG, set('new', 1));
  await engine.close();
  const again = await openOn(disk, { mainFiles: main !== undefined });
  const report = await again.openLog(LOG);
  if (!report.clean) throw new Error(`mended again: ${report.events[0]?.message}`);
  const expected = canonical([...(JSON.parse(state) as [string, unknown][]), ['new', 1]]);
  const found = await canonicalState(again);
  await again.close();
  if (found !== expected) throw new Error(`a second opening shows ${found}, not ${expected}`);
  return state;
}

async function everyCase(
  cases: Iterable<[string, Buffer]>,
  main: string | undefined,
  judge: (outcome: string | LogError, log: Buffer) => string | undefined,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [name, log] of cases) {
    try {
      const sentence = judge(await opened(log, main, !/bit [1-7]$/.test(name)), log);
      if (sentence !== undefined) wrong.push(`${name}: ${sentence}`);
    } catch (error) {
      wrong.push(`${name}: ${error}`);
    }
  }
  return wrong.slice(0, 10);
}

function* cuts(): Generator<[string, Buffer]> {
  for (let at = STARTS.at(-4) as number; at < LOG_BYTES.length; at += 1) {
    yield [`cut at byte ${at}`, LOG_BYTES.subarray(0, at)];
  }
}

function* flips(): Generator<[string, Buffer]> {
  for (let at = 0; at < LOG_BYTES.length; at += 1) {
    const line = STARTS.findLastIndex((start) => start <= at) + 1;
    for (let bit = 0; bit < 8; bit += 1) yield [`byte ${at} (line ${line}) bit ${bit}`, flipped(LOG_BYTES, at, bit)];
  }
}

const shown = (outcome: string | LogError): string => (typeof outcome === 'string' ? outcome : outcome.message);

describe('a cut at every byte of the last three lines', () => {
  test('is a torn tail without a main file', async () => {
    const wrong = await everyCase(cuts(), undefined, (outcome, log) => {
      const expected = canonical(replayed(log, new Map()) as State);
      return outcome === expected ? undefined : `${shown(outcome)}, not ${expected}`;
    });
    expect(wrong).toEqual([]);
  });

  test('leaves the main file as the base', async () => {
    const wrong = await everyCase(cuts(), MAIN, (outcome, log) => {
      const expected = canonical(replayed(log, WHOLE) as State);
      return outcome === expected ? undefined : `${shown(outcome)}, not ${expected}`;
    });
    expect(wrong).toEqual([]);
  });
});

describe('a flipped bit at every byte', () => {
  test('without a main file is refused unless every line still reads as an entry', async () => {
    const wrong = await everyCase(flips(), undefined, (outcome, log) => {
      if (typeof outcome !== 'string') return undefined;
      const expected = replayed(log, new Map());
      if (expected && canonical(expected) === outcome) return undefined;
      return outcome === canonical(WHOLE) ? undefined : `shows ${outcome}`;
    });
    expect(wrong).toEqual([]);
  }, 60_000);

  test('with a whole main file never shows what neither of them holds', async () => {
    const wrong = await everyCase(flips(), MAIN, (outcome, log) => {
      if (typeof outcome !== 'string') return undefined;
      const expected = replayed(log, WHOLE);
      if (expected && canonical(expected) === outcome) return undefined;
      return outcome === canonical(WHOLE) ? undefined : `shows ${outcome}`;
    });
    expect(wrong).toEqual([]);
  }, 60_000);
});
