import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { ProcessLease } from '../../../../src/game/sharing/index.js';
import { ManualClock, settled } from '../table.js';
import { LogsDoor, SharedLogs, TTL_MS } from './shared-logs.js';

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['log', 'warn', 'error', 'fatal']));

const BEAT_MS = TTL_MS / 3;

describe('a duty', () => {
  let clock: ManualClock;
  let store: SharedLogs;
  let door: LogsDoor;
  let otherDoor: LogsDoor;
  let lease: ProcessLease;
  let other: ProcessLease;

  beforeEach(() => {
    clock = new ManualClock(0);
    store = new SharedLogs();
    door = new LogsDoor(store);
    otherDoor = new LogsDoor(store);
    lease = door.lease(clock);
    other = otherDoor.lease(clock);
  });

  const duty = () => store.all('duties').sweeping;

  it('is taken by one, which keeps it without writing again', async () => {
    expect(await lease.takes('sweeping')).toBe(true);
    expect(duty()).toEqual({ process: lease.id, term: 1 });
    const { writes } = door;
    expect(await lease.takes('sweeping')).toBe(true);
    expect(await other.takes('sweeping')).toBe(false);
    expect(door.writes).toBe(writes);
  });

  it('is one of two who ask at once', async () => {
    await Promise.all([lease.ready(), other.ready()]);
    const answers = await Promise.all([lease.takes('sweeping'), other.takes('sweeping')]);
    expect(answers.sort()).toEqual([false, true]);
  });

  it('goes over once its holder is gone', async () => {
    await other.takes('sweeping');
    await lease.ready();
    otherDoor.silence();
    await clock.advance(TTL_MS);
    expect(await lease.takes('sweeping')).toBe(false);
    await clock.advance(BEAT_MS);
    expect(await lease.takes('sweeping')).toBe(true);
    expect(duty()).toEqual({ process: lease.id, term: 2 });
  });

  it('is not that of a process without a lease', async () => {
    await lease.takes('sweeping');
    door.beforeWrite = (log) => {
      if (log === 'processes') throw new Error('the store does not answer');
    };
    await clock.advance(TTL_MS);
    expect(await lease.takes('sweeping')).toBe(false);
    expect(await lease.takes('another')).toBe(false);
    expect(store.all('duties')).toEqual({ sweeping: expect.anything() });
  });

  it('is taken again after a loss', async () => {
    await lease.takes('sweeping');
    door.silence();
    await clock.advance(TTL_MS);
    door.beforeWrite = () => {};
    await clock.advance(BEAT_MS);
    expect(await lease.takes('sweeping')).toBe(true);
    expect(duty()).toEqual({ process: lease.id, term: 2 });
  });

  it('that was written for one that was lost meanwhile is not its own', async () => {
    await lease.ready();
    // The store takes it at once, and whoever wrote it hears of that when its time is over.
    let hear = () => {};
    door.afterWrite = (log) => (log === 'duties' ? new Promise<void>((resolve) => (hear = resolve)) : undefined);
    const asked = lease.takes('sweeping');
    await settled();
    expect(duty()).toMatchObject({ process: lease.id });
    door.silence();
    await clock.advance(TTL_MS);
    hear();
    expect(await asked).toBe(false);
  });
});
