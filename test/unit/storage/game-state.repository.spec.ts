import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStore, type Store } from '../../support/store.js';

let store: Store;
const ops = async (): Promise<string[]> => (await store.logs.readLogEntries('game_state')).map(({ op }) => op);

beforeEach(async () => {
  store = await openStore();
});

afterEach(() => store.close());

test('keeps the state of a game with the time of saving', async () => {
  const state = { round: 3, players: { u1: { score: 5 } }, lastUpdated: 'ignored' };
  const saved = await store.games.saveGameState('c1', state);
  expect(saved).toEqual({ ...state, lastUpdated: expect.stringMatching(/^\d{4}-.*Z$/) });
  await expect(store.games.loadGameState('c1')).resolves.toEqual(saved);
  expect(state.lastUpdated).toBe('ignored');
});

test('keeps the newest of many states', async () => {
  for (let round = 1; round <= 3; round += 1) await store.games.saveGameState('c1', { round });
  await expect(store.games.loadGameState<{ round: number }>('c1')).resolves.toMatchObject({ round: 3 });
});

test('forgets a game, and writes nothing where there is none', async () => {
  await store.games.saveGameState('c1', { round: 1 });
  await expect(store.games.clearGameState('c1')).resolves.toBe(true);
  await expect(store.games.clearGameState('c1')).resolves.toBe(false);
  await expect(store.games.loadGameState('c1')).resolves.toBeUndefined();
  await expect(ops()).resolves.toEqual(['SET', 'DELETE']);
});

test('gives every running game by its channel, however the channel is called', async () => {
  for (const channelId of ['c1', '__proto__', 'constructor']) await store.games.saveGameState(channelId, { channelId });
  const states = await store.games.getAllGameStates();
  expect(Object.entries(states).map(([key, { channelId }]) => [key, channelId])).toEqual([
    ['c1', 'c1'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
  ]);
});

test('keeps members named __proto__ as members', async () => {
  await store.games.saveGameState('c1', JSON.parse('{"__proto__":{"score":1}}'));
  const state = await store.games.loadGameState('c1');
  expect(Object.getOwnPropertyDescriptor(state, '__proto__')?.value).toEqual({ score: 1 });
});

test.each([
  [undefined],
  [null],
  ['text'],
  [[]],
  [new Map()],
  [new (class Session {})()],
  [{ deep: { since: undefined, tick: 5n } }],
])('refuses the state %p and keeps the former one', async (state) => {
  await store.games.saveGameState('c1', { round: 1 });
  await expect(store.games.saveGameState('c1', state as object)).rejects.toBeInstanceOf(TypeError);
  await expect(store.games.loadGameState('c1')).resolves.toMatchObject({ round: 1 });
  await expect(ops()).resolves.toEqual(['SET']);
});

test.each(['', 5, undefined])('refuses the channel %p', async (channelId) => {
  for (const call of [
    () => store.games.saveGameState(channelId as string, {}),
    () => store.games.loadGameState(channelId as string),
    () => store.games.clearGameState(channelId as string),
  ]) {
    await expect(call()).rejects.toThrow('Expected `channelId` to be a non-empty string');
  }
});
