import { describe, expect, it } from '@jest/globals';
import { CardQueue, type CardSender } from '../../../src/discord/card-queue.js';
import type { GameCard } from '../../../src/discord/game-card.js';

const card = (key: string, content: string): GameCard => ({ key, body: { content } });

/** Sends when it is told to. */
class SlowChannel implements CardSender {
  readonly sent: string[] = [];
  readonly lost: string[] = [];
  private readonly held: (() => void)[] = [];
  failures = 0;

  async send({ key, body }: GameCard): Promise<void> {
    await new Promise<void>((resolve) => this.held.push(resolve));
    if (this.failures > 0) {
      this.failures--;
      throw new Error('not now');
    }
    this.sent.push(`${key} ${body.content}`);
  }

  giveUp({ key, body }: GameCard): void {
    this.lost.push(`${key} ${body.content}`);
  }

  isPassing(): boolean {
    return true;
  }

  async letThrough(count = 1): Promise<void> {
    for (let passed = 0; passed < count; passed++) {
      while (this.held.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      this.held.shift()?.();
    }
  }
}

describe('the changes of a channel', () => {
  it('are sent one after the other, and the newest text of a card wins', async () => {
    const channel = new SlowChannel();
    const queue = new CardQueue(channel);
    const done = [queue.put(card('1', 'question'))];
    await channel.letThrough(0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (let edit = 1; edit <= 100; edit++) done.push(queue.put(card('1', `edit ${edit}`)));
    done.push(queue.put(card('2', 'question')));
    await channel.letThrough(3);
    await Promise.all(done);
    expect(channel.sent).toEqual(['1 question', '1 edit 100', '2 question']);
    expect(queue.isIdle).toBe(true);
  });

  it('are tried again in their order, and given up in the end', async () => {
    const channel = new SlowChannel();
    const queue = new CardQueue(channel, { retryMs: [1, 1] });
    channel.failures = 1;
    const first = queue.put(card('1', 'question'));
    const second = queue.put(card('2', 'question'));
    await channel.letThrough(3);
    await Promise.all([first, second]);
    expect(channel.sent).toEqual(['1 question', '2 question']);

    channel.failures = 3;
    const third = queue.put(card('3', 'question'));
    await channel.letThrough(3);
    await third;
    expect(channel.lost).toEqual(['3 question']);
  });

  it('are given up for a newer text of the same card, and never pile up', async () => {
    const channel = new SlowChannel();
    const queue = new CardQueue(channel, { retryMs: [1] });
    channel.failures = 1;
    const old = queue.put(card('1', 'old'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const fresh = queue.put(card('1', 'fresh'));
    await channel.letThrough(2);
    await Promise.all([old, fresh]);
    expect(channel.sent).toEqual(['1 fresh']);

    const many = Array.from({ length: 50 }, (_, key) => queue.put(card(`many ${key}`, 'x')));
    await channel.letThrough(3);
    await Promise.all(many);
    expect(channel.sent.slice(1)).toEqual(['many 47 x', 'many 48 x', 'many 49 x']);
  });
});
