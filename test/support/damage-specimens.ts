/**
 * Larger logs with a history drawn from a seed: several lives of an engine, batches, odd keys, whole states,
 * compactions with their backups, lines and CHECKPOINTs longer than what the scanner reads at once. What they must show
 * is kept by a Map, not by the engine that wrote them.
 */
import type { LogChange, LogEngine } from '../../src/storage/log/index.js';
import { MemoryDisk } from './memory-disk.js';
import type { Random } from './random.js';
import { canonical, LOG, LOG_PATH, openOn, type Specimen, valueText, withoutProofs } from './specimens.js';

/** A specimen with what may be put in the place of its files by mistake. */
export interface LargeSpecimen extends Specimen {
  /** The directory as it was closed before, oldest first. */
  earlier: MemoryDisk[];
  /** Bytes at the head of the log that have no checksum of their own. */
  unproven: number;
}

export interface SpecimenPlan {
  entries: number;
  keys: number;
  /** Characters of the longest value. */
  longest: number;
  /** Times that the directory is closed and opened again, each perhaps with a compaction. */
  lives: number;
  /** Lines of the reference bot at its head. */
  older: number;
  ending: 'sealed' | 'sealed alone' | 'crashed';
}

const ODD_KEYS = [
  '',
  '__proto__',
  'constructor',
  '😀',
  'é',
  '"',
  '\\',
  '\n',
  '\u2028',
  '\u0000',
  'a\ud800',
  'seq',
  'crc',
];
const PIECES = ['plain ', 'línea\n', '😀', '\u2028', '"quoted\\"', '{"timestamp":"', ',"seq":7,"crc":"00000000"}'];

/** Small enough that a thousand can be judged in seconds. */
export function drawPlan(random: Random): SpecimenPlan {
  const large = random.below(10);
  const shape =
    large === 0
      ? { entries: 14, keys: 4, longest: 320_000 }
      : large === 1
        ? { entries: 90, keys: 60, longest: 16_000 }
        : { entries: 20 + random.below(280), keys: 1 + random.below(40), longest: random.pick([10, 60, 900]) };
  return {
    ...shape,
    lives: 1 + random.below(4),
    older: random.chance(0.2) ? 1 + random.below(20) : 0,
    ending: random.pick(['sealed', 'sealed alone', 'crashed'] as const),
  };
}

export async function drawSpecimen(random: Random, plan = drawPlan(random)): Promise<LargeSpecimen> {
  const writer = new SpecimenWriter(random, plan);
  return writer.write();
}

class SpecimenWriter {
  readonly #state = new Map<string, unknown>();
  readonly #states: (string | undefined)[] = [];
  readonly #values = new Set<string>();
  readonly #keys: string[];
  readonly #mainFiles: boolean;
  #seq = 0;

  constructor(
    private readonly random: Random,
    private readonly plan: SpecimenPlan,
  ) {
    this.#keys = Array.from({ length: plan.keys }, (_, i) =>
      random.chance(0.3) ? (ODD_KEYS[i % ODD_KEYS.length] as string) : `user ${i}`,
    );
    this.#mainFiles = plan.ending !== 'sealed alone';
  }

  async write(): Promise<LargeSpecimen> {
    const { plan } = this;
    const disk = new MemoryDisk();
    const earlier: MemoryDisk[] = [];
    this.#note();
    const older = this.#olderLines();
    if (older) disk.put(LOG_PATH, older);
    for (let life = 0; life < plan.lives; life += 1) {
      if (life > 0) earlier.push(disk.copy());
      await this.#live(disk, Math.ceil(plan.entries / plan.lives), life > 0);
    }
    const specimen: LargeSpecimen = {
      name: JSON.stringify(plan),
      disk,
      mainFiles: this.#mainFiles,
      states: this.#states,
      values: this.#values,
      seq: this.#seq,
      earlier,
      unproven: Buffer.byteLength(older),
    };
    return plan.ending === 'crashed' ? (withoutProofs(specimen) as LargeSpecimen) : specimen;
  }

  async #live(disk: MemoryDisk, entries: number, mayCompact: boolean): Promise<void> {
    const engine = await openOn(disk, { mainFiles: this.#mainFiles });
    const compactAt = mayCompact && this.random.chance(0.7) ? this.random.below(entries + 1) : -1;
    for (let done = 0; done < entries; ) {
      if (done <= compactAt && compactAt < done + 8) await engine.compact(LOG);
      const batch = this.random.chance(0.5) ? 1 : 1 + this.random.below(12);
      const writes = Array.from({ length: Math.min(batch, entries - done) }, () => this.#append(engine));
      await Promise.all(writes);
      done += writes.length;
    }
    await engine.close();
  }

  #append(engine: LogEngine): Promise<unknown> {
    const change = this.#draw();
    this.#take(change);
    return engine.append(LOG, change, this.random.chance(0.1) ? { actor: 'é', reason: `r${this.#seq}` } : undefined);
  }

  #draw(): LogChange {
    const roll = this.random.next();
    const key = this.random.pick(this.#keys);
    if (roll < 0.2) return { op: 'DELETE', key };
    if (roll > 0.98) {
      const some = this.#keys.filter(() => this.random.chance(0.5));
      return { op: 'SET', data: Object.fromEntries(some.map((each) => [each, this.#value()])) };
    }
    return { op: 'SET', key, value: this.#value() };
  }

  #take(change: LogChange): void {
    this.#seq += 1;
    if (change.op === 'DELETE') this.#state.delete(change.key);
    else if ('key' in change) this.#state.set(change.key, change.value);
    else {
      this.#state.clear();
      for (const key of Object.keys(change.data)) this.#state.set(key, change.data[key]);
    }
    this.#note();
  }

  #note(): void {
    this.#states[this.#seq] = canonical(this.#state);
    for (const [key, value] of this.#state) this.#values.add(valueText(key, value));
  }

  /** No two are the same, so that one which is back can be told. */
  #value(): unknown {
    const n = this.#seq * 1000 + this.random.below(1000);
    const { longest } = this.plan;
    const length = this.random.chance(0.3) ? longest : this.random.below(Math.min(longest, 200));
    const piece = this.random.pick(PIECES);
    const text = piece.repeat(Math.ceil(length / piece.length));
    const kind = this.random.below(4);
    if (kind === 0) return n;
    return kind === 1 ? [n, text] : { n, text, inner: { n: [null, true, { é: -n / 7 }] } };
  }

  #olderLines(): string {
    let text = '';
    for (let i = 0; i < this.plan.older; i += 1) {
      const change = this.#draw();
      if (!('key' in change)) continue;
      this.#take(change);
      text += `${JSON.stringify({ timestamp: new Date(1.79e12 + i).toISOString(), ...change })}\n`;
    }
    return text;
  }
}
