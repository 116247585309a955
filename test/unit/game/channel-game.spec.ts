import { describe, expect, it } from '@jest/globals';
import type { GameView } from '../../../src/game/game.types.js';
import { Stage } from './stage.js';
import { ada, aGame, bob, settled } from './table.js';

const down = () => {
  throw new Error('the disk is away');
};

describe('a game in its channel', () => {
  it('plays from start to podium, saving each step before it is announced', async () => {
    const stage = new Stage();
    const savedPhases: (string | undefined)[] = [];
    stage.ports.announce = (event) => {
      savedPhases.push(stage.saved?.phase);
      stage.events.push(event);
    };
    await stage.startRound();
    await stage.answerRight(ada);
    await stage.clock.advance(60_000);
    expect(stage.said).toEqual([
      'game-started',
      'round-started',
      'player-answered',
      'round-ended',
      'round-started',
      'round-ended',
      'game-ended',
    ]);
    expect(savedPhases).toEqual(['starting', 'round', 'round', 'pause', 'round', 'pause', undefined]);
    expect(stage.metas.map(({ actor, reason }) => `${actor}: ${reason}`)).toEqual([
      'ada: game started',
      'game: round 1 started',
      'ada: round 1 answered',
      'game: round 1 ended',
      'game: round 2 started',
      'game: round 2 ended',
      'game: game finished',
    ]);
    expect(stage.credited).toHaveLength(1);
    expect(stage.recorded).toEqual(stage.credited);
    expect(stage.saved).toBeUndefined();
    expect(stage.game.view()).toMatchObject({ phase: 'finished', winners: ['ada'] });
    expect(stage.clock.running).toBe(0);
  });

  it('ends quietly when nobody answers: no winners, nobody credited', async () => {
    const stage = await new Stage().start();
    await stage.clock.advance(120_000);
    expect(stage.said.at(-1)).toBe('game-ended');
    expect(stage.game.view()).toMatchObject({ phase: 'finished', winners: [], players: [] });
    expect(stage.credited[0]?.players).toEqual([]);
    expect(stage.failures).toEqual([]);
  });

  it('starts the clock of a round when its picture has been saved, not before', async () => {
    const stage = await new Stage().start();
    let release = () => {};
    stage.beforeWrite = () => new Promise((resolve) => (release = resolve));
    await stage.clock.advance(3_000);
    await stage.clock.advance(4_000);
    expect(stage.game.view().phase).toBe('starting');
    stage.beforeWrite = () => {};
    release();
    await settled();
    expect(stage.game.view()).toMatchObject({ phase: 'round', endsAt: stage.clock.now() + 15_000 });
    expect(await stage.answerRight(ada)).toMatchObject({ points: 100 });
  });

  it('goes on without a piece that has left the catalogue', async () => {
    const stage = await new Stage().start(aGame({ pieces: ['KT1:gone', 'KT1:1'] }));
    await stage.clock.advance(3_000);
    expect(stage.game.view()).toMatchObject({ phase: 'round', round: 1, rounds: 1, title: 'Piece 1' });
    await stage.clock.advance(20_000);
    expect(stage.said.at(-1)).toBe('game-ended');
  });
});

describe('answers', () => {
  it('are accepted only once they are saved', async () => {
    const stage = await new Stage().startRound();
    let release = () => {};
    stage.beforeWrite = () => new Promise((resolve) => (release = resolve));
    let outcome: unknown;
    void stage.answerRight(ada).then((result) => (outcome = result));
    await settled();
    expect(outcome).toBeUndefined();
    release();
    await settled();
    expect(outcome).toEqual({ status: 'accepted', correct: true, points: 100 });
    expect(stage.saved?.players).toHaveLength(1);
  });

  it('count once for a player who presses two buttons at the same time', async () => {
    const stage = await new Stage().startRound();
    const outcomes = await Promise.all([stage.answerRight(ada), stage.answerWrong(ada), stage.answerRight(ada)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'already-answered', 'already-answered']);
    expect(stage.saved?.current?.answers).toHaveLength(1);
  });

  it('that arrive during a save share the next one', async () => {
    const stage = await new Stage().startRound();
    const before = stage.metas.length;
    const players = Array.from({ length: 50 }, (_, place) => ({ userId: `u${place}`, username: `U${place}` }));
    const outcomes = await Promise.all(players.map((player) => stage.answerRight(player)));
    expect(outcomes.every(({ status }) => status === 'accepted')).toBe(true);
    expect(stage.saved?.players).toHaveLength(50);
    expect(stage.metas.length - before).toBeLessThanOrEqual(2);
  });

  it('that could not be saved are refused and do not count; the player may try again', async () => {
    const stage = await new Stage().startRound();
    stage.beforeWrite = down;
    await expect(stage.answerRight(ada)).rejects.toThrow('the disk is away');
    expect(stage.game.view().players).toEqual([]);
    stage.beforeWrite = () => {};
    expect(await stage.answerWrong(ada)).toMatchObject({ status: 'accepted', correct: false });
  });

  it('that came before the deadline count, though the save before them took past it', async () => {
    const stage = await new Stage().startRound();
    let release = () => {};
    stage.beforeWrite = () => new Promise((resolve) => (release = resolve));
    const first = stage.answerRight(ada);
    await settled();
    const second = stage.answerRight(bob);
    await stage.clock.advance(20_000);
    stage.beforeWrite = () => {};
    release();
    expect(await first).toMatchObject({ status: 'accepted' });
    expect(await second).toMatchObject({ status: 'accepted', points: 100 });
    await settled();
    expect(stage.game.view().lastResult?.answers).toHaveLength(2);
  });
});

describe('a game whose store fails', () => {
  it('tries the end of a round again, ever more slowly, and goes on', async () => {
    const stage = await new Stage().startRound();
    await stage.answerRight(ada);
    stage.beforeWrite = down;
    await stage.clock.advance(15_000 + 200 + 400 + 800);
    expect(stage.failures).toHaveLength(4);
    expect(stage.game.view().phase).toBe('round');
    stage.beforeWrite = () => {};
    await stage.clock.advance(1_600);
    expect(stage.game.view()).toMatchObject({ phase: 'pause', players: [{ userId: 'ada', score: 100 }] });
  });

  it('announces the podium though the scores cannot be booked yet, and books them later', async () => {
    const stage = await new Stage().startRound();
    await stage.answerRight(ada);
    stage.beforeWrite = (what) => (what === 'credit' ? down() : undefined);
    await stage.clock.advance(60_000);
    expect(stage.said.filter((type) => type === 'game-ended')).toHaveLength(1);
    expect(stage.game.settled).toBe(false);
    expect(stage.saved).toMatchObject({ phase: 'finished' });
    stage.beforeWrite = () => {};
    await stage.clock.advance(20_000);
    expect(stage.game.settled).toBe(true);
    expect(stage.saved).toBeUndefined();
    expect(stage.said.filter((type) => type === 'game-ended')).toHaveLength(1);
    expect(stage.clock.running).toBe(0);
  });

  it('books no scores before the game is recorded', async () => {
    const stage = await new Stage().startRound();
    await stage.answerRight(ada);
    stage.beforeWrite = (what) => (what === 'record' ? down() : undefined);
    await stage.clock.advance(60_000);
    expect(stage.said.at(-1)).toBe('game-ended');
    expect([stage.recorded, stage.credited]).toEqual([[], []]);
    expect(stage.saved).toMatchObject({ phase: 'finished' });
    stage.beforeWrite = () => {};
    await stage.clock.advance(20_000);
    expect([stage.recorded.length, stage.credited.length]).toEqual([1, 1]);
    expect(stage.saved).toBeUndefined();
  });

  it('is not stopped when forgetting it fails', async () => {
    const stage = await new Stage().startRound();
    stage.beforeWrite = down;
    await expect(stage.game.stop(ada, 'ada')).rejects.toThrow('the disk is away');
    stage.beforeWrite = () => {};
    expect(await stage.answerRight(ada)).toMatchObject({ status: 'accepted' });
  });
});

describe('a stopped game', () => {
  it('books nothing and says so to nobody twice', async () => {
    const stage = await new Stage().startRound();
    await stage.answerRight(ada);
    await stage.game.stop(ada, 'ada');
    expect(stage.said.at(-1)).toBe('game-stopped');
    expect(stage.credited).toEqual([]);
    expect(stage.saved).toBeUndefined();
    expect(stage.game.view().phase).toBe('stopped');
    await expect(stage.game.stop(ada, 'ada')).rejects.toMatchObject({ code: 'NO_GAME' });
    await stage.clock.advance(120_000);
    expect(stage.said.at(-1)).toBe('game-stopped');
  });

  it('is not brought to life by a step that was already waiting', async () => {
    const stage = await new Stage().startRound();
    let release = () => {};
    stage.beforeWrite = () => new Promise((resolve) => (release = resolve));
    const stopped = stage.game.stop(ada, 'ada');
    await stage.clock.advance(15_000);
    stage.beforeWrite = () => {};
    release();
    await stopped;
    await settled();
    expect(stage.saved).toBeUndefined();
    expect(stage.said.at(-1)).toBe('game-stopped');
    expect(stage.clock.running).toBe(0);
  });
});

describe('a round in a room that needs a moment to show it', () => {
  it('starts its clock when it is shown, and takes no points for the time before', async () => {
    const stage = await new Stage().start();
    let shown = () => {};
    const views: GameView[] = [];
    stage.present = (view) => {
      views.push(view);
      return new Promise((resolve) => {
        shown = resolve;
      });
    };
    await stage.clock.advance(3_000);
    expect(views).toMatchObject([{ phase: 'round', round: 1, endsAt: stage.clock.now() + 15_000 }]);
    expect(stage.game.view().phase).toBe('starting');
    await stage.clock.advance(2_000);
    shown();
    await settled();
    expect(stage.game.view()).toMatchObject({ phase: 'round', endsAt: stage.clock.now() + 15_000 });
  });
});

describe('a game over a restart', () => {
  it('goes on in the round with the same artwork, choices, answers and scores', async () => {
    const stage = await new Stage().startRound();
    await stage.answerRight(ada);
    const before = stage.game.view();
    await stage.restart();
    expect(stage.said.at(-1)).toBe('game-resumed');
    expect(stage.game.view()).toEqual(before);
    expect((await stage.answerRight(ada)).status).toBe('already-answered');
    expect((await stage.answerRight(bob)).status).toBe('accepted');
  });

  it('goes on in a pause', async () => {
    const stage = await new Stage().startRound();
    await stage.clock.advance(16_000);
    await stage.restart();
    expect(stage.game.view().phase).toBe('pause');
    await stage.clock.advance(7_000);
    expect(stage.game.view()).toMatchObject({ phase: 'round', round: 2 });
  });

  it('has exactly the rest of the round after an orderly shutdown', async () => {
    const stage = await new Stage().startRound();
    await stage.clock.advance(5_000);
    await stage.game.close();
    expect(stage.clock.running).toBe(0);
    await stage.clock.advance(3_600_000);
    await stage.restart();
    expect(stage.game.view().endsAt).toBe(stage.clock.now() + 10_000);
  });

  it('closes only after the answer under way is saved, and takes no more', async () => {
    const stage = await new Stage().startRound();
    const answered = stage.answerRight(ada);
    const closed = stage.game.close();
    await expect(stage.answerRight(bob)).rejects.toMatchObject({ code: 'GAME_CLOSING' });
    await expect(stage.game.stop(ada, 'ada')).rejects.toMatchObject({ code: 'GAME_CLOSING' });
    await closed;
    expect(await answered).toMatchObject({ status: 'accepted' });
    expect(stage.saved?.players).toHaveLength(1);
  });

  it('starts no timer when a step ends during the shutdown', async () => {
    const stage = await new Stage().start();
    let release = () => {};
    stage.beforeWrite = () => new Promise((resolve) => (release = resolve));
    await stage.clock.advance(3_000);
    const closed = stage.game.close();
    stage.beforeWrite = () => {};
    release();
    await closed;
    expect(stage.saved).toMatchObject({ phase: 'round', suspendedAt: stage.clock.now() });
    expect(stage.clock.running).toBe(0);
  });

  it('shuts down though the store fails', async () => {
    const stage = await new Stage().startRound();
    stage.beforeWrite = down;
    await stage.game.close();
    expect(stage.failures).toEqual(['saving the game at shutdown']);
  });
});
