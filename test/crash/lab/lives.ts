/**
 * Lives of a log on a simulated disk, drawn from a seed: appends alone and side by side, deletions, updates, whole
 * states, compactions with writes on the way, main files, closings, processes that die without a word, and now and then
 * a failing fsync. The ledger keeps what is owed at each moment of the disk's tape.
 */
import { setImmediate as turn } from 'node:timers/promises';
import {
  type FsyncMode,
  type LogChange,
  type LogEngine,
  type LogError,
  resolveLogOptions,
} from '../../../src/storage/log/index.js';
import { RecordedMessages } from '../../support/log-words.js';
import type { Random } from '../../support/random.js';
import type { EngineUnderTest } from './experiment.js';
import { Ledger } from './ledger.js';
import type { DiskImage, LyingDisk } from './lying-disk.js';

export const LOG = 'players';
export const LOG_PATH = `data/logs/${LOG}.log`;

export interface Habits {
  /** Steps between opening and end. */
  steps: number;
  lives: number;
  /** Whether an fsync may fail now and then. */
  fsyncFails: boolean;
  fsync: FsyncMode;
}

export async function openOn(disk: LyingDisk, engineOn: EngineUnderTest, fsync: FsyncMode): Promise<LogEngine> {
  const options = resolveLogOptions({ dataDir: 'data', mainFiles: { maxStaleMs: 60_000 }, fsync });
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
  #engine!: LogEngine;
  #id = 0;

  constructor(
    private readonly disk: LyingDisk,
    private readonly random: Random,
    private readonly engineOn: EngineUnderTest,
    private readonly habits: Habits,
    private readonly ledger: Ledger,
  ) {}

  async run(): Promise<void> {
    const { disk, random, habits, ledger } = this;
    this.#engine = await openOn(disk, this.engineOn, habits.fsync);
    await this.#engine.openLog(LOG);
    this.#id = ledger.seq * 1000;
    ledger.open(this.#engine.stats(LOG).seq, await shownState(this.#engine));
    for (let step = 0; step < habits.steps && !this.#engine.stats(LOG).poisoned; step += 1) await this.#step();
    disk.fail = () => undefined;
    if (random.chance(0.5)) await this.#close();
    else disk.unlock();
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
    if (chance < 0.55) return this.#write(Array.from({ length: 2 + random.below(12) }, () => this.#change()));
    if (chance < 0.7) return this.#update(`k${random.below(6)}`);
    if (chance < 0.75) return this.#write([{ op: 'SET', data: { k0: this.#value(), other: this.#value() } }]);
    if (chance < 0.78) return this.#write([{ op: 'SET', key: 'large', value: 'x'.repeat(9000 + random.below(5000)) }]);
    if (chance < 0.9) return this.#compact();
    if (this.habits.fsyncFails && chance < 0.93) this.#failNextSync();
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

  async #compact(): Promise<void> {
    const compaction = this.#engine.compact(LOG, { keepBackups: this.random.below(3) });
    const writes = Array.from({ length: this.random.below(4) }, async () => {
      await turn();
      await this.#write([this.#change()]);
    });
    await allOf([compaction, ...writes]);
  }

  /** In a relaxed mode an acknowledgement promises nothing about a power cut. */
  #acknowledge(seq: number): void {
    if (this.habits.fsync === 'always') this.ledger.acknowledge(seq);
  }

  #failNextSync(): void {
    const after = this.random.below(3);
    let seen = 0;
    this.disk.fail = (operation) => {
      if (operation !== 'sync') return undefined;
      seen += 1;
      return seen === after + 1 ? { code: 'EIO' } : undefined;
    };
  }
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
