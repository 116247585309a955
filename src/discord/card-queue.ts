/**
 * The changes of one channel's messages, one at a time. Where Discord is slow, a newer text of a card replaces the one
 * that waits, so the queue never grows with time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GameCard } from './game-card.js';

/** How a card reaches the channel. */
export interface CardSender {
  send(card: GameCard): Promise<void>;
  /** Called when a card is given up. */
  giveUp(card: GameCard, error: unknown): void;
  /** Whether the same may succeed a moment later. */
  isPassing(error: unknown): boolean;
}

export interface CardQueueOptions {
  /** Waits between attempts; after the last one a card is given up. @default 1 s, 2 s, 4 s, 8 s */
  retryMs?: readonly number[];
  /** Ends the waits. */
  signal?: AbortSignal;
}

const RETRY_MS = [1_000, 2_000, 4_000, 8_000];
/** Cards that wait: the last round, the running one, and the end. */
const MOST_WAITING = 3;

interface WaitingCard {
  card: GameCard;
  attempt: number;
  done: (() => void)[];
}

export class CardQueue {
  private readonly waiting = new Map<string, WaitingCard>();
  private running: Promise<void> | undefined;

  constructor(
    private readonly sender: CardSender,
    private readonly options: CardQueueOptions = {},
  ) {}

  /** Resolves once this card, or a newer text of it, is shown or given up. */
  put(card: GameCard): Promise<void> {
    return new Promise((resolve) => {
      const before = this.waiting.get(card.key);
      this.waiting.set(card.key, { card, attempt: 0, done: [...(before?.done ?? []), resolve] });
      this.forgetOldest();
      this.running ??= this.run();
    });
  }

  /** Resolves once nothing waits. */
  async idle(): Promise<void> {
    await this.running;
  }

  get isIdle(): boolean {
    return this.running === undefined;
  }

  private async run(): Promise<void> {
    // Whatever is put in the same turn counts as one.
    await Promise.resolve();
    for (;;) {
      const [first] = this.waiting.values();
      if (first === undefined) break;
      this.waiting.delete(first.card.key);
      await this.attempt(first);
    }
    this.running = undefined;
  }

  private async attempt(entry: WaitingCard): Promise<void> {
    const { card, attempt, done } = entry;
    try {
      await this.sender.send(card);
    } catch (error) {
      const { retryMs = RETRY_MS, signal } = this.options;
      const waitMs = retryMs[attempt];
      if (waitMs !== undefined && !signal?.aborted && this.sender.isPassing(error)) {
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
        this.putBack({ ...entry, attempt: attempt + 1 });
        return;
      }
      this.sender.giveUp(card, error);
    }
    for (const resolve of done) resolve();
  }

  /** A newer text that came meanwhile counts; an older card comes first. */
  private putBack(entry: WaitingCard): void {
    const newer = this.waiting.get(entry.card.key);
    if (newer) {
      newer.done.push(...entry.done);
      return;
    }
    const later = [...this.waiting];
    this.waiting.clear();
    for (const [key, value] of [[entry.card.key, entry] as const, ...later]) this.waiting.set(key, value);
    this.forgetOldest();
  }

  private forgetOldest(): void {
    for (const [key, { done }] of this.waiting) {
      if (this.waiting.size <= MOST_WAITING) return;
      this.waiting.delete(key);
      for (const resolve of done) resolve();
    }
  }
}
