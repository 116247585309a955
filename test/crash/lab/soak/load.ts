/** The load of the soak: many writers, each with a key of its own, so that what must be there is known at any time. */
import { type LogEngine, type LogError } from '../../../../src/storage/log/index.js';
import type { Random } from '../../../support/random.js';

const LOG = 'players';
const WRITERS = 48;
const WRITES_EACH = 12;
const READERS = 4;

interface Held {
  n: number;
  body: string;
}

/** What a key may hold: the newest acknowledged value, or one whose write had no clear answer. */
type Possible = Set<string | undefined>;

/** Refusals that say that nothing was written; a poisoned log says nothing of what was under way. */
const NOTHING_WRITTEN = ['LOG_DISK_FULL', 'LOG_IO'];

export class SoakLoad {
  readonly tallies: Record<string, number> = {
    writes: 0,
    'refused writes': 0,
    compactions: 0,
    streams: 0,
    reopenings: 0,
  };
  readonly #possible = new Map<string, Possible>();
  readonly #followers: Promise<void>[] = [];
  #n = 0;

  constructor(
    private readonly random: Random,
    private readonly complain: (what: string) => void,
  ) {}

  /** Everything at once, until all of it is done. */
  async burst(engine: LogEngine): Promise<void> {
    const writers = Array.from({ length: WRITERS }, async (_, i) => {
      for (let left = WRITES_EACH; left > 0; left -= 1) await this.#write(engine, `k${i}`);
    });
    const readers = Array.from({ length: READERS }, () => this.#read(engine));
    await Promise.all([...writers, ...readers, this.#compact(engine)]);
  }

  async #write(engine: LogEngine, key: string): Promise<void> {
    const possible = this.#possible.get(key) ?? new Set([undefined]);
    this.#possible.set(key, possible);
    this.#n += 1;
    const made: Held = { n: this.#n, body: 'x'.repeat(this.random.below(400)) };
    const kind = this.random.below(10);
    try {
      if (kind < 6) await engine.append(LOG, { op: 'SET', key, value: made });
      else if (kind < 9) await engine.update<Held>(LOG, key, () => made);
      else await engine.append(LOG, { op: 'DELETE', key });
      possible.clear();
      possible.add(kind < 9 ? JSON.stringify(made) : undefined);
      this.#tally('writes');
    } catch (error) {
      const { code } = error as LogError;
      if (code === 'LOG_POISONED') possible.add(kind < 9 ? JSON.stringify(made) : undefined);
      else if (!NOTHING_WRITTEN.includes(code)) throw error;
      this.#tally('refused writes');
    }
  }

  async #compact(engine: LogEngine): Promise<void> {
    try {
      const { outcome } = await engine.compact(LOG);
      if (outcome === 'compacted') this.#tally('compactions');
    } catch (error) {
      if (!['LOG_DISK_FULL', 'LOG_IO', 'LOG_POISONED'].includes((error as LogError).code)) throw error;
    }
  }

  /** Readers that break off: of a stream, of one that follows, of all entries. */
  async #read(engine: LogEngine): Promise<void> {
    const kind = this.random.below(3);
    if (kind === 0) await this.#takeSome(engine.entries(LOG));
    else if (kind === 1) await this.#takeSome(engine.stream(LOG, { backups: true }));
    // It may wait for entries of a later burst, or for the end of the log.
    else this.#followers.push(this.#takeSome(engine.stream(LOG, { follow: true })).catch(this.#complainOf));
  }

  readonly #complainOf = (error: unknown) => this.complain(`a reader: ${(error as Error)?.message ?? error}`);

  async #takeSome(items: AsyncIterable<unknown>): Promise<void> {
    const takes = this.random.below(30);
    let given = 0;
    for await (const _ of items) {
      given += 1;
      if (given > takes) break;
    }
    this.#tally('streams');
  }

  /** A poisoned log says so when it is closed. */
  async close(engine: LogEngine): Promise<void> {
    await engine.close().catch((error: LogError) => {
      if (error.code !== 'LOG_POISONED') throw error;
    });
    await Promise.all(this.#followers.splice(0));
    this.#tally('reopenings');
  }

  /** What is there is known again. */
  async audit(engine: LogEngine): Promise<void> {
    for (const [key, possible] of this.#possible) {
      const value = await engine.get(LOG, key);
      const found = value === undefined ? undefined : JSON.stringify(value);
      if (!possible.has(found)) this.complain(`${key} is ${found}, not ${[...possible].join(' or ')}`);
      this.#possible.set(key, new Set([found]));
    }
  }

  #tally(what: string): void {
    this.tallies[what] = (this.tallies[what] ?? 0) + 1;
  }
}
