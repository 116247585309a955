import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GameState } from '../../../../src/game/session/state.js';
import { SharedGames } from '../../../../src/game/sharing/index.js';
import { aGame } from '../table.js';
import { LogsDoor, SharedLogs } from './shared-logs.js';

const META = { actor: 'ada', reason: 'a step' };
const ELSEWHERE = { code: 'GAME_ELSEWHERE' };

/** A lease that a test gives and takes. */
class Lease {
  isCurrent = true;
  readonly gone = new Set<string>();

  constructor(public id: string) {}

  isGone(process: string): boolean {
    return this.gone.has(process);
  }
}

class Side {
  readonly lease: Lease;
  readonly door: LogsDoor;
  readonly games: SharedGames;

  constructor(store: SharedLogs, name: string) {
    this.lease = new Lease(name);
    this.door = new LogsDoor(store);
    this.games = new SharedGames(this.door.states, this.lease);
  }

  async begin(state = aGame()): Promise<GameState> {
    this.games.begin(state.gameId);
    await this.games.save(state, META);
    return state;
  }

  async take(isHere: (channelId: string) => boolean = () => false): Promise<GameState[]> {
    const taken: GameState[] = [];
    for await (const state of this.games.take(isHere, (channelId) => this.leftOut.push(channelId))) taken.push(state);
    return taken;
  }

  readonly leftOut: string[] = [];
}

describe('SharedGames', () => {
  let store: SharedLogs;
  let here: Side;
  let there: Side;

  beforeEach(() => {
    store = new SharedLogs();
    here = new Side(store, 'here');
    there = new Side(store, 'there');
  });

  const saved = (channelId = 'channel') => store.all('game_state')[channelId] as (GameState & object) | undefined;

  describe('a game that is begun', () => {
    it('names its process as the holder, of the first term', async () => {
      const state = await here.begin();
      expect(saved()).toEqual({
        ...state,
        holder: { process: 'here', term: 1 },
        lastUpdated: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      });
    });

    it('is not saved over one that is there', async () => {
      const state = await here.begin();
      await expect(there.begin(aGame({ gameId: 'game-2' }))).rejects.toMatchObject(ELSEWHERE);
      expect(saved()).toMatchObject({ gameId: state.gameId });
    });

    it('is saved over what no version of this quiz saved', async () => {
      store.write('game_state', 'channel', { anything: true });
      await here.begin();
      expect(saved()).toMatchObject({ gameId: 'game-1', holder: { process: 'here', term: 1 } });
    });

    it('is nobody else’s to save, to end or to speak for', async () => {
      const state = await here.begin();
      expect(() => here.games.assertHeld(state)).not.toThrow();
      expect(() => there.games.assertHeld(state)).toThrow(expect.objectContaining(ELSEWHERE));
      await expect(there.games.save(state, META)).rejects.toMatchObject(ELSEWHERE);
      await expect(there.games.clear(state, META)).rejects.toMatchObject(ELSEWHERE);
      expect(there.door.writes).toBe(0);
    });

    it('is found by the next look where its first save only seemed to fail', async () => {
      const state = aGame();
      here.door.afterWrite = () => {
        throw new Error('no answer');
      };
      await expect(here.begin(state)).rejects.toThrow('no answer');
      here.door.afterWrite = () => {};
      await expect(here.games.save(state, META)).rejects.toMatchObject(ELSEWHERE);
      expect(await here.take()).toEqual([state]);
      await here.games.save({ ...state, round: 1 }, META);
      expect(saved()).toMatchObject({ round: 1, holder: { process: 'here', term: 2 } });
    });

    it('is saved by a second attempt where the first did not arrive', async () => {
      here.door.beforeWrite = () => {
        throw new Error('no way');
      };
      await expect(here.begin()).rejects.toThrow('no way');
      here.door.beforeWrite = () => {};
      await here.games.save(aGame(), META);
      expect(saved()).toMatchObject({ holder: { process: 'here', term: 1 } });
    });
  });

  describe('a game that is ended', () => {
    it('is gone, and its channel free', async () => {
      const state = await here.begin();
      await here.games.clear(state, META);
      expect(saved()).toBeUndefined();
      expect(() => here.games.assertHeld(state)).toThrow(expect.objectContaining(ELSEWHERE));
      await there.begin(aGame({ gameId: 'game-2' }));
      expect(saved()).toMatchObject({ gameId: 'game-2' });
    });

    it('may be ended again where that only seemed to fail', async () => {
      const state = await here.begin();
      here.door.afterWrite = () => {
        throw new Error('no answer');
      };
      await expect(here.games.clear(state, META)).rejects.toThrow('no answer');
      await here.games.clear(state, META);
      expect(saved()).toBeUndefined();
    });

    it('does not take the next one of the same process with it', async () => {
      const state = await here.begin();
      here.door.afterWrite = () => {
        throw new Error('no answer');
      };
      await expect(here.games.clear(state, META)).rejects.toThrow('no answer');
      here.door.afterWrite = () => {};
      await here.begin(aGame({ gameId: 'game-2' }));
      await expect(here.games.clear(state, META)).rejects.toMatchObject(ELSEWHERE);
      expect(saved()).toMatchObject({ gameId: 'game-2' });
    });

    it('does not take the next one of the channel with it', async () => {
      const state = await here.begin();
      store.write('game_state', 'channel', undefined);
      await there.begin(aGame({ gameId: 'game-2' }));
      await expect(here.games.clear(state, META)).rejects.toMatchObject(ELSEWHERE);
      expect(saved()).toMatchObject({ gameId: 'game-2' });
    });
  });

  describe('without a lease', () => {
    it('nothing is saved, ended, taken or spoken for', async () => {
      const state = await here.begin();
      here.lease.isCurrent = false;
      const { writes } = here.door;
      expect(() => here.games.assertHeld(state)).toThrow(expect.objectContaining(ELSEWHERE));
      await expect(here.games.save(state, META)).rejects.toMatchObject(ELSEWHERE);
      await expect(here.games.clear(state, META)).rejects.toMatchObject(ELSEWHERE);
      expect(await here.take()).toEqual([]);
      expect(here.door.writes).toBe(writes);
    });

    it('whatever was let go of stays so until it is taken again', async () => {
      const state = await here.begin();
      here.games.letGo();
      await expect(here.games.save(state, META)).rejects.toMatchObject(ELSEWHERE);
      expect(await here.take()).toEqual([state]);
      await here.games.save(state, META);
      expect(saved()).toMatchObject({ holder: { process: 'here', term: 2 } });
    });
  });

  describe('taking', () => {
    it('leaves those alone whose process may be alive, and those that are here', async () => {
      await here.begin();
      expect(await there.take()).toEqual([]);
      expect(await here.take(() => true)).toEqual([]);
      expect(saved()).toMatchObject({ holder: { process: 'here', term: 1 } });
    });

    it('goes on with those of a process that is gone, under the next term', async () => {
      const state = await here.begin();
      there.lease.gone.add('here');
      expect(await there.take()).toEqual([state]);
      expect(saved()).toEqual({ ...state, holder: { process: 'there', term: 2 }, lastUpdated: expect.any(String) });
      expect(() => there.games.assertHeld(state)).not.toThrow();
    });

    it('takes those that nobody holds', async () => {
      store.write('game_state', 'channel', { ...aGame(), lastUpdated: '' });
      expect(await here.take()).toEqual([aGame()]);
      expect(saved()).toMatchObject({ holder: { process: 'here', term: 1 } });
    });

    it('names what it cannot read, and what stands under another channel, and leaves it', async () => {
      store.write('game_state', 'foreign', { anything: true });
      store.write('game_state', 'moved', { ...aGame(), lastUpdated: '' });
      expect(await here.take()).toEqual([]);
      expect(here.leftOut).toEqual(['foreign', 'moved']);
      expect(here.door.writes).toBe(0);
    });

    it('is done by one of two who are equally fast', async () => {
      const state = await here.begin();
      const third = new Side(store, 'third');
      for (const { lease } of [there, third]) lease.gone.add('here');
      const taken = await Promise.all([there.take(), third.take()]);
      expect(taken.flat()).toEqual([state]);
      expect(saved()).toMatchObject({ holder: { term: 2 } });
    });

    it('leaves a game to a holder that has saved it meanwhile, and one that was ended', async () => {
      const state = await here.begin();
      there.lease.gone.add('here');
      there.door.beforeWrite = () =>
        store.write('game_state', 'channel', { ...state, lastUpdated: '', holder: { process: 'here', term: 2 } });
      expect(await there.take()).toEqual([]);
      there.door.beforeWrite = () => store.write('game_state', 'channel', undefined);
      expect(await there.take()).toEqual([]);
      expect(there.door.writes).toBe(0);
    });

    it('is told of where the store fails', async () => {
      await here.begin();
      there.lease.gone.add('here');
      there.door.afterWrite = () => {
        throw new Error('no answer');
      };
      await expect(there.take()).rejects.toThrow('no answer');
      there.door.afterWrite = () => {};
      // It stands under its own name, and the next look finds it.
      expect(await there.take()).toHaveLength(1);
      expect(saved()).toMatchObject({ holder: { process: 'there', term: 3 } });
    });

    it('holds nothing that was taken under an id that was lost meanwhile', async () => {
      const state = await here.begin();
      there.lease.gone.add('here');
      there.door.afterWrite = () => {
        there.lease.id = 'there again';
      };
      expect(await there.take()).toEqual([]);
      expect(() => there.games.assertHeld(state)).toThrow(expect.objectContaining(ELSEWHERE));
    });
  });

  describe('a holder that was stopped', () => {
    it('writes nothing when it wakes after another has taken its game', async () => {
      const state = await here.begin();
      there.lease.gone.add('here');
      await there.take();
      const before = saved();
      await expect(here.games.save({ ...state, round: 1 }, META)).rejects.toMatchObject(ELSEWHERE);
      await expect(here.games.clear(state, META)).rejects.toMatchObject(ELSEWHERE);
      expect(saved()).toEqual(before);
    });

    it('writes nothing with a save that was under way when it was stopped', async () => {
      const state = await here.begin();
      here.door.beforeWrite = async () => {
        there.lease.gone.add('here');
        await there.take();
      };
      await expect(here.games.save({ ...state, round: 1 }, META)).rejects.toMatchObject(ELSEWHERE);
      expect(saved()).toMatchObject({ round: 0, holder: { process: 'there', term: 2 } });
    });

    it('does not hold again what it let go of while a save was under way', async () => {
      const state = await here.begin();
      here.door.afterWrite = () => here.games.letGo();
      await here.games.save(state, META);
      expect(() => here.games.assertHeld(state)).toThrow(expect.objectContaining(ELSEWHERE));
    });
  });

  describe('games of others', () => {
    it('are asked for at the process that runs them, where there is one', async () => {
      await expect(there.games.runnerOf('channel')).resolves.toBeUndefined();
      await here.begin();
      await expect(there.games.runnerOf('channel')).resolves.toBe('here');
      store.write('game_state', 'foreign', { anything: true });
      await expect(there.games.runnerOf('foreign')).resolves.toBeUndefined();
    });

    it('are with nobody while their process is gone, or nobody is named', async () => {
      await here.begin();
      there.lease.gone.add('here');
      await expect(there.games.runnerOf('channel')).rejects.toMatchObject(ELSEWHERE);
      store.write('game_state', 'free', { ...aGame({ channelId: 'free' }) });
      await expect(there.games.runnerOf('free')).rejects.toMatchObject(ELSEWHERE);
    });

    it('are not asked for at this process itself, which has let go of one', async () => {
      await here.begin();
      here.games.letGo();
      await expect(here.games.runnerOf('channel')).rejects.toMatchObject(ELSEWHERE);
    });

    it('are listed without those that are here and those that cannot be read', async () => {
      const state = await here.begin();
      await there.begin(aGame({ gameId: 'game-2', channelId: 'another' }));
      store.write('game_state', 'foreign', { anything: true });
      expect(await there.games.elsewhere((channelId) => channelId === 'another')).toEqual([state]);
      expect(await here.games.elsewhere(() => true)).toEqual([]);
    });
  });
});
