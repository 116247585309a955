import { beforeEach, describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import type { GameEvent } from '../../../../src/game/game.types.js';
import type { GameState } from '../../../../src/game/session/state.js';
import { SeenGames } from '../../../../src/game/sharing/seen-games.js';
import type { GameStateRepository, LogEntry, GameState as StoredState } from '../../../../src/storage/index.js';
import { ada, aFinishedGame, aGame, aRound, bob } from '../table.js';

const THEIRS = { process: 'theirs', term: 1 };

let stored: Map<string, object>;
let told: Subject<LogEntry>;
let heard: GameEvent[];
let seen: SeenGames;
/** Called in the middle of a pass over all states. */
let whileReading: () => void;

beforeEach(() => {
  stored = new Map();
  told = new Subject();
  heard = [];
  whileReading = () => {};
  const states = {
    changes: () => told,
    async *entries(): AsyncGenerator<[string, StoredState]> {
      for (const entry of [...stored] as [string, StoredState][]) {
        whileReading();
        yield entry;
      }
    },
  } as unknown as GameStateRepository;
  seen = new SeenGames({ states, isOurs: (process) => process === 'ours', announce: (e) => heard.push(e), kept: 2 });
});

function save(state: GameState, holder = THEIRS): void {
  const value = { ...state, holder };
  stored.set(state.channelId, value);
  told.next({ op: 'SET', key: state.channelId, value } as unknown as LogEntry);
}

function clear(channelId = 'channel'): void {
  stored.delete(channelId);
  told.next({ op: 'DELETE', key: channelId } as LogEntry);
}

const views = () => heard.map(({ type, view }) => `${type} ${view.phase}`);

describe('games that other processes run', () => {
  it('are seen as they were saved, without the answer of a running round', () => {
    save(aRound());
    expect(seen.view('channel')).toMatchObject({ phase: 'round', round: 1 });
    expect(JSON.stringify(seen.view('channel'))).not.toContain('correctChoice');
    expect(seen.runningPhase('channel')).toBe('round');
    expect(views()).toEqual(['game-seen round']);
  });

  it('are seen where they were saved before anybody listened, and newer ones stay', async () => {
    stored.set('channel', { ...aGame(), holder: THEIRS });
    stored.set('second', { ...aGame({ channelId: 'second' }), holder: THEIRS });
    whileReading = () => {
      if (heard.length === 0) save({ ...aRound(), channelId: 'second' });
    };
    await seen.read();
    expect(seen.view('channel')?.phase).toBe('starting');
    expect(seen.view('second')?.phase).toBe('round');
  });

  it('are none of this process, none of another version, and none of nobody', async () => {
    save(aGame(), { process: 'ours', term: 2 });
    expect(seen.view('channel')).toBeUndefined();
    stored.set('other', { players: [] });
    stored.set('free', aGame({ channelId: 'free' }));
    await seen.read();
    expect(seen.view('other')).toBeUndefined();
    expect(seen.view('free')).toBeUndefined();
    expect(heard).toEqual([]);
  });

  it('leave the moment this process takes them', () => {
    save(aRound());
    save(aRound(), { process: 'ours', term: 2 });
    expect(seen.view('channel')).toBeUndefined();
    expect(seen.runningPhase('channel')).toBeUndefined();
  });

  it('leave their podium until the next one starts', () => {
    save(aFinishedGame('g1', { ada: 30 }));
    expect(seen.runningPhase('channel')).toBe('finished');
    clear();
    expect(seen.view('channel')?.winners).toEqual(['ada']);
    expect(seen.runningPhase('channel')).toBeUndefined();
    expect(views()).toEqual(['game-seen finished']);
    save(aGame({ gameId: 'g2' }));
    expect(seen.view('channel')).toMatchObject({ gameId: 'g2', phase: 'starting' });
  });

  it('are stopped when they go before their end', () => {
    save(aRound());
    clear();
    expect(seen.view('channel')).toBeUndefined();
    expect(views()).toEqual(['game-seen round', 'game-seen stopped']);
  });

  it('are forgotten oldest first once they are over, and never while they run', () => {
    for (const channelId of ['a', 'b', 'c', 'd']) {
      save({ ...aFinishedGame(channelId, { ada: 1 }), channelId });
      if (channelId !== 'a') clear(channelId);
    }
    expect(['a', 'b', 'c', 'd'].filter((channelId) => seen.view(channelId))).toEqual(['a', 'd']);
  });

  it('are without a person who asked for it', () => {
    save(aFinishedGame('g1', { ada: 30, bob: 10 }));
    clear();
    seen.forget(bob.userId, () => ({ userId: 'nobody', username: 'Somebody' }));
    expect(seen.view('channel')?.players.map(({ userId }) => userId)).toEqual([ada.userId, 'nobody']);
  });
});
