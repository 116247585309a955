import { Observable, Subject } from 'rxjs';
import { GuardedObservable } from './guarded-observable.js';
import type { ChangeListener, LogEntry } from './log/index.js';

interface Change {
  log: string;
  entry: LogEntry;
}

/** Hands every durable entry to any number of subscribers. */
export class ChangeFeed {
  readonly #changes = new Subject<Change>();
  #stopListening: (() => void) | undefined;

  /**
   * @param listen the engine's `onChange`; called while there are subscribers only, because an engine that nobody
   * listens to need not make an entry of every line that it writes
   * @param onError told about each exception of a subscriber
   */
  constructor(
    private readonly listen: (listener: ChangeListener) => () => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** The entries of one log, or of all. */
  of(log?: string): Observable<LogEntry> {
    const entries = new Observable<LogEntry>((subscriber) => {
      const subscription = this.#changes.subscribe({
        next: (change) => {
          if (log === undefined || change.log === log) subscriber.next(change.entry);
        },
        complete: () => subscriber.complete(),
      });
      // Once completed, the Subject takes no observer any more.
      if (this.#changes.observed) {
        this.#stopListening ??= this.listen((name, entry) => this.#changes.next({ log: name, entry }));
      }
      return () => {
        subscription.unsubscribe();
        if (!this.#changes.observed) this.#stop();
      };
    });
    return GuardedObservable.around(entries, this.onError);
  }

  complete(): void {
    this.#changes.complete();
    this.#stop();
  }

  #stop(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
  }
}
