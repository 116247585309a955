import { describe, expect, it } from '@jest/globals';
import { endRound, finishGame, recordAnswer } from '../../../src/game/session/session.js';
import { viewOf } from '../../../src/game/session/view.js';
import { withoutPlayer } from '../../../src/game/session/without-player.js';
import { ada, answerTo, aRound, bob, START } from './table.js';

const nobody = { userId: 'forgotten-1', username: 'Somebody who left' };

describe('a podium without a player', () => {
  const round = [ada, bob].reduce((state, player) => {
    return recordAnswer(state, answerTo(state, player, player === ada ? 1 : 0), START + 1_000).state;
  }, aRound());
  const podium = finishGame(endRound(round, START + 15_000), START + 20_000);

  it('has the name and the id of nobody in every place, and all scores', () => {
    const left = withoutPlayer(podium, 'ada', nobody);
    expect(JSON.stringify(left)).not.toMatch(/"ada"|"Ada"/);
    const view = viewOf(left);
    expect(view).toMatchObject({ host: nobody, winners: [nobody.userId] });
    expect(view.players.map(({ userId, username, score }) => [userId, username, score])).toEqual([
      [nobody.userId, nobody.username, 93],
      ['bob', 'Bob', 0],
    ]);
    expect(view.lastResult?.answers).toMatchObject([
      { ...nobody, choice: 1 },
      { ...bob, choice: 0 },
    ]);
    expect(left.current?.answers[0]).not.toHaveProperty('username');
  });

  it('is the same for whoever is not in it', () => {
    expect(withoutPlayer(podium, 'cem', nobody)).toEqual(podium);
  });
});
