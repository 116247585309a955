/**
 * The saved games of several processes. Who runs a game stands in its state, `holder`, and each write is a
 * compare-and-set that looks there: a process that was stopped, and wakes when its game is another's, writes nothing.
 */
import type { EntryMeta, GameStateRepository, GameState as StoredState } from '../../storage/index.js';
import { gameElsewhere, isElsewhere } from '../errors.js';
import { readSavedState } from '../session/saved-state.js';
import type { GameState } from '../session/state.js';
import { type Holder, holderOf, isSameHolder, successorOf } from './holder.js';
import type { ProcessLease } from './process-lease.service.js';
import type { SavedGames } from './saved-games.js';

const TAKEN: EntryMeta = { actor: 'game', reason: 'game taken over' };

export class SharedGames implements SavedGames {
  /** The term of each game that this process runs, by gameId; 0 for one that is to be saved first. */
  private readonly terms = new Map<string, number>();

  constructor(
    private readonly states: GameStateRepository,
    private readonly lease: Pick<ProcessLease, 'id' | 'isCurrent' | 'isGone'>,
  ) {}

  begin(gameId: string): void {
    this.terms.set(gameId, 0);
  }

  async save(state: GameState, meta: EntryMeta): Promise<void> {
    const term = this.termOf(state);
    const holder = { process: this.lease.id, term: term || 1 };
    const stamped = { ...state, holder, lastUpdated: new Date().toISOString() };
    const next = (stored: StoredState | undefined) => {
      const isFree = stored === undefined || readSavedState(stored) === undefined;
      if (term === 0 ? !isFree : !isHeldBy(holder, state, stored)) throw gameElsewhere();
      return stamped;
    };
    await this.states.update(state.channelId, next, meta).catch((error: unknown) => {
      // A game that never began is none of ours.
      if (term === 0 && isElsewhere(error)) this.terms.delete(state.gameId);
      throw error;
    });
    if (this.terms.has(state.gameId)) this.terms.set(state.gameId, holder.term);
  }

  async clear(state: GameState, meta: EntryMeta): Promise<void> {
    const holder = { process: this.lease.id, term: this.termOf(state) };
    const next = (stored: StoredState | undefined) => {
      // Gone already: an attempt that seemed to fail had done it.
      if (stored !== undefined && !isHeldBy(holder, state, stored)) throw gameElsewhere();
      return undefined;
    };
    await this.states.update(state.channelId, next, meta);
    this.terms.delete(state.gameId);
  }

  assertHeld(state: GameState): void {
    this.termOf(state);
  }

  letGo(): void {
    this.terms.clear();
  }

  async *take(
    isHere: (channelId: string) => boolean,
    leaveOut: (channelId: string) => void,
  ): AsyncGenerator<GameState> {
    for (const [channelId, saved] of Object.entries(await this.states.getAllGameStates())) {
      const state = readSavedState(saved);
      if (state?.channelId !== channelId) leaveOut(channelId);
      else if (!isHere(channelId) && this.isFree(saved)) {
        const taken = await this.takeOne(channelId, holderOf(saved));
        if (taken) yield taken;
      }
    }
  }

  async runnerOf(channelId: string): Promise<string | undefined> {
    const saved = await this.states.loadGameState(channelId);
    if (!saved || !readSavedState(saved)) return undefined;
    const holder = holderOf(saved);
    if (!holder || this.isFree(saved)) throw gameElsewhere();
    return holder.process;
  }

  async elsewhere(isHere: (channelId: string) => boolean): Promise<GameState[]> {
    const states = Object.values(await this.states.getAllGameStates()).map(readSavedState);
    return states.filter((state) => state !== undefined).filter(({ channelId }) => !isHere(channelId));
  }

  /** One of our own that is not here was let go of, or its first save seemed to fail. */
  private isFree(saved: StoredState): boolean {
    const holder = holderOf(saved);
    return !holder || holder.process === this.lease.id || this.lease.isGone(holder.process);
  }

  /** Undefined where somebody else was faster, or the holder gave a sign after all. */
  private async takeOne(channelId: string, seen: Holder | undefined): Promise<GameState | undefined> {
    if (!this.lease.isCurrent) return undefined;
    const holder = successorOf(seen, this.lease.id);
    let isTaken = false;
    const next = (stored: StoredState | undefined) => {
      isTaken = stored !== undefined && isSameHolder(holderOf(stored), seen);
      if (!stored || !isTaken) throw gameElsewhere();
      return { ...stored, holder, lastUpdated: new Date().toISOString() };
    };
    const stored = await this.states.update(channelId, next, TAKEN).catch((error: unknown) => {
      if (isTaken) throw error;
      return undefined;
    });
    const state = readSavedState(stored);
    // Lost while it was being taken: whoever looks next finds it held by a process that is gone.
    if (!state || holder.process !== this.lease.id) return undefined;
    this.terms.set(state.gameId, holder.term);
    return state;
  }

  private termOf({ gameId }: GameState): number {
    const term = this.terms.get(gameId);
    if (term === undefined || !this.lease.isCurrent) throw gameElsewhere();
    return term;
  }
}

function isHeldBy(holder: Holder, { gameId }: GameState, stored: StoredState | undefined): boolean {
  return stored?.gameId === gameId && isSameHolder(holderOf(stored), holder);
}
