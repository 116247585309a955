/** Where running games are saved, and which of them this process may run. */
import type { EntryMeta, GameStateRepository } from '../../storage/index.js';
import { readSavedState } from '../session/saved-state.js';
import type { GameState } from '../session/state.js';

export interface SavedGames {
  /** A game of this id may be saved where its channel has none. */
  begin(gameId: string): void;
  /** @throws GameError GAME_ELSEWHERE where another process has taken the game; nothing is written then */
  save(state: GameState, meta: EntryMeta): Promise<void>;
  /** Forgets a game. @throws GameError GAME_ELSEWHERE */
  clear(state: GameState, meta: EntryMeta): Promise<void>;
  /** @throws GameError GAME_ELSEWHERE where another process may run the game by now */
  assertHeld(state: GameState): void;
  /** Nothing that this process runs may be saved any more: others may have taken it. */
  letGo(): void;
  /**
   * The games that nobody runs; from now on this process does.
   * @param isHere whether it does so already
   * @param leaveOut called with channels whose state is none of this version
   */
  take(isHere: (channelId: string) => boolean, leaveOut: (channelId: string) => void): AsyncIterable<GameState>;
  /**
   * Who runs the game of a channel, which this process does not as the caller knows; undefined where there is none.
   * @throws GameError GAME_ELSEWHERE where its process is gone, and nobody has taken it over yet
   */
  runnerOf(channelId: string): Promise<string | undefined>;
  /** Games that other processes run. */
  elsewhere(isHere: (channelId: string) => boolean): Promise<GameState[]>;
}

/** Of the only process of a store: every game is its own, and nothing needs to be compared. */
export class SoleGames implements SavedGames {
  constructor(private readonly states: GameStateRepository) {}

  begin(): void {}

  async save(state: GameState, meta: EntryMeta): Promise<void> {
    await this.states.saveGameState(state.channelId, state, meta);
  }

  async clear({ channelId }: GameState, meta: EntryMeta): Promise<void> {
    await this.states.clearGameState(channelId, meta);
  }

  assertHeld(): void {}

  letGo(): void {}

  async *take(_: unknown, leaveOut: (channelId: string) => void): AsyncGenerator<GameState> {
    for (const [channelId, saved] of Object.entries(await this.states.getAllGameStates())) {
      const state = readSavedState(saved);
      if (state?.channelId === channelId) yield state;
      else leaveOut(channelId);
    }
  }

  async runnerOf(): Promise<undefined> {
    return undefined;
  }

  async elsewhere(): Promise<GameState[]> {
    return [];
  }
}
