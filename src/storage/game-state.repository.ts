import { Injectable } from '@nestjs/common';
import { AppendLogService } from './append-log.service.js';
import { assertId, isPlainObject, mistake } from './arguments.js';
import { type EntryMeta, setMember } from './log/index.js';
import { LogRepository } from './log.repository.js';
import type { ValueCodec } from './value-codec.js';

/** A running game as stored: whatever the game keeps, and when it was saved (ISO 8601 UTC). @publicApi */
export type GameState = Record<string, unknown> & { lastUpdated: string };

const GAME_STATE_LOG = 'game_state';

/** The store does not know the rules of a game; it asks only for an object, and the engine for JSON all the way down. */
const stateCodec: ValueCodec<GameState> = {
  read: (stored) => stored as GameState,
  check(state) {
    if (!isPlainObject(state)) throw mistake('state', 'a plain JSON object', state);
    return state;
  },
};

/**
 * Running games, in the log `game_state` under the id of their channel.
 * @publicApi
 */
@Injectable()
export class GameStateRepository extends LogRepository<GameState> {
  constructor(logs: AppendLogService) {
    super(logs, GAME_STATE_LOG, stateCodec);
  }

  /**
   * Saves the state of a channel's game over the former one, stamped with `lastUpdated`.
   * @returns the state as stored
   * @throws TypeError when the state is not a plain JSON object; the former one stays.
   */
  async saveGameState<S extends object>(
    channelId: string,
    state: S,
    meta?: EntryMeta,
  ): Promise<S & { lastUpdated: string }> {
    assertId('channelId', channelId);
    if (!isPlainObject(state)) throw mistake('state', 'a plain JSON object', state);
    const stamped = { ...state, lastUpdated: new Date().toISOString() };
    await this.set(channelId, stamped, meta);
    return stamped as S & { lastUpdated: string };
  }

  /** The state of a channel's game, undefined where none is running. */
  async loadGameState<S extends object = GameState>(
    channelId: string,
  ): Promise<(S & { lastUpdated: string }) | undefined> {
    assertId('channelId', channelId);
    return (await this.get(channelId)) as (S & { lastUpdated: string }) | undefined;
  }

  /** Forgets a channel's game; false, and nothing is written, where there is none. */
  async clearGameState(channelId: string, meta?: EntryMeta): Promise<boolean> {
    assertId('channelId', channelId);
    return this.delete(channelId, meta);
  }

  /** Every running game by the id of its channel. */
  async getAllGameStates(): Promise<Record<string, GameState>> {
    const states: Record<string, GameState> = {};
    for await (const [channelId, state] of this.entries()) setMember(states, channelId, state);
    return states;
  }
}
