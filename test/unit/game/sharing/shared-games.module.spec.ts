import { describe, expect, it } from '@jest/globals';
import { Errands, SharedGamesModule } from '../../../../src/game/sharing/index.js';
import { LEASE_OPTIONS, type LeaseOptions, ProcessLease } from '../../../../src/game/sharing/process-lease.service.js';
import { ManualClock } from '../table.js';

function leaseOptionsOf(options?: Partial<LeaseOptions>): LeaseOptions {
  const { providers = [] } = SharedGamesModule.forRoot(options);
  const given = providers.find((provider) => 'provide' in provider && provider.provide === LEASE_OPTIONS);
  return (given as { useValue: LeaseOptions }).useValue;
}

describe('SharedGamesModule.forRoot', () => {
  it('gives every room the lease, of ten seconds unless told otherwise', () => {
    expect(SharedGamesModule.forRoot()).toMatchObject({ global: true, exports: [ProcessLease, Errands] });
    expect(leaseOptionsOf().ttlMs).toBe(10_000);
    expect(leaseOptionsOf({ ttlMs: 1_000 }).ttlMs).toBe(1_000);
  });

  it('takes the time from a clock that never jumps unless given another', () => {
    const before = performance.now();
    expect(leaseOptionsOf().clock.now()).toBeGreaterThanOrEqual(before);
    expect(leaseOptionsOf().clock.now()).toBeLessThanOrEqual(performance.now());
    const clock = new ManualClock();
    expect(leaseOptionsOf({ clock }).clock).toBe(clock);
  });

  it('calls back by that clock, unless that was cancelled', async () => {
    const { clock } = leaseOptionsOf();
    const heard: string[] = [];
    const cancel = clock.setTimeout(() => heard.push('cancelled'), 1);
    cancel();
    // Its timers do not keep the process alive; this one does.
    const alive = setTimeout(() => undefined, 10_000);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 5));
    clearTimeout(alive);
    expect(heard).toEqual([]);
  });

  it.each([[999], [0], [-1], [1_000.5], [Number.NaN], [Number.POSITIVE_INFINITY], ['9000' as unknown as number]])(
    'refuses a time to live of %p',
    (ttlMs) => {
      expect(() => SharedGamesModule.forRoot({ ttlMs })).toThrow(
        new TypeError(`Expected \`ttlMs\` to be a whole number ≥ 1000, got ${ttlMs}`),
      );
    },
  );
});
