import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { ProcessLease } from '../../../../src/game/sharing/index.js';
import { ManualClock, settled } from '../table.js';
import { LogsDoor, SharedLogs, TTL_MS } from './shared-logs.js';

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['log', 'warn', 'error', 'fatal']));

const BEAT_MS = TTL_MS / 3;
const GONE_MS = TTL_MS * 1.25;

describe('ProcessLease', () => {
  let clock: ManualClock;
  let store: SharedLogs;
  let door: LogsDoor;
  let otherDoor: LogsDoor;
  let lease: ProcessLease;
  let other: ProcessLease;
  let beats: number;
  let losses: string[];

  beforeEach(async () => {
    clock = new ManualClock(0);
    store = new SharedLogs();
    door = new LogsDoor(store);
    otherDoor = new LogsDoor(store);
    lease = door.lease(clock);
    other = otherDoor.lease(clock);
    beats = 0;
    losses = [];
    lease.onBeat(() => beats++);
    lease.onLoss(() => losses.push(lease.id));
  });

  const processes = () => store.all('processes');

  describe('joining', () => {
    it('is current once the store has its first beat, and not before', async () => {
      expect(lease.isCurrent).toBe(false);
      await lease.ready();
      expect(lease.isCurrent).toBe(true);
      expect(processes()).toEqual({ [lease.id]: { beat: 1, ttlMs: TTL_MS } });
      expect(beats).toBe(1);
    });

    it('happens once, however often it is asked for', async () => {
      await Promise.all([lease.ready(), lease.ready()]);
      await lease.ready();
      expect(door.writes).toBe(1);
    });

    it('fails where the store does not take the first beat', async () => {
      door.silence();
      await expect(lease.ready()).rejects.toThrow('does not answer');
      expect(lease.isCurrent).toBe(false);
    });

    it('counts from the moment at which the beat was begun', async () => {
      const goOn = door.hang();
      const joining = lease.ready();
      await clock.advance(TTL_MS - 1);
      goOn();
      await joining;
      expect(lease.isCurrent).toBe(true);
      await clock.advance(1);
      expect(lease.isCurrent).toBe(false);
    });

    it('knows those who were there before', async () => {
      await other.ready();
      await lease.ready();
      const dead = other.id;
      otherDoor.silence();
      expect(lease.isGone(dead)).toBe(false);
      await clock.advance(GONE_MS + BEAT_MS);
      expect(lease.isGone(dead)).toBe(true);
    });
  });

  describe('beating', () => {
    it('writes three times within its time to live, and stays current', async () => {
      await lease.ready();
      await clock.advance(TTL_MS * 10);
      expect(processes()).toEqual({ [lease.id]: { beat: 31, ttlMs: TTL_MS } });
      expect(beats).toBe(31);
      expect(losses).toEqual([]);
      expect(lease.isCurrent).toBe(true);
    });

    it('may fail twice before anything is lost', async () => {
      await lease.ready();
      door.silence();
      await clock.advance(TTL_MS - 1);
      door.beforeWrite = () => {};
      expect(lease.isCurrent).toBe(true);
      await clock.advance(1);
      expect(losses).toHaveLength(1);
    });

    it('is not believed before it is taken', async () => {
      await lease.ready();
      const goOn = door.hang();
      await clock.advance(BEAT_MS + 10);
      expect(beats).toBe(1);
      goOn();
      await settled();
      expect(beats).toBe(2);
      await clock.advance(TTL_MS - 11);
      expect(losses).toEqual([]);
    });
  });

  describe('a loss', () => {
    it('comes when no beat was taken in time, and tells whoever asked', async () => {
      await lease.ready();
      door.silence();
      await clock.advance(TTL_MS - 1);
      expect(losses).toEqual([]);
      await clock.advance(1);
      expect(losses).toHaveLength(1);
      expect(lease.isCurrent).toBe(false);
    });

    it('is over under another id, with the former one buried', async () => {
      await lease.ready();
      const former = lease.id;
      door.silence();
      await clock.advance(TTL_MS);
      expect(lease.id).not.toBe(former);
      door.beforeWrite = () => {};
      await clock.advance(BEAT_MS);
      expect(lease.isCurrent).toBe(true);
      expect(lease.isGone(former)).toBe(true);
      expect(lease.isGone(lease.id)).toBe(false);
      expect(Object.keys(processes())).toEqual([lease.id]);
    });

    it('is noticed on waking, also when the answer to a beat comes before the timer', async () => {
      const sleeper = new ManualClock(0);
      const asleep = door.lease(sleeper);
      const lost: string[] = [];
      asleep.onLoss(() => lost.push(asleep.id));
      await asleep.ready();
      const former = asleep.id;
      const goOn = door.hang();
      await sleeper.advance(BEAT_MS);
      // Time has gone on, and no timer had its turn yet.
      const { now } = sleeper;
      sleeper.now = () => now.call(sleeper) + BEAT_MS * 2;
      goOn();
      await settled();
      expect(lost).toHaveLength(1);
      expect(asleep.id).not.toBe(former);
      expect(asleep.isCurrent).toBe(false);
    });

    it('comes to a process that others took for dead, whatever its own clock says', async () => {
      await lease.ready();
      const former = lease.id;
      store.write('processes', lease.id, undefined);
      expect(lease.isCurrent).toBe(true);
      await clock.advance(BEAT_MS);
      expect(losses).toHaveLength(1);
      expect(processes()).toEqual({});
      await clock.advance(BEAT_MS);
      expect(Object.keys(processes())).toEqual([lease.id]);
      expect(lease.id).not.toBe(former);
    });

    it('leaves what was held to whoever comes first, itself included, also where others buried it', async () => {
      await lease.ready();
      const former = lease.id;
      store.write('processes', lease.id, undefined);
      await clock.advance(BEAT_MS * 2);
      await settled();
      expect(lease.isCurrent).toBe(true);
      expect(lease.isGone(former)).toBe(true);
      await clock.advance(BEAT_MS);
      expect(lease.isGone(former)).toBe(true);
    });

    it('happens once for each life', async () => {
      await lease.ready();
      door.silence();
      await clock.advance(TTL_MS * 5);
      expect(losses).toHaveLength(1);
    });

    it('happens once, also where the beat under way turns out to be that of somebody buried', async () => {
      await lease.ready();
      const former = lease.id;
      const goOn = door.hang();
      await clock.advance(TTL_MS);
      const { id } = lease;
      store.write('processes', former, undefined);
      goOn();
      await settled();
      expect(losses).toEqual([id]);
      expect(lease.id).toBe(id);
      expect(processes()).toEqual({});
    });
  });

  describe('others', () => {
    beforeEach(async () => {
      await Promise.all([lease.ready(), other.ready()]);
    });

    it('are not gone while they beat', async () => {
      await clock.advance(TTL_MS * 5);
      expect(lease.isGone(other.id)).toBe(false);
    });

    it('are gone a quarter of the time later than they take themselves for lost, and are buried', async () => {
      const dead = other.id;
      otherDoor.silence();
      await clock.advance(TTL_MS);
      expect(other.isCurrent).toBe(false);
      expect(lease.isGone(dead)).toBe(false);
      await clock.advance(BEAT_MS);
      expect(lease.isGone(dead)).toBe(true);
      expect(Object.keys(processes())).toEqual([lease.id]);
    });

    it('are not gone for one that is cut off', async () => {
      door.isDeaf = true;
      door.silence();
      await clock.advance(GONE_MS * 3);
      expect(lease.isCurrent).toBe(false);
      expect(lease.isGone(other.id)).toBe(false);
      door.beforeWrite = () => {};
      door.listenAgain();
      await clock.advance(BEAT_MS);
      expect(lease.isCurrent).toBe(true);
      expect(lease.isGone(other.id)).toBe(false);
      expect(other.isCurrent).toBe(true);
    });

    it('are not gone for one that has no lease of its own', async () => {
      const dead = other.id;
      otherDoor.silence();
      await clock.advance(GONE_MS + BEAT_MS);
      expect(lease.isGone(dead)).toBe(true);
      door.silence();
      await clock.advance(TTL_MS);
      expect(lease.isGone(dead)).toBe(false);
    });

    it('that gave a sign while they were being buried are alive', async () => {
      const dead = other.id;
      otherDoor.silence();
      door.afterWrite = (log, key) => {
        // Both are heard before whoever buries it hears that this is done.
        if (log === 'processes' && key === dead) store.write('processes', dead, { beat: 1, ttlMs: TTL_MS });
      };
      await clock.advance(GONE_MS + BEAT_MS);
      await settled();
      expect(processes()).toHaveProperty(dead);
      expect(lease.isGone(dead)).toBe(false);
    });

    it('are not gone by a beat that was begun in time and took long', async () => {
      const dead = other.id;
      otherDoor.silence();
      await clock.advance(TTL_MS - 1);
      const goOn = door.hang();
      await clock.advance(GONE_MS - TTL_MS + 2);
      goOn();
      await settled();
      expect(lease.isCurrent).toBe(true);
      expect(lease.isGone(dead)).toBe(false);
    });

    it('that could not be buried are buried after a later beat', async () => {
      const dead = other.id;
      otherDoor.silence();
      door.beforeWrite = (_, key) => {
        if (key === dead) throw new Error('not now');
      };
      await clock.advance(GONE_MS + BEAT_MS);
      expect(processes()).toHaveProperty(dead);
      expect(lease.isGone(dead)).toBe(true);
      door.beforeWrite = () => {};
      await clock.advance(BEAT_MS);
      expect(processes()).not.toHaveProperty(dead);
    });
  });

  describe('leaving', () => {
    it('makes others wait for nothing', async () => {
      await Promise.all([lease.ready(), other.ready()]);
      await lease.leave();
      expect(lease.isCurrent).toBe(false);
      expect(other.isGone(lease.id)).toBe(true);
      expect(Object.keys(processes())).toEqual([other.id]);
    });

    it('stops every timer, waits for the beat under way and writes nothing afterwards', async () => {
      await lease.ready();
      const goOn = door.hang();
      await clock.advance(BEAT_MS);
      door.beforeWrite = () => {};
      let isLeft = false;
      const leaving = lease.leave().then(() => {
        isLeft = true;
      });
      await settled();
      expect(isLeft).toBe(false);
      goOn();
      await leaving;
      expect(clock.running).toBe(0);
      expect(processes()).toEqual({});
      const { writes } = door;
      await lease.leave();
      await clock.advance(TTL_MS * 3);
      expect(door.writes).toBe(writes);
      expect(losses).toEqual([]);
    });

    it('takes the ids with it that were lost and not buried yet', async () => {
      await lease.ready();
      door.silence();
      await clock.advance(TTL_MS);
      door.beforeWrite = () => {};
      await lease.leave();
      expect(processes()).toEqual({});
    });

    it('is nothing for one that never joined, and does not fail where the store does', async () => {
      await other.leave();
      expect(otherDoor.writes).toBe(0);
      await lease.ready();
      door.silence();
      await lease.leave();
      expect(lease.isCurrent).toBe(false);
    });
  });
});
