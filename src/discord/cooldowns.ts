/** How often a command may be used, by one person and in one channel. Pure: the clock is given. */

export interface Cooldown {
  /** For one person, anywhere. @default 0 */
  userMs?: number;
  /** For everybody in one channel. @default 0 */
  channelMs?: number;
}

/** Beyond this many running cooldowns the oldest are forgotten. */
const MOST_KEPT = 10_000;

/** Running cooldowns; kept in memory only, so a restart ends them. */
export class Cooldowns {
  /** When each ends, by command and person or channel, in the order in which they began. */
  private readonly ends = new Map<string, number>();

  constructor(
    private readonly now: () => number,
    private readonly mostKept = MOST_KEPT,
  ) {}

  /**
   * Begins the cooldowns of a use of a command, unless one still runs.
   * @returns milliseconds to wait; 0 where the command may be used now
   */
  claim(command: string, use: { userId: string; channelId: string }, cooldown: Cooldown): number {
    const now = this.now();
    const { userMs = 0, channelMs = 0 } = cooldown;
    const user = `${command} user ${use.userId}`;
    const channel = `${command} channel ${use.channelId}`;
    const waitMs = Math.max(this.leftOf(user, now), this.leftOf(channel, now));
    if (waitMs > 0) return waitMs;
    this.begin(user, now, userMs);
    this.begin(channel, now, channelMs);
    return 0;
  }

  /** Cooldowns that are remembered. */
  get size(): number {
    return this.ends.size;
  }

  private leftOf(key: string, now: number): number {
    return Math.max(0, (this.ends.get(key) ?? now) - now);
  }

  private begin(key: string, now: number, lengthMs: number): void {
    this.ends.delete(key);
    if (lengthMs <= 0) return;
    this.ends.set(key, now + lengthMs);
    if (this.ends.size <= this.mostKept) return;
    for (const [old, end] of this.ends) if (end <= now) this.ends.delete(old);
    for (const old of this.ends.keys()) {
      if (this.ends.size <= this.mostKept) return;
      this.ends.delete(old);
    }
  }
}
