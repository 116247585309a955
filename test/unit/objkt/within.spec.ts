import { describe, expect, it } from '@jest/globals';
import { within } from '../../../src/objkt/within.js';

const deaf = () => new Promise<never>(() => undefined);

describe('within', () => {
  it('gives what the task gives, and its failure', async () => {
    expect(await within(1_000, undefined, async () => 7)).toBe(7);
    const failure = new Error('no');
    await expect(within(1_000, undefined, () => Promise.reject(failure))).rejects.toBe(failure);
  });

  it('ends a task that hears nothing when its time is over, however many are collected meanwhile', async () => {
    const litter: unknown[] = [];
    const many = Array.from({ length: 200 }, () => within(50, new AbortController().signal, deaf));
    for (let i = 0; i < 200; i++) litter[i % 10] = new Array(100_000).fill(i);
    const ends = await Promise.allSettled(many);
    expect(new Set(ends.map((end) => (end as PromiseRejectedResult).reason.name))).toEqual(new Set(['TimeoutError']));
  });

  it('ends with the reason of the signal, before the task begins and while it runs', async () => {
    const reason = new Error('closing');
    const controller = new AbortController();
    let heard: AbortSignal | undefined;
    const running = within(60_000, controller.signal, (signal) => {
      heard = signal;
      return deaf();
    });
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(heard?.aborted).toBe(true);
    let begun = false;
    const late = within(60_000, controller.signal, async () => {
      begun = true;
    });
    await expect(late).rejects.toBe(reason);
    expect(begun).toBe(false);
  });
});
