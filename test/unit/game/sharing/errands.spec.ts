/** Two processes that ask each other, over one log that tells both at once. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import { GameError } from '../../../../src/game/errors.js';
import type { Errand, ErrandCall } from '../../../../src/game/sharing/errand.js';
import { Errands } from '../../../../src/game/sharing/errands.service.js';
import type { ProcessLease } from '../../../../src/game/sharing/index.js';
import { type LogEntry, LogError, type LogRepository } from '../../../../src/storage/index.js';
import { FakeLog } from '../fake-store.js';
import { ada, ManualClock, settled } from '../table.js';

const TTL_MS = 10_000;
const CALL: ErrandCall = { what: 'stop', channelId: 'channel', by: ada };

class ToldLog extends FakeLog<Errand> {
  readonly told = new Subject<LogEntry>();

  constructor() {
    super(async () => {});
  }

  override get repository(): LogRepository<Errand> {
    return this as unknown as LogRepository<Errand>;
  }

  changes() {
    return this.told;
  }

  override async update(key: string, fn: (current: Errand | undefined) => Errand | undefined) {
    const value = await super.update(key, fn);
    this.told.next({ op: value ? 'SET' : 'DELETE', key, ...(value && { value }) } as LogEntry);
    return value;
  }
}

let log: ToldLog;
let clock: ManualClock;
const gone = new Set<string>();

class Process {
  beat = () => {};
  readonly errands: Errands;

  constructor(readonly id: string) {
    const onBeat = (listener: () => void) => {
      this.beat = listener;
    };
    const lease = { id, onBeat, isGone: (process: string) => gone.has(process) } as unknown as ProcessLease;
    this.errands = new Errands(log.repository, lease, { ttlMs: TTL_MS, clock });
  }
}

let one: Process;
let other: Process;

beforeEach(() => {
  gone.clear();
  log = new ToldLog();
  clock = new ManualClock();
  one = new Process('one');
  other = new Process('other');
});

describe('an errand', () => {
  it('is done by the process that was asked, brings its outcome, and leaves nothing behind', async () => {
    const asked: ErrandCall[] = [];
    one.errands.handleWith(async () => 'nobody asked this one');
    other.errands.handleWith(async (call) => {
      asked.push(call);
      return { gameId: 'g1' };
    });
    expect(await one.errands.ask('other', CALL)).toEqual({ gameId: 'g1' });
    expect(asked).toEqual([CALL]);
    await settled();
    expect([...log.values]).toEqual([]);
    expect(clock.running).toBe(0);
  });

  it.each([
    new GameError('NOT_ALLOWED', 'Only the host may stop the game.'),
    new LogError('LOG_DISK_FULL', 'The disk is full.'),
    new TypeError('Expected `choice` to be 0 to 3, got 7'),
    new Error('Something else'),
  ])('brings an error as what it was: %s', async (thrown) => {
    other.errands.handleWith(async () => {
      throw thrown;
    });
    const error = await one.errands.ask('other', CALL).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(thrown.constructor);
    expect(error).toMatchObject({ message: thrown.message });
    expect((error as GameError).code).toBe((thrown as Partial<GameError>).code);
  });

  it('is given up when nothing comes back in time, and an outcome that comes late is nobody’s', async () => {
    let finish = (_: string) => {};
    other.errands.handleWith(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    const asked = one.errands.ask('other', CALL);
    const refused = expect(asked).rejects.toMatchObject({ code: 'GAME_ELSEWHERE' });
    await clock.advance(TTL_MS);
    await refused;
    finish('too late');
    await settled();
    expect([...log.values]).toEqual([]);
  });

  it('is refused by a process that runs no games', async () => {
    await expect(one.errands.ask('other', CALL)).rejects.toMatchObject({ code: 'GAME_ELSEWHERE' });
  });

  it('of a process that died while it waited is swept away by another', async () => {
    await log.set('left', { from: 'dead', to: 'other', call: CALL });
    other.beat();
    await settled();
    expect([...log.values.keys()]).toEqual(['left']);
    gone.add('dead');
    other.beat();
    await settled();
    expect([...log.values]).toEqual([]);
  });

  it('is heard no more once the application shuts down', async () => {
    let runs = 0;
    other.errands.handleWith(async () => {
      runs++;
    });
    other.errands.beforeApplicationShutdown();
    const asked = one.errands.ask('other', CALL);
    const refused = expect(asked).rejects.toMatchObject({ code: 'GAME_ELSEWHERE' });
    await clock.advance(TTL_MS);
    await refused;
    expect(runs).toBe(0);
  });
});
