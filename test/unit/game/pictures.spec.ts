import { describe, expect, it } from '@jest/globals';
import { Stage } from './stage.js';
import { ada, settled } from './table.js';

describe('a game whose pictures come from elsewhere', () => {
  it('shows a picture under the address where it was found', async () => {
    const stage = new Stage();
    stage.usable = async (imageUrl) => `${imageUrl}?at=second-gateway`;
    await stage.startRound();
    expect(stage.game.view().imageUrl).toBe('https://example.org/0.svg?at=second-gateway');
  });

  it('passes over a picture that does not load, and is shorter', async () => {
    const stage = new Stage();
    stage.usable = async (imageUrl) => (imageUrl.endsWith('/0.svg') ? undefined : imageUrl);
    await stage.startRound();
    expect(stage.game.view()).toMatchObject({ phase: 'round', round: 1, rounds: 1, title: 'Piece 1' });
    expect(stage.passedOver).toEqual(['KT1:0']);
    await stage.clock.advance(20_000);
    expect(stage.said.at(-1)).toBe('game-ended');
  });

  it('ends in good order when no picture loads, even if the check itself fails', async () => {
    const stage = new Stage();
    stage.usable = async () => {
      throw new Error('no network');
    };
    await stage.startRound();
    expect(stage.said).toEqual(['game-started', 'game-ended']);
    expect(stage.game.settled).toBe(true);
    expect(stage.failures).toEqual([]);
  });

  it('looks at the pictures to come while a phase runs', async () => {
    const stage = new Stage();
    const asked: string[] = [];
    stage.usable = async (imageUrl) => {
      asked.push(imageUrl);
      return imageUrl;
    };
    await stage.start();
    expect(asked).toEqual(['https://example.org/0.svg', 'https://example.org/1.svg']);
    await stage.clock.advance(3_000);
    asked.splice(0);
    await stage.clock.advance(14_000);
    expect(asked).toEqual([]);
    await stage.clock.advance(1_000);
    expect(asked).toContain('https://example.org/1.svg');
  });

  it('announces no round before its picture is there and saved', async () => {
    const stage = new Stage();
    let found = (_url: string) => {};
    stage.usable = () => new Promise((resolve) => (found = resolve));
    await stage.start();
    await stage.clock.advance(6_000);
    expect(stage.said).toEqual(['game-started']);
    found('https://example.org/late.svg');
    await settled();
    expect(stage.saved).toMatchObject({ phase: 'round' });
    expect(stage.game.view()).toMatchObject({ phase: 'round', endsAt: stage.clock.now() + 15_000 });
  });

  it('is stopped at once while it waits for a picture, and stays so when that comes', async () => {
    const stage = new Stage();
    let found = (_url: string) => {};
    stage.usable = () => new Promise((resolve) => (found = resolve));
    await stage.startRound();
    await stage.game.stop(ada, 'ada');
    expect(stage.game.view().phase).toBe('stopped');
    found('https://example.org/late.svg');
    await settled();
    expect(stage.said).toEqual(['game-started', 'game-stopped']);
    expect(stage.saved).toBeUndefined();
    expect(stage.clock.running).toBe(0);
  });

  it('shuts down at once while it waits for a picture, and shows it after the restart', async () => {
    const stage = new Stage();
    stage.usable = () => new Promise(() => undefined);
    await stage.startRound();
    await stage.game.close();
    expect(stage.saved).toMatchObject({ phase: 'starting', suspendedAt: stage.clock.now() });
    stage.usable = async (imageUrl) => imageUrl;
    await stage.restart();
    await stage.clock.advance(5_000);
    expect(stage.game.view()).toMatchObject({ phase: 'round', round: 1, title: 'Piece 0' });
  });
});
