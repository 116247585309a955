import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AppendLogService } from '../../../src/storage/append-log.service.js';
import { ChangeFeed } from '../../../src/storage/change-feed.js';
import type { ChangeListener, LogEntry } from '../../../src/storage/index.js';
import { LiveRanking } from '../../../src/storage/live-ranking.js';

/** A log whose pages are read when the test says so. */
class SlowLog {
  readonly errors: unknown[] = [];
  readings = 0;
  isLetGo = false;
  /** Whoever listens to changes. */
  listener: ChangeListener | undefined;
  readonly feed = new ChangeFeed(
    (listener) => {
      this.listener = listener;
      return () => {
        this.listener = undefined;
      };
    },
    (error) => this.errors.push(error),
  );
  #pages: ((page: [string, unknown][] | Error | undefined) => void)[] = [];
  #waiting: (() => void) | undefined;

  changes = (log: string): ReturnType<ChangeFeed['of']> => this.feed.of(log);

  async *entries(): AsyncGenerator<[string, unknown]> {
    this.readings += 1;
    try {
      for (;;) {
        const page = await new Promise<[string, unknown][] | Error | undefined>((resolve) => {
          this.#pages.push(resolve);
          this.#waiting?.();
        });
        if (page instanceof Error) throw page;
        if (page === undefined) return;
        yield* page;
      }
    } finally {
      this.isLetGo = true;
    }
  }

  /** Answers the reading; no page is its end. */
  async read(page?: Record<string, unknown> | Error): Promise<void> {
    while (this.#pages.length === 0) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    this.#pages.shift()?.(page instanceof Error || page === undefined ? page : Object.entries(page));
    // Until what was read has been taken in.
    for (let i = 0; i < 50; i += 1) await Promise.resolve();
  }

  set(key: string, totalScore: number): void {
    this.#tell({ op: 'SET', key, value: { totalScore } });
  }

  delete(key: string): void {
    this.#tell({ op: 'DELETE', key });
  }

  replace(data: Record<string, unknown>): void {
    this.#tell({ op: 'SET', data });
  }

  checkpoint(state: Record<string, unknown>): void {
    this.#tell({ op: 'CHECKPOINT', state });
  }

  #tell(entry: Omit<LogEntry, 'timestamp'>): void {
    this.listener?.('players', { timestamp: '2026-01-01T00:00:00.000Z', ...entry } as LogEntry);
  }
}

let log: SlowLog;
let ranking: LiveRanking;
const top = (): Promise<string[]> => ranking.top('totalScore', 10);

beforeEach(() => {
  log = new SlowLog();
  ranking = new LiveRanking(log as unknown as AppendLogService, 'players');
});

test('nothing is read or heard before the first question', () => {
  expect(log.readings).toBe(0);
  expect(log.listener).toBeUndefined();
});

test('questions that come at once share one reading', async () => {
  const answers = Promise.all([top(), ranking.top('totalWins', 1), ranking.rank('totalScore', 1), top()]);
  await log.read({ a: { totalScore: 1 }, b: { totalScore: 2 } });
  await log.read();
  await expect(answers).resolves.toEqual([['b', 'a'], ['b'], 2, ['b', 'a']]);
  expect(log.readings).toBe(1);
  await expect(ranking.top('averageScore', 1)).resolves.toEqual(['b']);
  expect(log.readings).toBe(1);
});

describe('a change heard while the log is read', () => {
  test('is newer than what is read later', async () => {
    const answer = top();
    await log.read({ early: { totalScore: 1 } });
    log.set('late', 9);
    log.delete('gone');
    log.set('early', 8);
    await log.read({ late: { totalScore: 2 }, gone: { totalScore: 100 }, other: { totalScore: 3 } });
    await log.read();
    await expect(answer).resolves.toEqual(['late', 'early', 'other']);
  });

  test('is newer than what was read before', async () => {
    const answer = top();
    await log.read({ a: { totalScore: 5 }, b: { totalScore: 4 }, c: { totalScore: 3 } });
    log.set('a', 1);
    log.delete('b');
    log.set('d', 2);
    await log.read();
    await expect(answer).resolves.toEqual(['c', 'd', 'a']);
  });

  test('may bring back a deleted player, or delete one that it brought', async () => {
    const answer = top();
    await log.read({});
    log.delete('back');
    log.set('back', 7);
    log.set('brief', 6);
    log.delete('brief');
    await log.read({ back: { totalScore: 1 }, brief: { totalScore: 1 }, other: { totalScore: 2 } });
    await log.read();
    await expect(answer).resolves.toEqual(['back', 'other']);
  });

  test('may be a whole new state: then the reading ends', async () => {
    const answer = top();
    await log.read({ a: { totalScore: 5 } });
    log.replace({ x: { totalScore: 1 }, y: { totalScore: 2 } });
    log.set('z', 3);
    await log.read({ b: { totalScore: 9 }, z: { totalScore: 8 } });
    await expect(answer).resolves.toEqual(['z', 'y', 'x']);
    expect(log.isLetGo).toBe(true);
  });
});

test('a checkpoint changes nothing', async () => {
  const answer = top();
  await log.read({ a: { totalScore: 5 } });
  log.checkpoint({ b: { totalScore: 9 } });
  await log.read();
  await expect(answer).resolves.toEqual(['a']);
  log.checkpoint({});
  await expect(top()).resolves.toEqual(['a']);
});

test('a whole new state is put in order again', async () => {
  const answer = top();
  await log.read({ a: { totalScore: 5 } });
  await log.read();
  await answer;
  log.replace({ x: { totalScore: 1 }, y: { totalScore: 2 } });
  await expect(top()).resolves.toEqual(['y', 'x']);
  log.set('x', 3);
  await expect(Promise.all([top(), ranking.rank('totalScore', 2)])).resolves.toEqual([['x', 'y'], 2]);
  expect(log.readings).toBe(1);
});

test('players change while thousands are put in order', async () => {
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`p${i}`, { totalScore: i }]));
  const first = ranking.top('totalWins', 1);
  await log.read(many);
  await log.read();
  await first;
  const answer = ranking.top('totalScore', 3);
  for (let i = 0; i < 200; i += 1) {
    log.set(`p${i * 100}`, 50_000 + i);
    log.delete(`p${i * 100 + 99}`);
    if (i % 20 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await answer;
  await expect(ranking.top('totalScore', 3)).resolves.toEqual(['p19900', 'p19800', 'p19700']);
  await expect(ranking.rank('totalScore', 19_998)).resolves.toBe(201);
});

describe('a failure', () => {
  test('of the reading is told to all who wait, and the next question reads again', async () => {
    const answers = Promise.allSettled([top(), top()]);
    await log.read({ a: { totalScore: 5 } });
    await log.read(new Error('no disk'));
    const reason = expect.objectContaining({ message: 'no disk' });
    await expect(answers).resolves.toMatchObject([{ reason }, { reason }]);
    expect(log.listener).toBeUndefined();

    const answer = top();
    await log.read({ b: { totalScore: 5 } });
    await log.read();
    await expect(answer).resolves.toEqual(['b']);
  });

  test('to take a change in makes the next question read again', async () => {
    const answer = top();
    await log.read({ a: { totalScore: 5 } });
    await log.read();
    await answer;
    const change = { op: 'SET' as const, value: {} };
    // No engine tells of such a key; it stands for whatever may go wrong.
    log.listener?.('players', { ...change, timestamp: '2026-01-01T00:00:00.000Z', key: { length: 1 } as never });
    expect(log.errors).toHaveLength(1);
    expect(log.listener).toBeUndefined();
    const again = top();
    await log.read({ b: { totalScore: 5 } });
    await log.read();
    await expect(again).resolves.toEqual(['b']);
  });

  test('to follow changes to the end of the reading is told', async () => {
    const answer = expect(top()).rejects.toThrow(/could not be followed/);
    await log.read({ a: { totalScore: 5 } });
    log.feed.complete();
    await log.read({ b: { totalScore: 6 } });
    await answer;
  });
});
