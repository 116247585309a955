/**
 * Many clients at once on few keys, over a disk that takes its time and fails, with compactions alongside: what they
 * were answered must be the story of one register for each key.
 */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { type LogEngine, type LogError, resolveLogOptions } from '../../../../src/storage/log/index.js';
import { MemoryDisk } from '../../../support/memory-disk.js';
import { silent } from '../../../support/parent.js';
import { inTime } from '../../../support/patience.js';
import { Random } from '../../../support/random.js';
import type { Experiment, Round } from '../experiment.js';
import { MortalDoor } from '../model/door.js';
import { assertSame, textsOf } from '../model/log.js';
import { Chronicle, StreamReader } from './chronicle.js';
import { Clients, KEYS, LOG } from './clients.js';
import { CALM, type Mood, MoodyDisk } from './disk.js';
import { Recorder } from './record.js';
import { outrunReaders, STREAMED } from './streams.js';

const HISTORIES_PER_ROUND = 8;
/** In one history. */
const PHASES = 16;
const WRITES_PER_LIFE = 1_000_000;
const HANGS_MS = 60_000;

const MOODS: Record<string, Mood> = {
  calm: CALM,
  'on a full disk': { writes: 0.25, truncates: 0, fsyncs: 0, names: 0.2 },
  'with failing fsyncs': { writes: 0.05, truncates: 0, fsyncs: 0.04, names: 0.05 },
  'with writes that cannot be undone': { writes: 0.1, truncates: 0.3, fsyncs: 0, names: 0 },
};

export const linearisability: Experiment = {
  name: 'linearisability',
  summary: 'Many clients at once on few keys over a slow, failing disk: every answer fits one order of what they did.',
  async run(round) {
    const seeds = Array.from({ length: HISTORIES_PER_ROUND }, () => round.random.below(2 ** 32));
    for (const [i, seed] of seeds.entries()) {
      const story = new Story(round, new Random(seed));
      await round.trial('histories', `history ${i}`, () => inTime('The history', HANGS_MS, story.tell()));
    }
  },
};

class Story {
  readonly #recorder = new Recorder();
  readonly #chronicle = new Chronicle();
  readonly #streams = new Chronicle();
  #disk = new MemoryDisk();
  #lives = 0;
  /** Timers are not in the hand of the seed: in most rounds views are written by compactions and closings alone. */
  readonly #isTimed: boolean;

  constructor(
    private readonly round: Round,
    private readonly random: Random,
  ) {
    this.#isTimed = random.chance(0.25);
  }

  async tell(): Promise<void> {
    const { random } = this;
    for (let phase = 0; phase < PHASES; ) {
      const moody = new MoodyDisk(this.#disk, random);
      const door = new MortalDoor(this.#disk, [], moody.disk);
      const options = resolveLogOptions({
        dataDir: 'data',
        mainFiles: { maxStaleMs: this.#isTimed ? random.below(5) : 60_000 },
        cacheBytes: 500,
      });
      const engine = this.round.engineOn(door.disk)(options, silent);
      const count = (what: string) => this.round.count(what);
      const life = new Life(count, random, engine, moody, this.#chronicle, door);
      const clients = await this.#begin(life);
      let ending: string | undefined;
      for (; ending === undefined && phase < PHASES; phase += 1) ending = await life.phase(clients, this.#recorder);
      if (ending === undefined) {
        await outrunReaders(engine, this.#streams, random);
        this.round.count('bursts that outrun readers');
      }
      await this.#end(life, ending);
    }
    for (const complaint of this.#recorder.complaints()) this.round.violations.push(complaint);
    this.round.count('operations', this.#recorder.operations);
    this.round.count('refused operations', this.#recorder.refused);
    this.round.count('operations of unknown outcome', this.#recorder.unknown);
  }

  /** Opens; what nobody was told of can be there by an operation without an answer only. */
  async #begin(life: Life): Promise<Clients> {
    const { engine } = life;
    await engine.open();
    await engine.openLog(LOG);
    assert.ok(engine.stats(LOG).seq >= this.#chronicle.last, `${LOG} reaches no further than what was told before`);
    const fromSeq = this.#chronicle.last + 1;
    for await (const entry of engine.stream(LOG, { fromSeq, backups: true })) this.#chronicle.add(entry);
    this.#lives += 1;
    this.round.count('lives');
    const firstWrite = this.#lives * WRITES_PER_LIFE;
    const clients = new Clients(
      engine,
      this.#recorder,
      this.#chronicle,
      this.round.random,
      firstWrite,
      () => life.door.dead,
    );
    for (const key of KEYS) await clients.get(key);
    life.listen({ [LOG]: this.#chronicle, [STREAMED]: this.#streams });
    return clients;
  }

  async #end(life: Life, ending: string | undefined): Promise<void> {
    if (ending === 'crash') {
      life.door.kill();
      this.#disk = await life.door.died;
      await turn();
    } else {
      const isPoisoned = life.engine.stats(LOG).poisoned !== undefined;
      await life.engine.close().catch((error: LogError) => {
        if (!isPoisoned || error.code !== 'LOG_POISONED') throw error;
      });
      await life.readersEnd();
      if (!isPoisoned) this.#expectMainFile();
    }
    life.judge();
    this.#recorder.endLife();
  }

  #expectMainFile(): void {
    if (this.#chronicle.last === 0) return;
    const view = JSON.parse(this.#disk.bytesOf(`data/${LOG}.json`).toString()) as Record<string, unknown>;
    assertSame(textsOf(view), this.#chronicle.stateAt(this.#chronicle.last), 'the main file after a close');
  }
}

/** One process, from opening to its end. */
class Life {
  readonly #complaints: unknown[] = [];
  readonly #readers: Promise<void>[] = [];

  constructor(
    private readonly count: (what: string) => void,
    private readonly random: Random,
    readonly engine: LogEngine,
    private readonly moody: MoodyDisk,
    private readonly chronicle: Chronicle,
    readonly door: MortalDoor,
  ) {}

  listen(chronicles: Record<string, Chronicle>): void {
    this.engine.onChange((log, entry) => {
      if (this.door.dead) return;
      try {
        chronicles[log]?.add(entry);
      } catch (error) {
        this.#complaints.push(error);
      }
    });
  }

  /** Many clients at once, in one mood of the disk. @returns how this life ends; undefined where it goes on */
  async phase(clients: Clients, recorder: Recorder): Promise<string | undefined> {
    const { random } = this;
    const mood = random.chance(0.4) ? 'calm' : random.pick(Object.keys(MOODS));
    this.moody.mood = MOODS[mood] as Mood;
    this.count(`phases ${mood}`);
    const refused = recorder.refused;
    let working = true;
    const clientele = Array.from({ length: 4 + random.below(10) }, async () => {
      for (let left = 5 + random.below(12); left > 0; left -= 1) await clients.act();
    });
    const compacting = this.#compactWhile(() => working);
    for (let readers = random.below(3); readers > 0; readers -= 1) this.#readers.push(this.#follow());
    const done = Promise.all(clientele);
    if (random.chance(0.2)) {
      await Promise.race([done, turns(5 + random.below(60))]);
      working = false;
      return 'crash';
    }
    await done;
    working = false;
    await compacting;
    this.moody.mood = CALM;
    if (mood === 'calm') assert.equal(recorder.refused, refused, 'operations refused by a calm disk');
    if (this.engine.stats(LOG).poisoned !== undefined) return 'poisoned';
    return random.chance(0.2) ? 'close' : undefined;
  }

  /** Readers end with the log. */
  async readersEnd(): Promise<void> {
    await Promise.all(this.#readers);
  }

  judge(): void {
    if (this.#complaints.length > 0) throw this.#complaints[0];
  }

  async #compactWhile(working: () => boolean): Promise<void> {
    while (working()) {
      await turns(this.random.below(12));
      try {
        const { outcome } = await this.engine.compact(LOG);
        if (outcome === 'compacted') this.count('compactions');
      } catch (error) {
        const isFault = this.moody.refused > 0 && /^LOG_(IO|DISK_FULL|POISONED)$/.test((error as LogError).code);
        if (!isFault) this.#complaints.push(error);
      }
    }
  }

  /** A reader that follows to the end of the log, and must have seen everything then. */
  async #follow(): Promise<void> {
    const fromSeq = this.random.below(this.chronicle.last + 2);
    const reader = new StreamReader(this.chronicle, fromSeq);
    this.count('followers');
    try {
      for await (const entry of this.engine.stream(LOG, { fromSeq, follow: true })) {
        if (this.door.dead) return;
        reader.take(entry);
      }
      assert.ok(reader.last >= this.chronicle.last, `a reader ends at seq ${reader.last} of ${this.chronicle.last}`);
    } catch (error) {
      this.#complaints.push(error);
    }
  }
}

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await turn();
}
