/** Ids as Discord makes them: the millisecond since 2015 above 22 bits of other things, so that they rise. */

const DISCORD_EPOCH_MS = 1_420_070_400_000;
const TIME_SHIFT = 22n;

export class Snowflakes {
  #lastMs = 0;

  /** No two ids share a millisecond: guilds are told to shards by it, and shall not all fall to the same one. */
  next(): string {
    this.#lastMs = Math.max(Date.now(), this.#lastMs + 1);
    return String(BigInt(this.#lastMs - DISCORD_EPOCH_MS) << TIME_SHIFT);
  }
}

export function shardOf(guildId: string, shardCount: number): number {
  return Number((BigInt(guildId) >> TIME_SHIFT) % BigInt(shardCount));
}
