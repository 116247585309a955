/** Looks on while bots share a store, and says what must never be. */
import { holderOf } from '../../../../src/game/sharing/holder.js';
import type { SimulatedStore, StoredEntry } from '../../../support/simulated-store.js';
import { DUTIES, END, type SimulatedBot } from './simulated-bot.js';

interface StoredGame {
  gameId: string;
  channelId: string;
  round: number;
  holder: { process: string; term: number };
}

export class Judge {
  violation: string | undefined;
  /** What came to pass, so that a run in which nothing happens is not taken for a good one. */
  readonly counts = { saves: 0, takeovers: 0, ends: 0, dutiesTaken: 0 };

  constructor(
    private readonly bots: readonly SimulatedBot[],
    private readonly store: SimulatedStore,
    /** Whether clocks can be believed: where one stood still, two may think for a while that they hold a game. */
    private readonly areClocksTrue: boolean,
  ) {
    store.onEntry = (entry, before) => this.judgeEntry(entry, before);
  }

  /**
   * After a turn of this bot: by nothing but its own turns does a process come to hold anything. Nobody who is stopped
   * is asked, since it asks nothing itself; it is when it wakes.
   */
  judgeTurn(bot: SimulatedBot): void {
    if (!this.areClocksTrue) return;
    const others = this.bots.filter((other) => other !== bot && !other.machine.isAway);
    for (const state of bot.known.values()) {
      if (!bot.holds(state)) continue;
      const also = others.find((other) => other.known.has(state.gameId) && other.holds(state));
      if (also) this.accuse(`${bot.name} and ${also.name} both hold ${state.gameId}`);
    }
    for (const duty of DUTIES) {
      const answer = bot.duties.get(duty);
      if (answer?.mine && !answer.isCurrent) this.accuse(`${bot.name} got ${duty} when its lease was over`);
      const also = others.find((other) => other.hasDuty(duty));
      if (also && bot.hasDuty(duty)) this.accuse(`${bot.name} and ${also.name} both have ${duty}`);
    }
  }

  /** Once nothing is wrong any more: whatever was saved and not ended is run by exactly one. */
  judgeRest(): void {
    for (const [channelId, saved] of this.store.log('game_state').live()) {
      const { gameId } = saved as StoredGame;
      const alive = this.bots.filter(({ machine }) => machine.isAlive);
      const holding = alive.filter((bot) => {
        const state = bot.known.get(gameId);
        return state !== undefined && bot.holds(state);
      });
      const running = alive.filter((bot) => bot.running.get(channelId)?.state.gameId === gameId);
      if (holding.length === 1 && running.length === 1 && holding[0] === running[0]) continue;
      const names = [holding, running].map((bots) => bots.map(({ name }) => name).join(', ') || 'nobody');
      this.accuse(`${gameId} is held by ${names[0]} and run by ${names[1]}`);
    }
  }

  private judgeEntry(entry: StoredEntry, before: StoredEntry | undefined): void {
    if (entry.write.log === 'game_state') this.judgeGame(entry, before);
    if (entry.write.log === 'duties') this.judgeDuty(entry, before);
  }

  private judgeGame({ key, json, write, seq }: StoredEntry, before: StoredEntry | undefined): void {
    const was = before?.json === undefined ? undefined : (JSON.parse(before.json) as StoredGame);
    const is = json === undefined ? undefined : (JSON.parse(json) as StoredGame);
    const author = this.bots.find(({ machine }) => machine === write.author) as SimulatedBot;
    const say = (what: string) => this.accuse(`entry ${seq} of ${key} by ${author.name} ${what}`);
    if (!is) {
      this.counts.ends += 1;
      // Whether anybody still thinks of it does no harm.
      for (const { known } of this.bots) known.delete(was?.gameId ?? '');
      if (write.meta?.reason !== END.reason) say('takes a game away');
      if (!was || !author.ids.has(was.holder.process)) say(`ends ${was?.gameId}, which is another's`);
      return;
    }
    const holder = holderOf(is);
    if (!holder || !author.ids.has(holder.process)) {
      say('does not name its author as the holder');
      return;
    }
    if (!was) {
      if (holder.term !== 1) say(`begins with term ${holder.term}`);
      return;
    }
    if (was.gameId !== is.gameId) {
      say(`is over ${was.gameId}, which was not ended`);
      return;
    }
    if (is.round !== was.round && is.round !== was.round + 1) say(`goes from step ${was.round} to ${is.round}`);
    this.counts.saves += 1;
    if (holder.term === was.holder.term && holder.process === was.holder.process) return;
    this.counts.takeovers += 1;
    if (holder.term !== was.holder.term + 1) say(`changes the holder from term ${was.holder.term} to ${holder.term}`);
    if (is.round !== was.round) say('takes the game and changes it at once');
  }

  private judgeDuty({ key, json, seq }: StoredEntry, before: StoredEntry | undefined): void {
    // Whoever was too late writes down again what is there.
    if (json === before?.json) return;
    this.counts.dutiesTaken += 1;
    const term = (text: string | undefined) => (text === undefined ? 0 : (JSON.parse(text) as { term: number }).term);
    if (term(json) !== term(before?.json) + 1) this.accuse(`entry ${seq} of ${key} does not come after its holder`);
  }

  private accuse(what: string): void {
    this.violation ??= what;
  }
}
