import { describe, expect, it } from '@jest/globals';
import { Cooldowns } from '../../../src/discord/cooldowns.js';

const BOTH = { userMs: 30_000, channelMs: 5_000 };
const here = { userId: 'ada', channelId: 'quiz' };

describe('cooldowns', () => {
  it('hold a person everywhere and a channel for everybody, each for its own time', () => {
    let now = 0;
    const cooldowns = new Cooldowns(() => now);
    expect(cooldowns.claim('play', here, BOTH)).toBe(0);
    expect(cooldowns.claim('play', here, BOTH)).toBe(30_000);
    expect(cooldowns.claim('play', { userId: 'bo', channelId: 'quiz' }, BOTH)).toBe(5_000);
    expect(cooldowns.claim('play', { userId: 'ada', channelId: 'other' }, BOTH)).toBe(30_000);
    expect(cooldowns.claim('help', here, BOTH)).toBe(0);
    now = 5_000;
    expect(cooldowns.claim('play', { userId: 'bo', channelId: 'quiz' }, BOTH)).toBe(0);
    now = 29_999;
    expect(cooldowns.claim('play', here, BOTH)).toBe(1);
    now = 30_000;
    expect(cooldowns.claim('play', here, BOTH)).toBe(0);
  });

  it('begin with a use that was allowed, and not with one that was refused', () => {
    let now = 0;
    const cooldowns = new Cooldowns(() => now);
    cooldowns.claim('play', here, { userMs: 100 });
    now = 99;
    expect(cooldowns.claim('play', here, { userMs: 100 })).toBe(1);
    now = 100;
    expect(cooldowns.claim('play', here, { userMs: 100 })).toBe(0);
  });

  it('are bounded: those that are over go first, then the oldest', () => {
    let now = 0;
    const cooldowns = new Cooldowns(() => now, 3);
    cooldowns.claim('a', here, { userMs: 10 });
    for (const userId of ['1', '2', '3']) {
      now = 20;
      cooldowns.claim('b', { userId, channelId: 'quiz' }, { userMs: 100 });
    }
    expect(cooldowns.size).toBe(3);
    expect(cooldowns.claim('b', { userId: '1', channelId: 'quiz' }, { userMs: 100 })).toBe(100);
    cooldowns.claim('b', { userId: '4', channelId: 'quiz' }, { userMs: 100 });
    expect(cooldowns.size).toBe(3);
    expect(cooldowns.claim('b', { userId: '1', channelId: 'quiz' }, { userMs: 100 })).toBe(0);
    for (let user = 0; user < 1_000; user++) cooldowns.claim('b', { userId: `u${user}`, channelId: 'c' }, BOTH);
    expect(cooldowns.size).toBe(3);
  });

  it('leave nothing behind where there are none', () => {
    const cooldowns = new Cooldowns(() => 0);
    expect(cooldowns.claim('free', here, {})).toBe(0);
    expect(cooldowns.claim('free', here, {})).toBe(0);
    expect(cooldowns.size).toBe(0);
  });
});
