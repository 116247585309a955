import { describe, expect, test } from '@jest/globals';
import { firstValueFrom, map, take, toArray } from 'rxjs';
import { ChangeFeed } from '../../../src/storage/change-feed.js';
import type { ChangeListener, LogEntry } from '../../../src/storage/index.js';

const entry = (seq: number): LogEntry => ({
  timestamp: '2026-11-22T12:00:00.000Z',
  op: 'SET',
  key: 'k',
  value: seq,
  seq,
});

/** A feed on an engine that writes entries to the log `players` at `emitAll`. */
function feedOf(...seqs: number[]) {
  const errors: unknown[] = [];
  const listeners = new Set<ChangeListener>();
  const listen = (listener: ChangeListener): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const emit = (log: string, seq: number): void => {
    for (const listener of [...listeners]) listener(log, entry(seq));
  };
  const feed = new ChangeFeed(listen, (error) => errors.push(error));
  const emitAll = (): void => {
    for (const seq of seqs) emit('players', seq);
  };
  return { feed, errors, listeners, emit, emitAll };
}

describe('the feed of changes', () => {
  test('gives the entries of one log, or of all', () => {
    const { feed, emit } = feedOf();
    const [one, all]: [number[], number[]] = [[], []];
    feed.of('players').subscribe(({ seq }) => one.push(seq as number));
    feed.of().subscribe(({ seq }) => all.push(seq as number));
    emit('players', 1);
    emit('tokens', 2);
    expect([one, all]).toEqual([[1], [1, 2]]);
  });

  test('goes on for everybody, the thrower too, when a subscriber throws', () => {
    const { feed, errors, emitAll } = feedOf(1, 2);
    const seen: number[] = [];
    feed.of('players').subscribe(() => {
      throw new Error('broken dashboard');
    });
    feed.of('players').subscribe(({ seq }) => seen.push(seq as number));
    emitAll();
    expect(seen).toEqual([1, 2]);
    expect(errors).toHaveLength(2);
  });

  test('reports what an operator or the subscriber behind it throws', () => {
    const { feed, errors, emitAll } = feedOf(1);
    feed
      .of()
      .pipe(
        map(() => {
          throw new Error('in an operator');
        }),
      )
      .subscribe();
    feed
      .of()
      .pipe(map(({ seq }) => seq))
      .subscribe(() => {
        throw new Error('behind an operator');
      });
    emitAll();
    expect(errors).toEqual([new Error('in an operator'), new Error('behind an operator')]);
  });

  test('leaves an error to the subscriber that asks for errors', () => {
    const { feed, errors, emitAll } = feedOf(1);
    const own: unknown[] = [];
    feed
      .of()
      .pipe(
        map(() => {
          throw new Error('mine');
        }),
      )
      .subscribe({ error: (error) => own.push(error) });
    emitAll();
    expect([own, errors]).toEqual([[new Error('mine')], []]);
  });

  test('stops at unsubscribe and works with operators that end it', async () => {
    const { feed, emitAll } = feedOf(1, 2, 3);
    const seen: number[] = [];
    const subscription = feed.of().subscribe(({ seq }) => {
      seen.push(seq as number);
      if (seq === 2) subscription.unsubscribe();
    });
    const firstTwo = firstValueFrom(feed.of().pipe(take(2), toArray()));
    emitAll();
    expect(seen).toEqual([1, 2]);
    await expect(firstTwo).resolves.toHaveLength(2);
  });

  test('listens to the engine while somebody subscribes, once for all', () => {
    const { feed, listeners } = feedOf();
    expect(listeners.size).toBe(0);
    const subscriptions = [feed.of().subscribe(), feed.of('players').subscribe()];
    expect(listeners.size).toBe(1);
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect(listeners.size).toBe(0);
    feed.of().subscribe();
    expect(listeners.size).toBe(1);
    feed.complete();
    feed.of().subscribe();
    expect(listeners.size).toBe(0);
  });

  test('completes its subscribers, late ones at once', () => {
    const { feed } = feedOf();
    let completed = 0;
    feed.of().subscribe({ complete: () => (completed += 1) });
    feed.complete();
    feed.of('players').subscribe({ complete: () => (completed += 1) });
    expect(completed).toBe(2);
  });
});
