/** What the games that other processes run look like, as the log tells of them: to be watched from this one, too. */
import type { GameStateRepository, LogEntry } from '../../storage/index.js';
import type { GameEvent, GamePlayer, GameView } from '../game.types.js';
import { readSavedState } from '../session/saved-state.js';
import type { GameState } from '../session/state.js';
import { viewOf } from '../session/view.js';
import { withoutPlayer } from '../session/without-player.js';
import { holderOf } from './holder.js';

export interface SeenGamesWorld {
  states: Pick<GameStateRepository, 'changes' | 'entries'>;
  /** Whether this process runs the games of a holder. */
  isOurs(process: string): boolean;
  announce(event: GameEvent): void;
  /** How many games that are over are remembered, the newest. */
  kept: number;
}

export class SeenGames {
  private readonly games = new Map<string, GameState>();
  /** Channels whose game is still saved: it runs, or is being settled. */
  private readonly saved = new Set<string>();
  /** Channels that the log told of while all are read. */
  private heard: Set<string> | undefined;

  constructor(private readonly world: SeenGamesWorld) {
    world.states.changes().subscribe((entry) => this.hear(entry));
  }

  /** Reads what was saved before anybody listened, or while this process ran it. */
  async read(): Promise<void> {
    const heard = new Set<string>();
    this.heard = heard;
    for await (const [channelId, saved] of this.world.states.entries()) {
      if (!heard.has(channelId)) this.see(channelId, saved);
    }
    if (this.heard === heard) this.heard = undefined;
  }

  /** The game of a channel that another process runs or, until the next one starts, has run. */
  view(channelId: string): GameView | undefined {
    const state = this.games.get(channelId);
    return state && viewOf(state);
  }

  /** The phase of a game that runs elsewhere; 'finished' while its scores are still being booked. */
  runningPhase(channelId: string): GameState['phase'] | undefined {
    return this.saved.has(channelId) ? this.games.get(channelId)?.phase : undefined;
  }

  /** Takes a person out of what is still shown of games that are over. */
  forget(userId: string, nobody: () => GamePlayer): void {
    for (const [channelId, state] of this.games) {
      const isNamed = [state.host, ...state.players].some((player) => player.userId === userId);
      if (isNamed && isOver(state)) this.games.set(channelId, withoutPlayer(state, userId, nobody()));
    }
  }

  private hear({ op, key = '', value }: LogEntry): void {
    this.heard?.add(key);
    if (op === 'SET') {
      const state = this.see(key, value);
      if (state) this.world.announce({ type: 'game-seen', view: viewOf(state) });
      return;
    }
    this.saved.delete(key);
    const last = this.games.get(key);
    if (op !== 'DELETE' || !last || isOver(last)) return;
    this.games.delete(key);
    this.world.announce({ type: 'game-seen', view: viewOf(last, 'stopped') });
  }

  private see(channelId: string, saved: unknown): GameState | undefined {
    this.games.delete(channelId);
    this.saved.delete(channelId);
    const state = readSavedState(saved);
    const holder = holderOf(saved);
    if (state?.channelId !== channelId || !holder || this.world.isOurs(holder.process)) return undefined;
    this.games.set(channelId, state);
    this.saved.add(channelId);
    this.forgetOldest();
    return state;
  }

  private forgetOldest(): void {
    if (this.games.size <= this.world.kept) return;
    for (const channelId of this.games.keys()) {
      if (!this.saved.has(channelId)) this.games.delete(channelId);
      if (this.games.size <= this.world.kept) return;
    }
  }
}

function isOver({ phase }: GameState): boolean {
  return phase === 'finished';
}
