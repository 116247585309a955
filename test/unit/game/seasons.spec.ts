import { describe, expect, it } from '@jest/globals';
import { nextSeason, type SeasonRecord, spanOfSeason } from '../../../src/game/records/season-record.js';

const begin = (running: SeasonRecord | undefined, startedAt: number, name?: string) =>
  nextSeason(running, { name, startedAt, startedBy: 'admin', firstAt: 50 });

describe('the seasons of a server', () => {
  it('count from the first, which nobody starts', () => {
    const second = begin(undefined, 100);
    expect(second).toEqual({
      number: 2,
      name: 'Season 2',
      startedAt: 100,
      startedBy: 'admin',
      earlier: [{ number: 1, name: 'Season 1', startedAt: 50 }],
    });
    expect(begin(second, 200, 'Winter')).toEqual({
      number: 3,
      name: 'Winter',
      startedAt: 200,
      startedBy: 'admin',
      earlier: [
        { number: 1, name: 'Season 1', startedAt: 50 },
        { number: 2, name: 'Season 2', startedAt: 100 },
      ],
    });
  });

  it('follow each other though the clock was set back', () => {
    expect(begin(begin(undefined, 100), 20).startedAt).toBe(101);
  });

  it('hold every moment once, the first from the beginning of time', () => {
    const running = begin(begin(undefined, 100), 200);
    const ever = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
    const first = { ...ever, until: 100 };
    const last = { ...ever, from: 200 };
    expect(spanOfSeason(undefined, 7)).toEqual(ever);
    expect([-5, 99, 100, 199, 200, 900].map((at) => spanOfSeason(running, at))).toEqual([
      first,
      first,
      { from: 100, until: 200 },
      { from: 100, until: 200 },
      last,
      last,
    ]);
  });
});
