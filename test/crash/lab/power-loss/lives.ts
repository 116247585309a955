/**
 * Lives of a log on a simulated disk, drawn from a seed: appends alone and side by side, deletions, updates, whole
 * states, compactions with writes on the way, main files, closings, processes that die without a word, and now and then
 * a failing fsync. The ledger keeps what is owed at each moment of the disk's tape.
 */
import {
  type FileSystem,
  type FsyncMode,
  type LogChange,
  type LogEngine,
  type LogError,
  resolveLogOptions,
} from '../../../../src/storage/log/index.js';
import { guardedDisk } from '../../../support/guarded-disk.js';
import { RecordedMessages } from '../../../support/log-words.js';
import { type DeathPoint, type MortalDisk, mortalDisk } from '../../../support/mortal-disk.js';
import type { Random } from '../../../support/random.js';
import type { EngineUnderTest } from '../experiment.js';
import { type KnownState, Ledger, type Owed, textOf } from './ledger.js';
import type { DiskImage, LyingDisk } from './lying-disk.js';

export const LOG = 'players';
export const LOG_PATH = `data/logs/${LOG}.log`;

/** Roughly, so that a death comes early or late; a life that ends before it does not die. */
const CALLS_OF_A_LIFE = 250;
const CALLS_OF_A_COMPACTION = 24;
const DEATHS: readonly DeathPoint[] = ['before', 'half', 'after'];

export interface Habits {
  /** Steps between opening and end. */
  steps: number;
  lives: number;
  /** Whether an fsync may fail now and then. */
  fsyncFails: boolean;
  opening: Opening;
}

/** How the log is opened, each time. */
export interface Opening {
  fsync: FsyncMode;
  indexFile: boolean | { fromBytes: number };
  spaceAheadBytes: number;
}

export async function openOn(disk: FileSystem, engineOn: EngineUnderTest, opening: Opening): Promise<LogEngine> {
  const options = resolveLogOptions({ ...opening, dataDir: 'data', mainFiles: { maxStaleMs: 60_000 } });
  const engine = engineOn(disk)(options, new RecordedMessages());
  await engine.open();
  return engine;
}

export async function shownState(engine: LogEngine): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  for await (const [key, value] of engine.entries(LOG)) state.set(key, JSON.stringify(value));
  return state;
}

/** Lives one after the other on one disk. Throws where the engine does what no fault explains. */
export async function live(
  disk: LyingDisk,
  random: Random,
  engineOn: EngineUnderTest,
  habits: Habits,
): Promise<Ledger> {
  const ledger = new Ledger(() => disk.now);
  for (let life = 0; life < habits.lives; life += 1) await new Life(disk, random, engineOn, habits, ledger).run();
  return ledger;
}

class Life {
  readonly #door: MortalDisk;
  #engine!: LogEngine;
  #id = 0;
  #over = false;
  /** Told of each call of the file door, before it is performed. */
  #atCall: () => void = () => undefined;

  constructor(
    private readonly disk: LyingDisk,
    private readonly random: Random,
    private readonly engineOn: EngineUnderTest,
    private readonly habits: Habits,
    private readonly ledger: Ledger,
  ) {
    const watched = guardedDisk((_, perform) => {
      this.#atCall();
      return perform();
    }, disk);
    const dies = random.chance(0.4);
    this.#door = mortalDisk(watched, dies ? 1 + random.below(CALLS_OF_A_LIFE) : 0, random.pick(DEATHS));
  }

  /** Until it closes, or until the process dies: between two writes, or in the middle of anything. */
  async run(): Promise<void> {
    await Promise.race([this.#live(), this.#door.died]);
    this.#over = true;
    this.disk.fail = () => undefined;
    this.disk.unlock();
  }

  async #live(): Promise<void> {
    const { disk, random, habits, ledger } = this;
    this.#engine = await openOn(this.#door, this.engineOn, habits.opening);
    await this.#engine.openLog(LOG);
    this.#id = ledger.seq * 1000;
    const { seq } = this.#engine.stats(LOG);
    const state = await shownState(this.#engine);
    assertOwed(seq, state, ledger.owedAt(disk.now));
    ledger.open(seq, state);
    for (let step = 0; step < habits.steps && !this.#over && !this.#engine.stats(LOG).poisoned; step += 1) {
      await this.#step();
    }
    disk.fail = () => undefined;
    if (random.chance(0.5)) await this.#close();
  }

  async #close(): Promise<void> {
    const { seq } = this.#engine.stats(LOG);
    await this.#engine.close();
    this.ledger.acknowledge(seq);
  }

  async #step(): Promise<void> {
    const { random } = this;
    const chance = random.next();
    if (chance < 0.3) return this.#write([this.#change()]);
    if (chance < 0.52) return this.#write(Array.from({ length: 2 + random.below(12) }, () => this.#change()));
    if (chance < 0.65) return this.#update(`k${random.below(6)}`);
    if (chance < 0.7) return this.#write([{ op: 'SET', data: { k0: this.#value(), other: this.#value() } }]);
    if (chance < 0.73) return this.#write([this.#large(9000 + random.below(5000))]);
    if (chance < 0.9) return this.#compact();
    if (this.habits.fsyncFails) this.#failNextSync();
  }

  #change(): LogChange {
    const key = `k${this.random.below(8)}`;
    return this.random.chance(0.25) ? { op: 'DELETE', key } : { op: 'SET', key, value: this.#value() };
  }

  /** No two values are alike, so that none can be taken for another. */
  #value(): unknown {
    this.#id += 1;
    return { id: this.#id, text: 'é{"\n'.repeat(this.random.below(40)) };
  }

  async #write(changes: LogChange[]): Promise<void> {
    const sent = changes.map((change) => {
      const seq = this.ledger.send(change);
      return this.#engine.append(LOG, change).then((entry) => {
        if (entry.seq !== seq) throw new Error(`write ${seq} was acknowledged as ${entry.seq}`);
        this.#acknowledge(seq);
      });
    });
    await allOf(sent);
  }

  async #update(key: string): Promise<void> {
    const value = this.#value();
    let seq = 0;
    const update = this.#engine.update(LOG, key, () => {
      seq = this.ledger.send({ op: 'SET', key, value });
      return value;
    });
    await allOf([update.then(() => this.#acknowledge(seq))]);
  }

  /** With writes that arrive at any of its calls. */
  async #compact(): Promise<void> {
    const { random } = this;
    const writes: Promise<void>[] = [];
    const arrivals = new Set(Array.from({ length: random.below(4) }, () => random.below(CALLS_OF_A_COMPACTION)));
    let call = 0;
    this.#atCall = () => {
      call += 1;
      if (!arrivals.has(call)) return;
      // More than a compaction copies while it holds all others back, now and then.
      writes.push(this.#write([random.chance(0.1) ? this.#large(70_000) : this.#change()]));
    };
    const compaction = this.#engine.compact(LOG, { keepBackups: random.below(3) }).finally(() => {
      this.#atCall = () => undefined;
    });
    await allOf([compaction]);
    await Promise.all(writes);
  }

  /** In a relaxed mode an acknowledgement promises nothing about a power cut. */
  #acknowledge(seq: number): void {
    if (this.habits.opening.fsync === 'always') this.ledger.acknowledge(seq);
  }

  /** What could not be fsynced can perhaps not be undone either. */
  #failNextSync(): void {
    const after = this.random.below(3);
    const isStuck = this.random.chance(0.5);
    let seen = 0;
    this.disk.fail = (operation) => {
      if (operation === 'truncate') return isStuck && seen > after ? { code: 'EIO' } : undefined;
      if (operation !== 'sync') return undefined;
      seen += 1;
      return seen === after + 1 ? { code: 'EIO' } : undefined;
    };
  }

  #large(length: number): LogChange {
    return { op: 'SET', key: 'large', value: 'x'.repeat(length) };
  }
}

/** What a log must show: nothing that was acknowledged is missing, and nothing is there that nobody sent. */
export function assertOwed(seq: number, state: KnownState, { atLeast, atMost, stateAt }: Owed): KnownState {
  const expected = stateAt(seq);
  if (seq < atLeast) throw new Error(`${atLeast - seq} acknowledged writes are lost: seq ${seq}, owed ${atLeast}`);
  if (seq > atMost || !expected) throw new Error(`shows seq ${seq}, of ${atMost} that were handed over`);
  assertSame(state, expected, `shows, at seq ${seq},`);
  return expected;
}

export function assertSame(found: Iterable<readonly [string, string]>, expected: KnownState, does: string): void {
  const [a, b] = [textOf(found), textOf(expected)];
  if (a !== b) throw new Error(`${does} ${a.slice(0, 300)}, and not ${b.slice(0, 300)}`);
}

/** Waits for all; only a failed fsync explains that one of them failed. */
async function allOf(promises: Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(promises)) {
    if (outcome.status === 'fulfilled') continue;
    const { code } = outcome.reason as LogError;
    if (code !== 'LOG_POISONED' && code !== 'LOG_IO') throw outcome.reason;
  }
}

/** A disk's files in a few words, for a report. */
export function describeImage({ names, contents }: DiskImage): string {
  return [...names].map(([path, file]) => `${path} ${contents.get(file)?.length}`).join(', ');
}
