/**
 * Bytes that change on the disk while an engine has the log open. What is read then is the truth, or an error that
 * names the file and the place, whether what rotted still reads as JSON or not.
 */
import { type LogEngine, LogError } from '../../../../src/storage/log/index.js';
import { wrong } from '../../../support/damage-judge.js';
import type { LargeSpecimen } from '../../../support/damage-specimens.js';
import { collect, stateOf } from '../../../support/log-words.js';
import type { MemoryDisk } from '../../../support/memory-disk.js';
import { canonical, flipped, LOG, LOG_PATH, openOn } from '../../../support/specimens.js';
import type { Round } from '../experiment.js';
import { replayed } from './verdict.js';
import { WOUNDS } from './wounds.js';

const TRIALS = 16;
export const OPEN_LOGS = 'logs damaged while open';
export const ROTTEN_READS = 'reads of rotten values';

/** Whatever is read of such bytes is no JSON any more. */
const PLAIN = ['NUL bytes', 'a tail of NUL bytes', 'a cut at any byte', 'a cut at the end of a line'];
/** May still read as JSON. */
const ROT = ['a flipped bit', 'flipped bits', 'another part of the file', 'swapped blocks', 'garbage'];

export async function tryRot(round: Round, specimen: LargeSpecimen): Promise<void> {
  for (let n = 0; n < TRIALS; n += 1) {
    const name = round.random.pick(round.random.chance(0.5) ? ROT : PLAIN);
    const where = `${specimen.name}: ${name} in the open log`;
    await round.trial(OPEN_LOGS, where, () => new OpenTrial(round, specimen, name).run());
  }
}

class OpenTrial {
  readonly #expected: string;
  readonly #live: Map<string, unknown>;
  readonly #disk: MemoryDisk;
  readonly #isRot: boolean;

  constructor(
    private readonly round: Round,
    private readonly specimen: LargeSpecimen,
    private readonly wound: string,
  ) {
    this.#expected = specimen.states[specimen.seq] as string;
    this.#live = new Map(JSON.parse(this.#expected) as [string, unknown][]);
    this.#disk = specimen.disk.copy();
    this.#isRot = ROT.includes(wound);
  }

  async run(): Promise<void> {
    if (this.round.random.chance(0.3)) return this.#runIndexed();
    const engine = await openOn(this.#disk, { ...this.specimen, mainFiles: false });
    try {
      await engine.openLog(LOG);
      await this.#damage();
      await this.#read(engine);
      if (this.round.random.chance(0.5)) await this.#compact(engine);
    } finally {
      await engine.close();
    }
  }

  /** The bytes rot while the log is closed, and its index is whole: what was damaged is not read when it is opened. */
  async #runIndexed(): Promise<void> {
    const options = { ...this.specimen, mainFiles: false, indexFile: { fromBytes: 0 } };
    const first = await openOn(this.#disk, options);
    await first.openLog(LOG);
    await first.close();
    await this.#damage();
    const engine = await openOn(this.#disk, options);
    try {
      const { bytes } = await engine.openLog(LOG);
      // A log that no longer ends as its index says is read as a whole, and healed or cut: that is tried elsewhere.
      if (bytes !== this.specimen.disk.bytesOf(LOG_PATH).length) return;
      await this.#read(engine);
    } catch (error) {
      assertPlace('opening', error);
    } finally {
      await engine.close();
    }
  }

  /** Into the file that the engine holds, not beside it. */
  async #damage(): Promise<void> {
    const whole = this.#disk.bytesOf(LOG_PATH);
    // Lines of the reference bot have no checksum, nor has the one behind them any digits to begin with.
    const { unproven } = this.specimen;
    const spared = unproven === 0 ? 0 : whole.indexOf('\n', unproven) + 1;
    const bytes = whole.subarray(spared);
    if (bytes.length === 0) return;
    const around = { earlier: [], foreign: undefined };
    const { random } = this.round;
    const result = WOUNDS[this.wound]?.(bytes, random, around) ?? bytes;
    const at = random.below(bytes.length);
    const changed = !result.equals(bytes)
      ? result
      : this.#isRot
        ? flipped(bytes, at, 0)
        : Buffer.from(bytes).fill(0, at, Math.min(bytes.length, at + 20));
    const file = await this.#disk.open(LOG_PATH, 'write');
    await file.write(changed, 0, changed.length, spared);
    await file.truncate(spared + changed.length);
    await file.close();
  }

  async #read(engine: LogEngine): Promise<void> {
    const replay = async () => canonical(replayed(await collect(engine.stream(LOG))));
    await this.#answer('stream', replay, this.#expected);
    const rebuild = async () => canonical(Object.entries(await engine.rebuildState(LOG)));
    await this.#answer('rebuildState', rebuild, this.#expected);
    await this.#answer('entries', async () => canonical(await stateOf(engine, LOG)), this.#expected);
    for (const [key, value] of [...this.#live].slice(0, 12)) {
      const get = async () => JSON.stringify(await engine.get(LOG, key));
      await this.#answer(`get ${JSON.stringify(key)}`, get, JSON.stringify(value));
    }
  }

  /** A CHECKPOINT made of damaged values would vouch for them: it is refused, and the log stays as it is. */
  async #compact(engine: LogEngine): Promise<void> {
    const before = this.#disk.picture();
    const compact = async () => {
      await engine.compact(LOG);
      return canonical(Object.entries(await engine.rebuildState(LOG).catch(vouched)));
    };
    const refused = await this.#answer('compact', compact, this.#expected);
    const after = this.#disk.picture();
    if (refused && JSON.stringify(after) !== JSON.stringify(before)) {
      wrong(`a refused compaction changed ${Object.keys(after).filter((path) => after[path] !== before[path])}`);
    }
  }

  /** @returns whether it was refused */
  async #answer(name: string, read: () => Promise<string>, expected: string): Promise<boolean> {
    this.round.count(ROTTEN_READS);
    let found: string;
    try {
      found = await read();
    } catch (error) {
      assertPlace(name, error);
      return true;
    }
    if (found !== expected) wrong(`${name} gives ${found.slice(0, 300)}, not ${expected.slice(0, 300)}`);
    return false;
  }
}

function vouched(error: Error): never {
  return wrong(`compact vouched for damaged bytes, which then read as: ${error.message}`);
}

function assertPlace(name: string, error: unknown): void {
  if (!(error instanceof LogError)) throw error;
  if (error.code !== 'LOG_CORRUPT') wrong(`${name} failed with ${error.code}: ${error.message}`);
  if (!error.file || error.offset === undefined) wrong(`${name} failed without a place: ${error.message}`);
}
