/**
 * Logs that nobody wrote: mutated member by member, with checksums that verify all the same. The engine refuses them
 * with a LogError or sees what a plain reader sees, through compaction and reopening; it never crashes or hangs.
 */
import { type LogEngine, LogError, type RecoveryMode } from '../../../../src/storage/log/index.js';
import { assertSameBytes, wrong } from '../../../support/damage-judge.js';
import { collect, stateOf } from '../../../support/log-words.js';
import { MemoryDisk } from '../../../support/memory-disk.js';
import { canonical, LOG, LOG_PATH, MAIN_PATH, openOn } from '../../../support/specimens.js';
import { replayed } from '../damage/verdict.js';
import type { Experiment, Round } from '../experiment.js';
import { drawLog, type FuzzedLog } from './lines.js';
import { type Reading, readByTheWords } from './reference.js';

export const LOGS = 'mutated logs';
const TRIALS = 1500;
/** A guard against hangs, not a measure. */
const LONGEST_MS = 20_000;
const MAINS = [
  '{"main":1}',
  '{}',
  '{"a":{"__proto__":1},"__proto__":2}',
  '{"a":1,"a":2}',
  '[]',
  '{"a":',
  '1',
  '{"é":1e400}',
];

export const fuzz: Experiment = {
  name: 'fuzz',
  summary:
    'Logs mutated member by member, with checksums that verify, against a reader that knows only the format page.',
  async run(round: Round): Promise<void> {
    for (let n = 0; n < TRIALS; n += 1) {
      const log = drawLog(round.random);
      const main = round.random.chance(0.15) ? round.random.pick(MAINS) : undefined;
      const recovery = round.random.pick(['heal', 'heal', 'strict', 'salvage'] as const);
      const where = `${recovery}: ${log.story || 'as it was'}${main ? `, main file ${main}` : ''}: ${shown(log)}`;
      await round.trial(LOGS, where, () => new Trial(round, log.bytes, main, recovery).run());
    }
  },
};

/** Short enough to be put into a test. */
function shown({ bytes }: FuzzedLog): string {
  const text = bytes.length > 1500 ? `${bytes.toString('latin1', 0, 1500)}…` : bytes.toString('latin1');
  return JSON.stringify(text);
}

class Trial {
  readonly #disk = new MemoryDisk();

  constructor(
    private readonly round: Round,
    private readonly bytes: Buffer,
    private readonly main: string | undefined,
    private readonly recovery: RecoveryMode,
  ) {}

  async run(): Promise<void> {
    const began = performance.now();
    this.#disk.put(LOG_PATH, this.bytes);
    if (this.main !== undefined) this.#disk.put(MAIN_PATH, this.main);
    await this.#live();
    const took = performance.now() - began;
    if (took > LONGEST_MS) wrong(`took ${Math.round(took)} ms`);
  }

  #open(): Promise<LogEngine> {
    const { engineOn } = this.round;
    return openOn(this.#disk, { mainFiles: true, recovery: this.recovery, engineOn });
  }

  async #live(): Promise<void> {
    const before = this.#disk.picture();
    const expected = this.#reference(this.bytes);
    const engine = await this.#open();
    let state: string | undefined;
    try {
      const told = await this.#told(engine);
      if (told === undefined) {
        const unfinished = this.recovery === 'strict' && this.bytes.at(-1) !== 0x0a;
        if (expected.verdict === 'valid' && !unfinished) wrong('refused what is valid by the words of the page');
        // What verifies and is no JSON was put there by somebody: not even salvage takes it for an accident.
        if (this.recovery === 'salvage') this.round.count('refused salvages');
        assertSameBytes(before, this.#disk, 'refusing');
        this.round.count('refused logs');
        return;
      }
      state = await this.#judge(engine, expected, told);
    } finally {
      await engine.close();
    }
    if (state !== undefined) await this.#again(state);
    else await this.#survivesReopening();
  }

  async #survivesReopening(): Promise<void> {
    const engine = await this.#open();
    await engine.openLog(LOG).catch((error) => assertLogError('reopen', error));
    await engine.close();
  }

  /** What opening found, or undefined where it refused. */
  async #told(engine: LogEngine): Promise<{ cutAt: number | undefined; damage: boolean } | undefined> {
    try {
      const { events } = await engine.openLog(LOG);
      const cut = events.find(({ found, action }) => found === 'torn-tail' && action === 'cut');
      const others = events.filter(({ found }) => !['lost-view', 'adopted-main-file', 'torn-tail'].includes(found));
      const glued = events.some(({ found, action }) => found === 'torn-tail' && action === 'noted');
      return { cutAt: cut?.offset, damage: others.length > 0 || glued };
    } catch (error) {
      assertLogError('open', error);
      return undefined;
    }
  }

  /** Where no line has a checksum the main file is the base; where it is not whole it is no base. */
  #reference(bytes: Buffer): Reading {
    const reading = readByTheWords(bytes);
    if (this.main === undefined || reading.engineLines > 0) return reading;
    const base = parsedObject(this.main);
    if (base) return readByTheWords(bytes, new Map(Object.entries(base)));
    // With nothing in the log a main file that cannot be read is all there is.
    return { ...reading, verdict: reading.verdict === 'valid' && reading.seq === 0 ? 'lenient' : reading.verdict };
  }

  /** Whatever it shows, it shows it or refuses, and goes on. */
  async #survive(engine: LogEngine): Promise<undefined> {
    this.round.count('hostile logs');
    const survived = (doing: string) => (error: unknown) => assertLogError(doing, error);
    await stateOf(engine, LOG).catch(survived('entries'));
    for (const key of ['a', 'b', '__proto__', '']) await engine.get(LOG, key).catch(survived('get'));
    await engine.rebuildState(LOG).catch(survived('rebuildState'));
    await collect(engine.stream(LOG, { backups: true })).catch(survived('stream'));
    await engine.append(LOG, { op: 'SET', key: 'new', value: 1 }).catch(survived('append'));
    await engine.compact(LOG).catch(survived('compact'));
    await stateOf(engine, LOG).catch(survived('entries after compaction'));
    return undefined;
  }

  async #judge(
    engine: LogEngine,
    whole: Reading,
    told: { cutAt: number | undefined; damage: boolean },
  ): Promise<string | undefined> {
    const expected = told.cutAt === undefined ? whole : this.#reference(this.bytes.subarray(0, told.cutAt));
    if (whole.verdict === 'hostile' || expected.verdict === 'hostile') return this.#survive(engine);
    let state: string;
    try {
      state = canonical(await stateOf(engine, LOG));
    } catch (error) {
      if (!told.damage) throw error;
      return this.#survive(engine);
    }
    if (!told.damage) {
      if (expected.verdict === 'invalid') wrong(`opened in silence: ${expected.why}`);
      if (whole.verdict === 'valid' && told.cutAt !== undefined) wrong('cut what is valid');
      if (state !== canonical(expected.state))
        wrong(`shows ${state}, not ${canonical(expected.state)} (${expected.why ?? 'valid'})`);
      this.round.count('logs taken as they are');
    }
    await this.#readInEveryWay(engine, state);
    return this.#goOn(engine, state);
  }

  async #readInEveryWay(engine: LogEngine, state: string): Promise<void> {
    const entries = new Map(JSON.parse(state) as [string, unknown][]);
    for (const [key, value] of entries) {
      const found = await engine.get(LOG, key);
      if (JSON.stringify(found) !== JSON.stringify(value))
        wrong(`get ${JSON.stringify(key)} gives ${JSON.stringify(found)}`);
    }
    if (engine.size(LOG) !== entries.size) wrong(`size ${engine.size(LOG)}, but ${entries.size} keys`);
    await this.#agrees('rebuildState', state, async () => Object.entries(await engine.rebuildState(LOG)));
    await this.#agrees('stream', state, async () => replayed(await collect(engine.stream(LOG))));
    await collect(engine.stream(LOG, { key: 'a', backups: true })).catch((error) => assertLogError('stream', error));
  }

  async #agrees(name: string, state: string, read: () => Promise<Iterable<[string, unknown]>>): Promise<void> {
    const found = canonical(await read().catch((error) => failed(name, error)));
    if (found !== state) wrong(`${name} gives ${found}, entries ${state}`);
  }

  /** Appends and compacts; the state goes with it. */
  async #goOn(engine: LogEngine, state: string): Promise<string> {
    const going = new Map(JSON.parse(state) as [string, unknown][]);
    const appended = await engine
      .append(LOG, { op: 'SET', key: 'new', value: 1 })
      .catch((error) => failed('append', error));
    if (!Number.isSafeInteger(appended.seq)) wrong(`append was acknowledged as seq ${appended.seq}`);
    const compacts = this.round.random.chance(0.7);
    if (compacts) await engine.compact(LOG).catch((error) => failed('compact', error));
    const next = canonical(going.set('new', 1));
    const found = canonical(await stateOf(engine, LOG));
    if (found !== next) wrong(`${compacts ? 'compacted' : 'appended'} to ${found}, not ${next}`);
    if (compacts)
      await this.#agrees('rebuildState after compaction', next, async () =>
        Object.entries(await engine.rebuildState(LOG)),
      );
    return next;
  }

  async #again(state: string): Promise<void> {
    const main = parsedObject(this.#disk.bytesOf(MAIN_PATH).toString());
    const shown = main && canonical(Object.entries(main));
    if (shown !== state) wrong(`the main file shows ${shown}, not ${state}`);
    const engine = await this.#open();
    try {
      const report = await engine.openLog(LOG).catch((error) => failed('reopen', error));
      if (!report.clean) wrong(`a second opening mends again: ${report.events[0]?.message}`);
      const found = canonical(await stateOf(engine, LOG));
      if (found !== state) wrong(`reopened with ${found}, not ${state}`);
    } finally {
      await engine.close();
    }
  }
}

/** What opened must go on; whatever else, nothing but a LogError is thrown. */
function failed(doing: string, error: unknown): never {
  assertLogError(doing, error);
  return wrong(`${doing} failed: ${(error as Error).message}`);
}

function assertLogError(doing: string, error: unknown): void {
  if (!(error instanceof LogError)) wrong(`${doing} threw ${(error as Error)?.stack?.slice(0, 400)}`);
  else if (error.code === 'LOG_IO') wrong(`${doing} blames the disk: ${error.message}`);
  else if (!error.file || !error.message) wrong(`${doing} failed without a place: ${error.message}`);
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
