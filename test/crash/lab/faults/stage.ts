/**
 * An engine on a disk that fails, used as an application would use it, and everything that it says held against what it
 * owes. Whatever is wrong is written down as a complaint; nothing here throws for it.
 */
import { type LogEngine, LogError, type LogOptions, resolveLogOptions } from '../../../../src/storage/log/index.js';
import { silent } from '../../../support/parent.js';
import type { DiskCall } from '../../../support/watched-disk.js';
import type { EngineUnderTest } from '../experiment.js';
import type { DiskImage } from '../power-loss/lying-disk.js';
import { Account, type Change, counted, difference, type Write } from './account.js';
import { FaultyDisk, type PlannedFault } from './injection.js';

export const PLAYERS = 'players';
export const TOKENS = 'tokens';
const LOGS = [PLAYERS, TOKENS];
const LONGEST_WAIT_MS = 10_000;

export const logPath = (log: string): string => `data/logs/${log}.log`;
export const viewPath = (log: string): string => `data/${log}.json`;

export interface StageOptions extends Pick<LogOptions, 'mainFiles' | 'fsync' | 'indexFile' | 'spaceAheadBytes'> {
  /** Whether a write and its fsync are one call. */
  writesThrough?: boolean;
}

export class Stage {
  readonly disk: FaultyDisk;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly complaints: string[] = [];
  /** When a write had first been refused, and what was owed then: a moment for the power to go. */
  refusal: { tape: number; accounts: Map<string, Account> } | undefined;
  /** Called at each call of the disk, for writes that meet something else on its way. */
  meeting: (() => void) | undefined;
  #engine: LogEngine;
  isOpen = false;

  constructor(
    image: DiskImage,
    fault: PlannedFault | undefined,
    private readonly engineOn: EngineUnderTest,
    private readonly options: StageOptions,
    accounts: (log: string) => Account,
  ) {
    this.disk = new FaultyDisk(image, fault);
    this.disk.writesThrough = options.writesThrough ?? false;
    this.disk.onCall = (call, fails) => this.#notice(call, fails);
    this.accounts = new Map(LOGS.map((log) => [log, accounts(log)]));
    this.#engine = this.#newEngine();
  }

  /** How far the disk's tape goes, and what is owed there. */
  now(): { tape: number; accounts: Map<string, Account> } {
    return {
      tape: this.disk.lying.now,
      accounts: new Map([...this.accounts].map(([log, account]) => [log, account.copy()])),
    };
  }

  /** The same directory after the machine has lost its power: what was owed then, on what was left. */
  withPowerBack(image: DiskImage, owed: ReadonlyMap<string, Account>): Stage {
    return new Stage(image, undefined, this.engineOn, this.options, (log) => owed.get(log) as Account);
  }

  get engine(): LogEngine {
    return this.#engine;
  }

  complain(what: string): void {
    this.complaints.push(what);
  }

  account(log: string): Account {
    return this.accounts.get(log) as Account;
  }

  poisoned(log: string): string | undefined {
    return this.#engine.stats(log).poisoned;
  }

  #newEngine(): LogEngine {
    const { writesThrough, ...options } = this.options;
    return this.engineOn(this.disk)(resolveLogOptions({ ...options, dataDir: 'data', cacheBytes: 0 }), silent);
  }

  #notice(call: DiskCall, fails: boolean): void {
    const log = LOGS.find((name) => call.name === logPath(name));
    if (fails && log !== undefined && call.operation === 'sync' && !this.#isUndone && this.#isBeingAppendedTo(log)) {
      this.account(log).suspectFrom ??= this.#engine.stats(log).seq;
    }
    this.meeting?.();
  }

  /** What a full disk refuses in one call with its fsync can be taken back, with an fsync that may fail in its turn. */
  get #isUndone(): boolean {
    return this.disk.writesThrough && isFull(this.disk.code);
  }

  /** Whether lines stand in the file that nobody has acknowledged yet: it is those that a failed fsync makes doubtful. */
  #isBeingAppendedTo(log: string): boolean {
    if (!this.#engine.logNames().includes(log)) return false;
    return (this.disk.lying.bytesOf(logPath(log))?.length ?? 0) > this.#engine.stats(log).sizeBytes;
  }

  /** Opens the directory; where the disk refuses it, again, until the disk is well. */
  async open(): Promise<void> {
    const opened = await this.#untilDone('opening the directory', () => this.#engine.open());
    this.isOpen = opened;
  }

  /** As `open`, for a log: once it is open, it shows what it owes. */
  async openLog(log: string): Promise<void> {
    if (!(await this.#untilDone(`opening ${log}`, () => this.#engine.openLog(log)))) return;
    const wrong = this.account(log).reopened(this.#engine.stats(log).seq);
    if (wrong) this.complain(`${log} ${wrong}`);
    await this.judge(log, 'once opened');
  }

  async openAll(): Promise<void> {
    await this.open();
    await this.attempt('listing', () => this.#engine.listLogs());
    for (const log of LOGS) await this.openLog(log);
  }

  async #untilDone(what: string, task: () => Promise<unknown>): Promise<boolean> {
    const held = this.disk.openFiles().join();
    for (let tries = 1; tries < 4; tries += 1) {
      const wasWell = !this.disk.ill;
      if (await this.attempt(what, task)) return true;
      const left = this.disk.openFiles().join();
      if (left !== held) this.complain(`${what} failed and left open: ${left}`);
      if (wasWell) break;
      if (tries > 1) this.disk.heal();
    }
    this.complain(`${what} does not succeed on a disk that is well`);
    return false;
  }

  /** Runs what may fail where the disk did, and judges the failure. @returns undefined where it failed */
  async attempt<T>(what: string, task: () => Promise<T>): Promise<{ value: T } | undefined> {
    const failures = this.disk.failed.length;
    try {
      return { value: await task() };
    } catch (error) {
      this.judgeError(what, error, failures);
      return undefined;
    }
  }

  judgeError(what: string, error: unknown, failuresBefore: number): void {
    const wrong = this.#wrongWith(error, this.disk.failed.length > failuresBefore);
    if (wrong) this.complain(`${what} was refused with ${error}: ${wrong}`);
  }

  #wrongWith(error: unknown, something: boolean): string | undefined {
    if (!(error instanceof LogError)) return 'it is no LogError';
    if (typeof error.file !== 'string') return 'it names no file';
    if (!causedBy(error, this.disk.code)) return 'its cause is missing';
    if (error.code === 'LOG_POISONED') return undefined;
    if (!something) return 'nothing had failed';
    const expected = isFull(this.disk.code) ? 'LOG_DISK_FULL' : 'LOG_IO';
    return error.code === expected ? undefined : `it is ${error.code} for ${this.disk.code}`;
  }

  /** A write; refused or not, it is entered into the account. @returns whether it was acknowledged */
  async write(log: string, change: Change): Promise<boolean> {
    const account = this.account(log);
    const poisoned = this.poisoned(log) !== undefined;
    // What is queued behind a write that failed fails with it.
    if (account.unanswered === 0) account.failuresBefore = this.disk.failed.length;
    const failures = account.failuresBefore;
    const write = account.send(change);
    try {
      await this.#perform(log, change);
      account.acknowledge(write);
      if (poisoned) this.complain(`${log} is poisoned and acknowledged a write`);
      return true;
    } catch (error) {
      this.#refused(log, write, error, poisoned);
      this.judgeError(`a write to ${log}`, error, failures);
      if ([...this.accounts.values()].every(({ unanswered }) => unanswered === 0)) this.refusal ??= this.now();
      return false;
    }
  }

  async writeAll(log: string, changes: readonly Change[]): Promise<void> {
    await Promise.all(changes.map((change) => this.write(log, change)));
  }

  async #perform(log: string, change: Change): Promise<void> {
    if (change.op === 'COUNT') await this.#engine.update(log, change.key, counted);
    else await this.#engine.append(log, change);
  }

  #refused(log: string, write: Write, error: unknown, wasPoisoned: boolean): void {
    const poisons = (error as LogError).code === 'LOG_POISONED';
    // Only of what was on its way when the fsync failed can nobody say whether it arrived.
    write.outcome = poisons && !wasPoisoned ? 'doubtful' : 'refused';
    // An update reads first, and where that fails it comes no further.
    const unread = write.change.op === 'COUNT' && this.disk.hasFailed('readSync');
    if (wasPoisoned && !poisons && !unread) this.complain(`${log} is poisoned and refused a write with ${error}`);
    if (poisons && this.isOpen && this.poisoned(log) === undefined) this.complain(`stats of ${log} know of no poison`);
    const untold = this.disk.writesThrough && !isFull(this.disk.code) && this.disk.hasFailed('write');
    if (poisons && !untold && !this.disk.hasFailed('sync', 'syncDirectory', 'truncate', 'rename')) {
      this.complain(`${log} is poisoned, though every write could be undone: ${error}`);
    }
  }

  /** Reads all that there is. Where the disk cannot be read a read may fail; it is never wrong. */
  async judge(log: string, when: string): Promise<void> {
    const { engine } = this;
    const account = this.account(log);
    const owed = account.state;
    const { seq, poisoned } = engine.stats(log);
    if (seq !== account.seq) this.complain(`${log} stands at seq ${seq} ${when}, not ${account.seq}`);
    if (account.suspectFrom !== undefined && (poisoned === undefined || seq !== account.suspectFrom)) {
      this.complain(`an fsync of ${log} failed at seq ${account.suspectFrom}; it stands at ${seq}, poison ${poisoned}`);
    }
    const compare = (found: ReadonlyMap<string, string>, by: string): void => {
      const wrong = difference(found, owed);
      if (wrong) this.complain(`${log} ${when}, by ${by}: ${wrong}`);
    };
    const read = async <T>(by: string, task: () => Promise<T>): Promise<T | undefined> => {
      const wasBlind = this.disk.blind;
      const outcome = await this.attempt(`reading ${log} ${when} by ${by}`, task);
      if (!outcome && !wasBlind) this.complain(`${log} cannot be read ${when} by ${by}`);
      return outcome?.value;
    };
    const entries = await read('entries', () => this.#entries(log));
    if (entries) compare(entries, 'entries');
    const rebuilt = await read('replay', () => engine.rebuildState(log));
    if (rebuilt) compare(textsOf(Object.entries(rebuilt)), 'replay');
    const values = await read('get', () => this.#values(log, [...owed.keys()]));
    if (values) compare(values, 'get');
  }

  async #entries(log: string): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const [key, value] of this.#engine.entries(log)) found.set(key, JSON.stringify(value));
    return found;
  }

  async #values(log: string, keys: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const key of keys) {
      if (await this.#engine.has(log, key)) found.set(key, JSON.stringify(await this.#engine.get(log, key)));
    }
    return found;
  }

  /** Waits for the main file that is written behind, or for the reason why it is not. */
  async view(log: string): Promise<void> {
    const path = viewPath(log);
    const before = this.disk.lying.bytesOf(path);
    const failures = this.disk.failed.length;
    const stats = () => this.#engine.stats(log);
    const until = Date.now() + LONGEST_WAIT_MS;
    const settled = () => stats().mainFileSeq === stats().seq || (this.disk.ill && stats().mainFileError !== undefined);
    while (!settled() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 1));
    const { mainFileSeq, mainFileError, seq } = stats();
    if (mainFileSeq === seq && mainFileError === undefined) return this.#judgeView(log);
    if (mainFileError === undefined) this.complain(`${path} is not written, and nothing says why`);
    if (this.disk.failed.length === failures) return;
    this.judgeUntouched(path, before, 'a main file that failed');
  }

  #judgeView(log: string): void {
    const bytes = this.disk.lying.bytesOf(viewPath(log));
    const state = textsOf(Object.entries(JSON.parse(String(bytes ?? '{}')) as Record<string, unknown>));
    const wrong = difference(state, this.account(log).state);
    if (wrong) this.complain(`${viewPath(log)}: ${wrong}`);
  }

  judgeUntouched(path: string, before: Buffer | undefined, by: string): void {
    const after = this.disk.lying.bytesOf(path);
    const same = before === undefined ? after === undefined : after?.equals(before);
    // Swapped in whole, but perhaps not for good: that is what could not be said.
    const swapped = this.disk.failed.at(-1)?.operation === 'syncDirectory';
    if (!same && !swapped) this.complain(`${by} changed ${path}`);
    this.judgeTemporaries(by);
  }

  /** Temporary files are taken away again, unless taking them away was what failed. */
  judgeTemporaries(after: string): void {
    for (const path of this.disk.lying.paths()) {
      if (!/\.(tmp|compacting)$/.test(path)) continue;
      const stuck = this.disk.failed.some((call) => call.operation === 'remove' && call.path === path);
      if (!stuck) this.complain(`${after} left ${path} behind`);
    }
  }

  async close(): Promise<void> {
    this.isOpen = false;
    const wasWell = !this.disk.ill;
    const closed = await this.attempt('closing', () => this.#engine.close());
    if (!closed && wasWell) this.complain('closing failed on a disk that is well');
    const left = this.disk.openFiles();
    if (left.length > 0) this.complain(`closing left open: ${left}`);
    this.judgeTemporaries('closing');
    for (const [log, account] of this.accounts) {
      if (account.unanswered > 0) this.complain(`${account.unanswered} writes to ${log} were never answered`);
      account.suspectFrom = undefined;
    }
  }
}

function textsOf(entries: Iterable<[string, unknown]>): Map<string, string> {
  return new Map([...entries].map(([key, value]) => [key, JSON.stringify(value)]));
}

const isFull = (code: string): boolean => ['ENOSPC', 'EDQUOT'].includes(code);

function causedBy(error: Error, code: string): boolean {
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause.message.startsWith(`${code}: simulated`)) return true;
  }
  return false;
}
