import { Observable, type Observer, type Operator, Subscriber, type Subscription } from 'rxjs';

/**
 * An Observable whose subscribers may fail without ending the process. RxJS throws a subscriber's exception again
 * from a timer, where nobody can catch it; a dashboard's mistake would so stop the bot that writes the log.
 * What is derived by `pipe` is guarded too.
 * @internal
 */
export class GuardedObservable<T> extends Observable<T> {
  #onError: (error: unknown) => void = () => {};

  /** @param onError told about each exception of a subscriber */
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
