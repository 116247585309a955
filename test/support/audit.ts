/**
 * Looks at a data directory after a crash: at its bytes, by the words of docs/format.md and without the engine, and
 * through the engine that opens it again.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  type EngineLogger,
  fileEngine,
  type LogEntry,
  type LogOptions,
  type RecoveryFinding,
  resolveLogOptions,
} from '../../src/storage/log/index.js';
import type { LogModel, ModelState } from './write-model.js';

const NEWLINE = 0x0a;
const CRC_AND_CLOSING = 10;

export interface RawLog {
  /** Entries up to the first line that is not whole. */
  entries: LogEntry[];
  /** Their bytes, and those of the file. */
  wholeBytes: number;
  size: number;
}

export function readRawLog(path: string): RawLog {
  return rawLog(readFileSync(path));
}

/** Every line's checksum covers all bytes of the file before its digits. */
export function rawLog(content: Buffer): RawLog {
  const entries: LogEntry[] = [];
  let start = 0;
  for (let crc = 0; ; ) {
    const end = content.indexOf(NEWLINE, start);
    if (end < 0) break;
    crc = crc32(content.subarray(start, end - CRC_AND_CLOSING), crc);
    if (content.toString('latin1', end - CRC_AND_CLOSING, end) !== `${crc.toString(16).padStart(8, '0')}"}`) break;
    entries.push(JSON.parse(content.toString('utf8', start, end)) as LogEntry);
    crc = crc32(content.subarray(end - CRC_AND_CLOSING, end + 1), crc);
    start = end + 1;
  }
  return { entries, wholeBytes: start, size: content.length };
}

/** Key → JSON text, by replaying entries. */
export function stateOfEntries(entries: readonly LogEntry[]): ModelState {
  const state = new Map<string, string>();
  for (const { op, key, value, ...entry } of entries) {
    const whole = entry.state ?? entry.data;
    if (whole) {
      state.clear();
      for (const member of Object.keys(whole)) state.set(member, JSON.stringify(whole[member]));
    } else if (op === 'SET') {
      state.set(key as string, JSON.stringify(value));
    } else {
      state.delete(key as string);
    }
  }
  return state;
}

function textsOf(object: Record<string, unknown>): ModelState {
  return new Map(Object.keys(object).map((key) => [key, JSON.stringify(object[key])]));
}

export function logPath(dataDir: string, log: string): string {
  return join(dataDir, 'logs', `${log}.log`);
}

export function backupNames(dataDir: string, log: string): string[] {
  return readdirSync(join(dataDir, 'logs'))
    .filter((name) => name.startsWith(`${log}.log.backup.`))
    .sort();
}

/** Seq rises by one from entry to entry, and no time goes back. A CHECKPOINT heads the log or is not there. */
export function assertInOrder(entries: readonly LogEntry[], where: string): void {
  entries.forEach((entry, i) => {
    const before = entries[i - 1];
    if (!before) return;
    assert.equal(entry.seq, (before.seq as number) + 1, `${where}: seq after ${before.seq}`);
    assert.ok(entry.timestamp >= before.timestamp, `${where}: the time of seq ${entry.seq} goes back`);
    assert.notEqual(entry.op, 'CHECKPOINT', `${where}: a CHECKPOINT inside at seq ${entry.seq}`);
  });
}

export function assertSameState(actual: ModelState, expected: ModelState, where: string): void {
  for (const [key, text] of expected) {
    if (actual.get(key) === text) continue;
    assert.fail(`${where}: key ${JSON.stringify(key)} is ${shown(actual.get(key))}, not ${shown(text)}`);
  }
  for (const [key, text] of actual) {
    if (!expected.has(key)) assert.fail(`${where}: key ${JSON.stringify(key)} is back as ${shown(text)}`);
  }
}

function shown(text: string | undefined): string {
  if (text === undefined) return 'missing';
  return text.length > 160 ? `${text.slice(0, 80)} … ${text.slice(-60)} (${text.length} characters)` : text;
}

/** What the bytes say before anything opens them: every acknowledged write stands in a whole line. */
export function auditBytes(dataDir: string, models: ReadonlyMap<string, LogModel>): void {
  for (const [log, model] of models) {
    assert.deepEqual(model.complaints, [], log);
    const main = join(dataDir, `${log}.json`);
    if (existsSync(main)) JSON.parse(readFileSync(main, 'utf8'));
    const path = logPath(dataDir, log);
    if (!existsSync(path)) {
      assert.equal(model.owedSeq, 0, `${path} is gone`);
      continue;
    }
    const { entries } = readRawLog(path);
    assertInOrder(entries, path);
    const seq = entries.at(-1)?.seq ?? 0;
    assert.ok(seq >= model.owedSeq, `${path} reaches seq ${seq}, but ${model.owedSeq} was acknowledged`);
    assert.ok(seq <= model.sentSeq, `${path} reaches seq ${seq}, but only ${model.sentSeq} were sent`);
    for (const name of backupNames(dataDir, log)) {
      const backup = readRawLog(join(dataDir, 'logs', name));
      // While a crash has left the log under a backup's name as well, they share their torn tail.
      if (statSync(join(dataDir, 'logs', name)).ino === statSync(path).ino) continue;
      assert.equal(backup.wholeBytes, backup.size, `${name} is not whole`);
      assertInOrder(backup.entries, name);
    }
  }
}

/** A crash leaves a torn tail at most, and no view where none had been written yet. */
const EXPECTED_FINDINGS: RecoveryFinding[] = ['torn-tail'];

export interface Audit {
  /** Torn tails that were cut. */
  torn: number;
  /** Backups that are the active log under a second name. */
  sharedBackups: string[];
}

/**
 * Opens the directory, compares everything that can be read with the model, closes it, and reads its bytes.
 * The model goes on from what was found.
 */
export async function auditDirectory(
  dataDir: string,
  models: ReadonlyMap<string, LogModel>,
  options: LogOptions = {},
): Promise<Audit> {
  const audit: Audit = { torn: 0, sharedBackups: [] };
  const engine = fileEngine(resolveLogOptions({ ...options, dataDir }), collect([]));
  await engine.open();
  try {
    for (const [log, model] of models) {
      const hadView = existsSync(join(dataDir, `${log}.json`));
      const { events } = await engine.openLog(log);
      audit.torn += events.filter(({ found }) => found === 'torn-tail').length;
      const unexpected = events.filter(
        ({ found }) => !EXPECTED_FINDINGS.includes(found) && !(found === 'lost-view' && !hadView),
      );
      assert.deepEqual(unexpected, [], `opening ${log}`);
      const { seq } = engine.stats(log);
      assert.ok(seq >= model.owedSeq, `${log} opened at seq ${seq}, but ${model.owedSeq} was acknowledged`);
      assert.ok(seq <= model.sentSeq, `${log} opened at seq ${seq}, but only ${model.sentSeq} were sent`);
      const expected = model.stateAt(seq);
      const found = new Map<string, string>();
      for await (const [key, value] of engine.entries(log)) found.set(key, JSON.stringify(value));
      assertSameState(found, expected, `entries of ${log}`);
      assert.equal(engine.size(log), expected.size);
      assertSameState(textsOf(await engine.rebuildState(log)), expected, `rebuilt state of ${log}`);
      for (const [key, text] of expected) {
        assert.equal(JSON.stringify(await engine.get(log, key)), text, `get ${key} of ${log}`);
      }
      const entries: LogEntry[] = [];
      for await (const entry of engine.stream(log)) entries.push(entry);
      assertInOrder(entries, log);
      model.settle(seq);
    }
  } finally {
    await engine.close();
  }
  auditClosed(dataDir, models, audit);
  return audit;
}

/** After a clean close nothing is left to mend. */
function auditClosed(dataDir: string, models: ReadonlyMap<string, LogModel>, audit: Audit): void {
  const names = readdirSync(join(dataDir, 'logs'));
  const left = [...names, ...readdirSync(dataDir)].filter((name) => /\.(tmp|compacting)$/.test(name));
  assert.deepEqual(left, [], 'left behind');
  for (const [log, model] of models) {
    const path = logPath(dataDir, log);
    const { entries, wholeBytes, size } = readRawLog(path);
    assert.equal(wholeBytes, size, `${path} is whole after closing`);
    const state = model.stateAt(model.owedSeq);
    assertSameState(stateOfEntries(entries), state, path);
    if (model.owedSeq > 0) {
      const view = JSON.parse(readFileSync(join(dataDir, `${log}.json`), 'utf8')) as Record<string, unknown>;
      assertSameState(textsOf(view), state, `${log}.json`);
    }
    const { ino } = statSync(path);
    const shared = backupNames(dataDir, log).filter((name) => statSync(join(dataDir, 'logs', name)).ino === ino);
    audit.sharedBackups.push(...shared);
  }
}

/** A logger that keeps what operators would read. */
export function collect(lines: string[]): EngineLogger {
  return {
    log: (message) => void lines.push(message),
    warn: (message) => void lines.push(message),
    error: (message) => void lines.push(message),
  };
}
