/** Those who follow what an engine does, whichever engine it is. */
import type { LogEntry } from './entry.js';
import type { BatchListener, ChangeListener, CommittedBatch, EngineLogger } from './log-engine.js';

export class Listeners {
  readonly #changes = new Set<ChangeListener>();
  readonly #batches = new Set<BatchListener>();
  readonly #closes = new Set<() => void>();

  constructor(private readonly logger: EngineLogger) {}

  /** So that nothing is decoded, or measured, for nobody. */
  get hearEntries(): boolean {
    return this.#changes.size > 0;
  }

  get hearBatches(): boolean {
    return this.#batches.size > 0;
  }

  /** @returns a function that ends the listening */
  onChange(listener: ChangeListener): () => void {
    this.#changes.add(listener);
    return () => this.#changes.delete(listener);
  }

  /** @returns a function that ends the listening */
  onBatch(listener: BatchListener): () => void {
    this.#batches.add(listener);
    return () => this.#batches.delete(listener);
  }

  /** Follows one log until it ends, or the engine closes. @returns a function that ends it */
  follow(log: string, onEntry: (entry: LogEntry) => void, onClose: () => void): () => void {
    const unsubscribe = this.onChange((changed, entry) => {
      if (changed === log) onEntry(entry);
    });
    this.#closes.add(onClose);
    return () => {
      unsubscribe();
      this.#closes.delete(onClose);
    };
  }

  tellEntry(log: string, entry: LogEntry): void {
    for (const listener of [...this.#changes]) this.#call(() => listener(log, entry));
  }

  tellBatch(batch: CommittedBatch): void {
    for (const listener of [...this.#batches]) this.#call(() => listener(batch));
  }

  /** Ends every following and forgets everybody. */
  close(): void {
    for (const onClose of this.#closes) onClose();
    for (const listeners of [this.#closes, this.#changes, this.#batches]) listeners.clear();
  }

  /** One that fails is told of, and keeps nobody else from being told. */
  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.logger.error(`A listener to changes failed: ${(error as Error)?.message ?? error}`);
    }
  }
}
