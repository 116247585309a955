/** The logs that an engine has open, whichever engine it is: each is opened once, and compacted once at a time. */
import type { CompactionReport } from './log-engine.js';

/** Entries handed out between two turns of the event loop. */
const ENTRIES_PER_TURN = 1000;

interface OpenLog {
  exclusively<T>(task: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export class OpenLogs<L extends OpenLog> {
  readonly #ready = new Map<string, L>();
  readonly #opening = new Map<string, Promise<L>>();
  readonly #compacting = new Map<string, Promise<CompactionReport>>();

  /** One that is open already. */
  get(log: string): L | undefined {
    return this.#ready.get(log);
  }

  names(): string[] {
    return [...this.#ready.keys()].sort();
  }

  values(): L[] {
    return [...this.#ready.values()];
  }

  /** Two calls at once share one opening; after one that failed the next call tries again. */
  open(log: string, start: () => Promise<L>): Promise<L> {
    const opening = this.#opening.get(log);
    if (opening) return opening;
    const started = start();
    this.#opening.set(log, started);
    started.then(
      (opened) => this.#ready.set(log, opened),
      // Perhaps the operator has put things right by then.
      () => this.#opening.delete(log),
    );
    return started;
  }

  /** Two calls at once share one compaction. */
  compact(log: string, ready: L, compact: () => Promise<CompactionReport>): Promise<CompactionReport> {
    const running = this.#compacting.get(log);
    if (running) return running;
    const compaction = ready.exclusively(compact).finally(() => this.#compacting.delete(log));
    this.#compacting.set(log, compaction);
    return compaction;
  }

  /** Closes those that are open, and those that are being opened as soon as they are; forgets them when told to. */
  async close(): Promise<PromiseSettledResult<void>[]> {
    const opened = await Promise.allSettled(this.#opening.values());
    const logs = opened.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    return Promise.allSettled(logs.map((log) => log.close()));
  }

  forget(): void {
    this.#ready.clear();
    this.#opening.clear();
  }
}

/** Hands entries on; a loop that only awaits resolved promises would let no timer and no socket have a turn. */
export async function* inTurns<T>(
  begin: () => Promise<AsyncIterable<T> | Iterable<T>>,
): AsyncGenerator<T, void, undefined> {
  let given = 0;
  for await (const entry of await begin()) {
    yield entry;
    given += 1;
    if (given % ENTRIES_PER_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
