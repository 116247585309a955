/**
 * The judgement of a directory after deaths: its bytes by the words of docs/format.md, what the engine shows of it,
 * and whether life goes on there. Works on any disk, so that the state that a killed process left can be looked at in
 * a copy.
 */
import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import {
  type FileSystem,
  fileEngineOn,
  type LogEngine,
  type LogEntry,
  LogError,
  type RecoveryEvent,
  type RecoveryFinding,
  type RecoveryMode,
  resolveLogOptions,
} from '../../src/storage/log/index.js';
import { assertInOrder, stateOfEntries } from './audit.js';
import type { EngineOn } from './kill-program.js';
import { copyTruths, type Truth, type Truths } from './kill-truth.js';
import { silent } from './parent.js';
import { type ModelState, sentValue } from './write-model.js';

/** What is known of a directory before anybody died in it. */
export interface Expectation {
  recovery: RecoveryMode;
  /** What opening may find beside a torn tail, and a main file missing that was never there. */
  findings: readonly RecoveryFinding[];
  /** Whether the log has to be mended or taken over first, so that its bytes alone are not yet the truth. */
  mended: boolean;
  /** Damaged bytes of which a copy must be kept once the log was mended, by log. */
  kept: ReadonlyMap<string, Buffer>;
}

export interface Judged extends Expectation {
  dataDir: string;
  disk: FileSystem;
  truths: Truths;
}

const KEEP_BACKUPS = 3;

/** One directory, judged step by step. */
class Judgement {
  /** Seq that each log was found to reach. */
  readonly found = new Map<string, number>();
  readonly #logs: string;
  #compacted = false;

  constructor(
    private readonly judged: Judged,
    private readonly truths: Truths,
    private readonly engineOn: EngineOn,
  ) {
    this.#logs = join(judged.dataDir, 'logs');
  }

  /** Before anything opens it: every acknowledged write stands in a whole line. @returns what is behind them, by log */
  async readBytes(): Promise<Map<string, Buffer>> {
    const torn = new Map<string, Buffer>();
    for (const [log, truth] of this.truths) {
      assert.deepEqual(truth.complaints, [], log);
      const main = await this.judged.disk.readFile(join(this.judged.dataDir, `${log}.json`));
      if (main) JSON.parse(String(main));
      if (this.judged.mended) continue;
      const content = await this.#read(`${log}.log`);
      const raw = rawLogOf(content);
      assertInOrder(raw.entries, log);
      assertReaches(raw.entries.at(-1)?.seq ?? 0, truth, `the bytes of ${log}`);
      torn.set(log, content.subarray(raw.wholeBytes));
    }
    return torn;
  }

  /** Opens, and sees that opening found what there was to be found. */
  async firstOpening(torn: ReadonlyMap<string, Buffer>): Promise<void> {
    const hadView = new Map<string, boolean>();
    for (const log of this.truths.keys()) hadView.set(log, (await this.#view(log)) !== undefined);
    await this.#opened(async (engine) => {
      for (const [log, truth] of this.truths) {
        const { events } = await engine.openLog(log);
        this.#assertExpected(events, log, hadView.get(log) === true);
        if (!this.judged.mended) await this.#assertCut(events, torn.get(log) as Buffer);
        const { seq } = engine.stats(log);
        assertReaches(seq, truth, log);
        truth.settle(seq);
        this.found.set(log, seq);
        await this.#compare(engine, log, true);
      }
    });
    await this.#assertClosed();
    for (const [log, bytes] of this.judged.kept) await this.#assertKept(log, bytes);
  }

  /** Nothing is left to mend, and nothing else is shown. */
  async #cleanOpening(use: (engine: LogEngine, log: string) => Promise<void>, compacts = false): Promise<void> {
    await this.#opened(async (engine) => {
      for (const [log, truth] of this.truths) {
        const { events } = await engine.openLog(log);
        assert.deepEqual(events, [], `opening ${log} again`);
        assert.equal(engine.stats(log).seq, truth.owedSeq, `${log}, opened again`);
        await this.#compare(engine, log);
        await use(engine, log);
      }
    });
    this.#compacted ||= compacts;
    await this.#assertClosed();
  }

  /** Writes and a compaction, as if nothing had been, and an opening after them. */
  async liveOn(): Promise<void> {
    await this.#cleanOpening(async (engine, log) => {
      const truth = this.truths.get(log) as Truth;
      await this.#append(engine, log, 'set', 'after');
      const before = [...truth.keys()].find((key) => truth.stateAt(truth.owedSeq).has(key)) as string;
      await this.#append(engine, log, 'delete', before);
      const { outcome, error } = await engine.compact(log, { keepBackups: KEEP_BACKUPS });
      assert.equal(outcome, 'compacted', `${log}: ${error}`);
      await this.#append(engine, log, 'set', 'later');
      await this.#compare(engine, log);
    }, true);
    await this.#cleanOpening(async (engine, log) => {
      await this.#compare(engine, log, true);
      await this.#compareHistory(engine, log);
    });
  }

  async #opened(use: (engine: LogEngine) => Promise<void>): Promise<void> {
    const { dataDir, disk, recovery } = this.judged;
    const options = resolveLogOptions({ dataDir, recovery, mainFiles: { maxStaleMs: 60_000 } });
    const engine = this.engineOn(disk)(options, silent);
    await engine.open();
    try {
      await use(engine);
    } finally {
      await engine.close();
    }
  }

  async #append(engine: LogEngine, log: string, kind: 'set' | 'delete', key: string): Promise<void> {
    const truth = this.truths.get(log) as Truth;
    const id = 1_000_000_000 + truth.sentSeq;
    truth.sent({ id, kind, key, n: id });
    const change =
      kind === 'set' ? { op: 'SET' as const, key, value: sentValue(key, id) } : { op: 'DELETE' as const, key };
    const { seq } = await engine.append(log, change);
    truth.acknowledged(id, seq);
    assert.deepEqual(truth.complaints, [], log);
  }

  #assertExpected(events: readonly RecoveryEvent[], log: string, hadView: boolean): void {
    const { findings } = this.judged;
    const strange = events.filter(({ found }) => {
      return found !== 'torn-tail' && !findings.includes(found) && !(found === 'lost-view' && !hadView);
    });
    assert.deepEqual(strange, [], `opening ${log}`);
  }

  /** What can be read of a log, against what must be there; by every way of reading where it is done thoroughly. */
  async #compare(engine: LogEngine, log: string, thoroughly = false): Promise<void> {
    const truth = this.truths.get(log) as Truth;
    const state = truth.stateAt(truth.owedSeq);
    const entries: Record<string, unknown> = Object.create(null);
    for await (const [key, value] of engine.entries(log)) entries[key] = value;
    assertState(entries, state, `entries of ${log}`);
    assert.equal(engine.size(log), state.size, `size of ${log}`);
    if (!thoroughly) return;
    assertState(await engine.rebuildState(log), state, `rebuilt state of ${log}`);
    for (const key of new Set([...state.keys(), ...truth.keys()])) {
      const value = await engine.get(log, key);
      assertMember(value, state.get(key), `get ${JSON.stringify(key.slice(0, 40))} of ${log}`);
      assert.equal(await engine.has(log, key), state.has(key), `has ${JSON.stringify(key.slice(0, 40))} of ${log}`);
    }
    const streamed: LogEntry[] = [];
    for await (const entry of engine.stream(log)) streamed.push(entry);
    if (streamed.every(({ seq }) => seq !== undefined)) assertInOrder(streamed, `stream of ${log}`);
  }

  /** The past as far as it is kept: it must be told as it was, or not at all. */
  async #compareHistory(engine: LogEngine, log: string): Promise<void> {
    const truth = this.truths.get(log) as Truth;
    const first = Math.max(1, truth.baseSeq);
    const { firstSeq, seq: last } = engine.stats(log);
    const step = Math.max(1, Math.floor((last - first) / 4));
    for (let at = first; at <= last; at += step) {
      try {
        assertState(await engine.rebuildState(log, { at }), truth.stateAt(at), `${log} as of seq ${at}`);
      } catch (error) {
        if (!(error instanceof LogError) || error.code !== 'LOG_NOT_RETAINED' || at >= firstSeq) throw error;
      }
    }
  }

  /** After a clean close: logs, main files, seals and backups are whole and show the same, and nothing lies about. */
  async #assertClosed(): Promise<void> {
    const { disk, dataDir } = this.judged;
    const names = await disk.list(this.#logs);
    const left = [...names, ...(await disk.list(dataDir))].filter((name) => /\.(tmp|compacting)$/.test(name));
    assert.deepEqual(left, [], 'left behind');
    for (const [log, truth] of this.truths) {
      const state = truth.stateAt(truth.owedSeq);
      const content = await this.#read(`${log}.log`);
      const raw = rawLogOf(content);
      // Before the engine wrote its first line, a log of the reference bot has no checksums to read it by.
      if (raw.entries.length > 0) {
        assert.equal(raw.wholeBytes, raw.size, `bytes of ${log} that are whole after closing`);
        assert.equal(raw.entries.at(-1)?.seq, truth.owedSeq, `${log} after closing`);
        assertState(parsed(stateOfEntries(raw.entries)), state, `the bytes of ${log}`);
      }
      if (truth.owedSeq === 0) continue;
      const view = await this.#view(log);
      assertState(JSON.parse(String(view)) as Record<string, unknown>, state, `${log}.json`);
      this.#assertSeal(await this.#read(`${log}.log.seal`), content, truth.owedSeq, view as Buffer);
      await this.#assertBackups(log, truth, names);
    }
  }

  #assertSeal(seal: Buffer, content: Buffer, seq: number, view: Buffer): void {
    const proof = (bytes: Buffer) => ({ bytes: bytes.length, crc: digits(crc32(bytes)) });
    const told = JSON.parse(String(seal)) as Record<string, unknown>;
    const { proof: own, ...rest } = told;
    assert.deepEqual(rest, { seq, ...proof(content), main: proof(view) }, 'the seal');
    assert.equal(own, digits(crc32(JSON.stringify(rest))), "the seal's own proof");
  }

  /** A backup is a whole former log, never a second name of the active one, and there are three at most. */
  async #assertBackups(log: string, truth: Truth, names: readonly string[]): Promise<void> {
    const backups = names.filter((name) => name.startsWith(`${log}.log.backup.`));
    const path = (name: string) => join(this.#logs, name);
    // One more until the next compaction, where the death came before the oldest was removed.
    const most = this.#compacted ? KEEP_BACKUPS : KEEP_BACKUPS + 1;
    assert.ok(backups.length <= most, `${backups.length} backups of ${log}`);
    for (const name of backups) {
      assert.ok(!(await this.judged.disk.isSameFile(path(name), path(`${log}.log`))), `${name} is the active log`);
      const raw = rawLogOf(await this.#read(name));
      if (raw.entries.length === 0) continue;
      assert.equal(raw.wholeBytes, raw.size, `bytes of ${name} that are whole`);
      assertInOrder(raw.entries, name);
      const { seq = 0 } = raw.entries.at(-1) as LogEntry;
      if (seq >= truth.baseSeq) assertState(parsed(stateOfEntries(raw.entries)), truth.stateAt(seq), name);
    }
  }

  /** A torn tail is found where there is one, and kept. */
  async #assertCut(events: readonly RecoveryEvent[], tail: Buffer): Promise<void> {
    const cut = events.find(({ found }) => found === 'torn-tail');
    assert.equal(cut !== undefined, tail.length > 0, `${tail.length} bytes are torn`);
    if (!cut) return;
    const kept = await this.#read(cut.keptAs as string);
    assert.ok(kept.equals(tail), `what was cut is not what is kept as ${cut.keptAs}`);
  }

  async #assertKept(log: string, bytes: Buffer): Promise<void> {
    const names = (await this.judged.disk.list(this.#logs)).filter((name) => name.startsWith(`${log}.log.damaged.`));
    const kept = await Promise.all(names.map((name) => this.#read(name)));
    assert.ok(
      kept.some((content) => content.equals(bytes)),
      `the damaged bytes of ${log} are kept nowhere`,
    );
  }

  async #read(name: string): Promise<Buffer> {
    return (await this.judged.disk.readFile(join(this.#logs, basename(name)))) ?? Buffer.alloc(0);
  }

  #view(log: string): Promise<Buffer | undefined> {
    return this.judged.disk.readFile(join(this.judged.dataDir, `${log}.json`));
  }
}

/**
 * Judges a directory as a death left it; the disk is changed by that.
 * @param livesOn whether it also goes on from there, which costs two openings and a compaction
 * @returns the seq that each log was found to reach
 */
export async function judge(
  judged: Judged,
  engineOn: EngineOn = fileEngineOn,
  livesOn = true,
): Promise<ReadonlyMap<string, number>> {
  const judgement = new Judgement(judged, copyTruths(judged.truths), engineOn);
  await judgement.firstOpening(await judgement.readBytes());
  if (livesOn) await judgement.liveOn();
  return judgement.found;
}

function assertReaches(seq: number, truth: Truth, what: string): void {
  assert.ok(seq >= truth.owedSeq, `${what} reaches seq ${seq}, but ${truth.owedSeq} was acknowledged`);
  assert.ok(seq <= truth.sentSeq, `${what} reaches seq ${seq}, but only ${truth.sentSeq} were sent`);
}

/** Lost: an acknowledged value is not there. Back: one is there that must not be. */
function assertState(found: Record<string, unknown>, expected: ModelState, what: string): void {
  for (const [key, text] of expected)
    assertMember(found[key], text, `${what}, key ${JSON.stringify(key.slice(0, 40))}`);
  const back = Object.keys(found).filter((key) => !expected.has(key));
  assert.deepEqual(back, [], `${what}: keys that must not be there`);
}

function assertMember(value: unknown, text: string | undefined, what: string): void {
  const found = value === undefined ? undefined : JSON.stringify(value);
  if (found === text) return;
  // What older hands wrote may name its members in another order.
  if (found !== undefined && text !== undefined && isDeepStrictEqual(JSON.parse(found), JSON.parse(text))) return;
  assert.fail(`${what} is ${shown(found)}, not ${shown(text)}`);
}

function shown(text: string | undefined): string {
  if (text === undefined) return 'missing';
  return text.length > 160 ? `${text.slice(0, 80)} … ${text.slice(-60)} (${text.length} characters)` : text;
}

function parsed(state: ModelState): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, text] of state) object[key] = JSON.parse(text);
  return object;
}

const digits = (crc: number): string => crc.toString(16).padStart(8, '0');

export interface RawBytes {
  entries: LogEntry[];
  wholeBytes: number;
  size: number;
}

const NEWLINE = 0x0a;
const CRC_AND_CLOSING = 10;

/** Lines up to the first that is not whole: each checksum covers all bytes of the file before its digits. */
export function rawLogOf(content: Buffer): RawBytes {
  const entries: LogEntry[] = [];
  let crc = 0;
  let start = 0;
  for (let end = content.indexOf(NEWLINE); end >= 0; end = content.indexOf(NEWLINE, start)) {
    crc = crc32(content.subarray(start, end - CRC_AND_CLOSING), crc);
    if (content.toString('latin1', end - CRC_AND_CLOSING, end) !== `${digits(crc)}"}`) break;
    entries.push(JSON.parse(content.toString('utf8', start, end)) as LogEntry);
    crc = crc32(content.subarray(end - CRC_AND_CLOSING, end + 1), crc);
    start = end + 1;
  }
  return { entries, wholeBytes: start, size: content.length };
}
