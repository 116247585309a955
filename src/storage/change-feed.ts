import { Observable, type Observer, type Operator, Subject, Subscriber, type Subscription } from 'rxjs';
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

/**
 * An Observable whose subscribers may fail without ending the process. RxJS throws a subscriber's exception again
 * from a timer, where nobody can catch it; a dashboard's mistake would so stop the bot that writes the log.
 * What is derived by `pipe` is guarded too.
 */
class GuardedObservable<T> extends Observable<T> {
  #onError: (error: unknown) => void = () => {};

  static around<T>(source: Observable<T>, onError: (error: unknown) => void): GuardedObservable<T> {
    const guarded = new GuardedObservable<T>((subscriber) => source.subscribe(subscriber));
    guarded.#onError = onError;
    return guarded;
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const derived = new GuardedObservable<R>();
    derived.#onError = this.#onError;
    derived.source = this;
    derived.operator = operator;
    return derived;
  }

  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator's own subscriber hands its errors on to the one at the end of the chain, which is guarded.
    if (observer instanceof Subscriber) return super.subscribe(observer);
    const target: Partial<Observer<T>> =
      typeof observer === 'object' && observer !== null
        ? observer
        : { next: observer ?? undefined, error: error ?? undefined, complete: complete ?? undefined };
    return super.subscribe({
      next: (value) => this.#guard(() => target.next?.(value)),
      error: (reason) => this.#guard(() => (target.error ? target.error(reason) : this.#onError(reason))),
      complete: () => this.#guard(() => target.complete?.()),
    });
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onError(error);
    }
  }
}
