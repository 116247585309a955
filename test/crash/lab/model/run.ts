/** Performs a random program on a disk in memory and holds all that it sees against the model. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { fileEngineOn, type LogEngine, type LogError, resolveLogOptions } from '../../../../src/storage/log/index.js';
import { collect } from '../../../support/log-words.js';
import { MemoryDisk } from '../../../support/memory-disk.js';
import { silent } from '../../../support/parent.js';
import type { EngineUnderTest } from '../experiment.js';
import { Died, type Fuse, MortalDoor } from './door.js';
import { DIRECTORY, Life } from './life.js';
import { ModelLog as Log, type ModelLog, sameState, shown, textsOf } from './log.js';
import { MODEL_LOGS, type OpeningDraw, type Step } from './program.js';
import { expectMoment, isForgotten, judgeKeyStream, onceEach, StreamJudge, spanOf } from './reading.js';

const FIRST_OPENING: OpeningDraw = {
  fsync: 'always',
  cacheBytes: 2000,
  mainFiles: { maxStaleMs: 60_000 },
  indexFile: { fromBytes: 0 },
  spaceAheadBytes: 3000,
  lazily: true,
  listens: true,
};

/** The steps that do one of these. */
type Of<What extends Step['do']> = Extract<Step, { do: What }>;

export class ModelRun {
  readonly #logs = new Map<string, ModelLog>(MODEL_LOGS.map((name) => [name, new Log()]));
  #disk = new MemoryDisk();
  #fuses: readonly Fuse[] = [];
  #opening = FIRST_OPENING;
  #crashed = false;
  #life: Life | undefined;

  constructor(
    private readonly engineOn: EngineUnderTest,
    private readonly count: (what: string) => void,
  ) {}

  async take(step: Step): Promise<void> {
    const life = await this.#alive();
    try {
      await this.#perform(life, step);
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      await this.#bury(life);
    }
    if (life.complaints.length > 0) throw life.complaints[0];
  }

  /** Everything that can be asked, before and after a close; whatever a fuse still does to it. */
  async finish(): Promise<void> {
    for (const look of ['open', 'again'] as const) {
      await this.take({ do: 'settle' });
      for (const log of MODEL_LOGS) {
        for (const what of ['size', 'keys', 'entries', 'rebuild'] as const) await this.take({ do: what, log });
        await this.take({ do: 'stream', log, key: undefined, share: 0, backups: look === 'again' });
        const keys = [...(this.#logs.get(log) as ModelLog).newest.keys(), 'never'];
        for (const key of keys) await this.take({ do: 'get', log, key });
      }
      await this.take({ do: 'reopen', settles: true, opening: FIRST_OPENING });
    }
    this.#life?.door.kill();
  }

  /** The process that runs, or the first that survives its opening. */
  async #alive(): Promise<Life> {
    while (!this.#life) {
      const door = new MortalDoor(this.#disk, this.#fuses);
      const life = new Life(door, this.engineOn, this.#logs, this.#opening, this.#crashed);
      try {
        await life.open();
        this.#life = life;
        this.#crashed = false;
        this.#fuses = [];
      } catch (error) {
        if (!(error instanceof Died)) throw error;
        this.count('crashes while opening');
        await this.#bury(life);
      }
    }
    return this.#life;
  }

  async #bury({ door }: Life): Promise<void> {
    this.#disk = await door.died;
    // What was acknowledged at that very moment is heard of.
    await turn();
    this.#fuses = door.fuses;
    this.#crashed = true;
    this.#life = undefined;
    this.count('crashes');
  }

  async #perform(life: Life, step: Step): Promise<void> {
    if (life.door.dead) throw new Died();
    if (step.do === 'turn') return life.door.alive(turn());
    if (step.do === 'settle') return life.settle();
    if (step.do === 'intrude') return this.#intrude(life);
    if (step.do === 'reopen') return this.#reopen(life, step);
    if (step.do === 'crash' || step.do === 'doom') {
      this.#opening = step.opening;
      if (step.do === 'crash') life.door.kill();
      else life.door.arm(step.fuses);
      return;
    }
    if (step.do === 'set' || step.do === 'delete' || step.do === 'replace') return write(life, step);
    if (step.do === 'count' || step.do === 'take') return update(life, step);
    if (step.do === 'compact') return this.#compact(life, step.log);
    this.count('reads');
    return read(life, step);
  }

  #compact(life: Life, log: string): void {
    life.log(log).compactions += 1;
    const judge = ({ outcome }: { outcome: string }) => {
      assert.notEqual(outcome, 'failed');
      if (outcome === 'compacted') this.count('compactions');
    };
    life.begin(`compacting ${log}`, life.engine.compact(log), judge, true);
  }

  async #reopen(life: Life, { settles, opening }: Of<'reopen'>): Promise<void> {
    this.#opening = opening;
    if (settles) await life.settle();
    await life.close();
    this.#fuses = life.door.fuses;
    this.#life = undefined;
    this.count('reopenings');
  }

  /** Another process asks for the directory, is refused, and leaves nothing behind. */
  async #intrude(life: Life): Promise<void> {
    const { base } = life.door;
    const before = life.isIdle ? base.picture() : undefined;
    const options = resolveLogOptions({ dataDir: DIRECTORY });
    const intruder: LogEngine = fileEngineOn(base)(options, silent);
    await assert.rejects(intruder.open(), { code: 'LOG_LOCKED' }, 'a second engine opens the directory');
    const write = intruder.append('a', { op: 'SET', key: 'intruder', value: 'was here' });
    await assert.rejects(write, { code: 'LOG_CLOSED' }, 'a second engine writes');
    await intruder.close();
    if (before && life.isIdle) assert.deepEqual(base.picture(), before, 'the second engine changed something');
    this.count('second engines refused');
  }
}

function write(life: Life, step: Of<'set' | 'delete' | 'replace'>): void {
  const { log } = step;
  if (step.do === 'set') {
    life.append(log, { op: 'SET', key: step.key, value: step.value });
  } else if (step.do === 'delete') {
    life.append(log, { op: 'DELETE', key: step.key });
  } else {
    life.append(log, { op: 'SET', data: Object.fromEntries(step.entries) });
    life.replacing.add(log);
  }
}

async function update(life: Life, step: Of<'count' | 'take'>): Promise<void> {
  // An update waits for a whole state under way, so that its place among the writes is where it resolves.
  if (life.replacing.has(step.log)) await life.settle();
  const log = life.log(step.log);
  const { key } = step;
  const accepted = () => life.engine.stats(step.log).seq + life.engine.stats(step.log).pending;
  // Whether taking away what is gone already makes an entry depends on whether that is durable: it is counted.
  if (step.do === 'take') await life.door.alive(life.engine.openLog(step.log));
  const before = log.newest.get(key);
  const made = step.do === 'count' ? counted(before) : undefined;
  if (made !== undefined) log.send({ op: 'SET', key, value: made });
  else if (before !== undefined) log.send({ op: 'DELETE', key });
  const acceptedBefore = accepted();
  let current: string | undefined;
  const updated = life.engine.update<unknown>(step.log, key, (found) => {
    current = JSON.stringify(found);
    return made;
  });
  if (step.do === 'take' && before === undefined && accepted() > acceptedBefore) log.send({ op: 'DELETE', key });
  const seq = step.do === 'take' && accepted() === acceptedBefore ? 0 : log.sent;
  life.begin(`update in ${step.log}`, updated, (result) => {
    assert.deepEqual([current, result], [before, made], 'what an update builds on, and gives');
    log.owe(seq);
  });
}

function counted(text: string | undefined): number {
  const current = text === undefined ? undefined : (JSON.parse(text) as unknown);
  return (typeof current === 'number' ? current : 0) + 1;
}

type Read = Of<
  'get' | 'has' | 'size' | 'keys' | 'entries' | 'rebuild' | 'rebuild at' | 'rebuild then' | 'stream' | 'follow'
>;

async function read(life: Life, step: Read): Promise<void> {
  const { engine } = life;
  const log = life.log(step.log);
  const low = log.owed;
  const moment = (fits: Parameters<typeof expectMoment>[3], found: () => string, from = low) =>
    expectMoment(log, from, `${step.do} in ${step.log}`, fits, found);
  const begin = <T>(work: Promise<T>, judge: (result: T) => void) => life.begin(step.do, work, judge, true);
  if (step.do === 'get') {
    begin(engine.get(step.log, step.key), (value) => {
      const text = value === undefined ? undefined : JSON.stringify(value);
      moment(
        (state) => state.get(step.key) === text,
        () => `${text} for ${JSON.stringify(step.key)}`,
      );
    });
  } else if (step.do === 'has') {
    begin(engine.has(step.log, step.key), (has) =>
      moment(
        (state) => state.has(step.key) === has,
        () => `${has} for ${JSON.stringify(step.key)}`,
      ),
    );
  } else if (step.do === 'size') {
    await life.door.alive(engine.openLog(step.log));
    const size = engine.size(step.log);
    moment(
      (state) => state.size === size,
      () => `${size} keys`,
      log.owed,
    );
  } else if (step.do === 'keys') {
    begin(collect(engine.keys(step.log)), (keys) => {
      const once = onceEach(
        keys.map((key) => [key, true]),
        'keys',
      );
      moment(
        (state) => state.size === once.size && [...state.keys()].every((key) => once.has(key)),
        () => `${keys}`,
      );
    });
  } else if (step.do === 'entries' || step.do === 'rebuild') {
    const held = step.do === 'rebuild' ? engine.rebuildState(step.log).then(textsOf) : entriesIn(engine, step.log);
    begin(held, (found) =>
      moment(
        (state) => sameState(found, state),
        () => shown(found),
      ),
    );
  } else if (step.do === 'rebuild at' || step.do === 'rebuild then') {
    rebuildAt(life, step);
  } else {
    await stream(life, step);
  }
}

async function entriesIn(engine: LogEngine, log: string): Promise<Map<string, string>> {
  const pairs = await collect(engine.entries(log));
  return onceEach(
    pairs.map(([key, value]) => [key, JSON.stringify(value)]),
    'entries',
  );
}

/** The state as of a seq, or as of the time of that seq. */
function rebuildAt(life: Life, { do: what, log: name, share }: Of<'rebuild at' | 'rebuild then'>): void {
  const log = life.log(name);
  const low = log.owed;
  const seq = Math.floor(share * low);
  const time = what === 'rebuild then' ? log.timeOf(seq) : undefined;
  if (what === 'rebuild then' && time === undefined) return;
  const at = time === undefined ? seq : new Date(time);
  const rebuilt = life.engine.rebuildState(name, { at }).catch((error: LogError) => {
    if (isForgotten(error, log)) return undefined;
    throw error;
  });
  const judge = (found: Record<string, unknown> | undefined) => {
    if (!found) return;
    // Beyond the end it is the newest state.
    const [from, to] = time !== undefined ? spanOf(log, seq) : seq > low ? [low, log.sent] : [seq, seq];
    const fits = log.momentFrom(from, (state) => sameState(textsOf(found), state));
    if (fits === undefined || fits > to) assert.fail(`the state as of seq ${seq} is given as ${shown(textsOf(found))}`);
  };
  life.begin(`rebuilding ${name} as of ${at}`, rebuilt, judge, true);
}

async function stream(life: Life, step: Of<'stream' | 'follow'>): Promise<void> {
  const { log: name, backups } = step;
  const log = life.log(name);
  const low = log.owed;
  const fromSeq = Math.floor(step.share * (low + 1));
  if (step.do === 'follow') {
    // What a close does to a reader of a log that is still being opened is another story.
    await life.door.alive(life.engine.openLog(name));
    return life.follow(name, fromSeq, backups, step.takes);
  }
  const { key } = step;
  const options = { fromSeq, backups, ...(key !== undefined && { key }) };
  life.begin(
    `streaming ${name} from seq ${fromSeq}`,
    collect(life.engine.stream(name, options)),
    (entries) => {
      if (key !== undefined) {
        // Of a log that is closed by now it is not known what it held.
        const heldFrom = life.engine.stats(name).firstSeq || low;
        return judgeKeyStream(log, entries, { key, fromSeq, heldFrom, low });
      }
      const judge = new StreamJudge(log, fromSeq, backups);
      for (const entry of entries) judge.take(entry);
      judge.end(low);
    },
    true,
  );
}
