import type { CatalogueService } from '../../../src/game/catalogue.service.js';
import { DailyService } from '../../../src/game/daily.service.js';
import { GameService } from '../../../src/game/game.service.js';
import type { GameEvent } from '../../../src/game/game.types.js';
import { readSavedState } from '../../../src/game/session/saved-state.js';
import { FakeStore } from './fake-store.js';
import { type ada, answerTo, gallery, ManualClock, rightChoice, seededRandom } from './table.js';

/** An application over a store that outlives it. */
export class Bot {
  readonly clock: ManualClock;
  readonly events: GameEvent[] = [];
  readonly game: GameService;
  readonly daily: DailyService;

  constructor(
    readonly store = new FakeStore(),
    { pieces = gallery(), time = undefined as number | undefined } = {},
  ) {
    this.clock = new ManualClock(time);
    const catalogue = { ready: async () => {}, pieces: () => pieces } as unknown as CatalogueService;
    this.daily = new DailyService(store.challenges.repository, store.attempts.repository, catalogue, this.clock);
    const { records, boards, corrections } = store.archive(this.clock, this.daily);
    const { states, players } = store;
    this.game = new GameService(
      states,
      players,
      catalogue,
      this.daily,
      this.clock,
      seededRandom(),
      records,
      boards,
      corrections,
    );
    this.game.events().subscribe((event) => this.events.push(event));
  }

  right(channelId = 'channel'): number {
    const state = readSavedState(JSON.parse(this.store.saved.get(channelId) ?? 'null'));
    if (!state) throw new Error('No game is saved.');
    return rightChoice(state);
  }

  answer(player: typeof ada, choice = this.right(), channelId = 'channel') {
    const view = this.game.view(channelId);
    return this.game.answer(channelId, answerTo(view ?? { gameId: 'none', round: 1 }, player, choice));
  }

  /** The process is gone: nothing of it is heard again. */
  crash(): Bot {
    return new Bot(this.store, { time: this.clock.now() });
  }
}

export const short = { rounds: 2, roundSeconds: 10, pauseSeconds: 5 };
export const wholeGameMs = 3_000 + 2 * 10_000 + 2 * 5_000;
