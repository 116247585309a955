import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GameError } from '../../../src/game/index.js';
import { openWebStage, viewIn, type WebStage } from '../../support/web-stage.js';

let stage: WebStage;

beforeEach(async () => {
  stage = await openWebStage();
});

afterEach(async () => {
  await stage.close();
});

/** Joins as a new browser and returns what it holds then. */
async function join(name = 'Ada', room = 'lobby') {
  const response = await stage.post(`/api/rooms/${room}/join`, { name });
  expect(response.status).toBe(200);
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  const { you } = (await response.json()) as { you: { userId: string; username: string } };
  return { cookie, you };
}

async function refusal(response: Response) {
  const body = (await response.json()) as { message: string | string[] };
  return { status: response.status, message: [body.message].flat().join(' ') };
}

describe('Joining a room', () => {
  it('GivesANewcomerACookieAndKeepsAKnownPlayer', async () => {
    const { cookie, you } = await join();
    const again = await stage.post('/api/rooms/other/join', { name: 'Ada' }, { Cookie: cookie });
    expect(again.headers.get('set-cookie')).toBeNull();
    expect(await again.json()).toMatchObject({ you: { userId: you.userId }, view: null });
  });

  it('NeverTellsTheTokenInABody', async () => {
    const response = await stage.post('/api/rooms/lobby/join', { name: 'Ada' });
    const token = response.headers.get('set-cookie')?.split(/[=;]/)[1] ?? '-';
    expect(await response.text()).not.toContain(token);
  });

  it.each([[{}], [{ name: '' }], [{ name: 7 }], [{ name: '\u200b' }], [{ name: 'x'.repeat(25) }], [[]], ['{bad']])(
    'RefusesABodyWithoutAName: %j',
    async (body) => {
      const { status, message } = await refusal(await stage.post('/api/rooms/lobby/join', body));
      expect(status).toBe(400);
      expect(message).not.toBe('');
    },
  );

  it('RefusesARoomCodeThatCannotBe', async () => {
    const { status, message } = await refusal(await stage.post('/api/rooms/Not%20A%20Room/join', { name: 'Ada' }));
    expect(status).toBe(400);
    expect(message).toContain('room code');
  });
});

describe('Playing in a room', () => {
  it('StartsAGameInTheRoomsChannelForTheOneWhoAsks', async () => {
    const { cookie, you } = await join();
    const settings = { rounds: 3, roundSeconds: 8, pauseSeconds: 2 };
    const response = await stage.post('/api/rooms/lobby/start', { name: 'Ada', ...settings }, { Cookie: cookie });
    expect(response.status).toBe(200);
    expect(stage.game.started).toEqual([{ channelId: 'web:lobby', host: you, settings }]);
  });

  it('AnswersUnderTheUserIdOfTheCookieWhateverTheBodySays', async () => {
    const { cookie, you } = await join();
    const answer = { gameId: 'game-1', round: 1, choice: 2 };
    const body = { name: 'Ada', ...answer, userId: 'web:somebody-else' };
    const response = await stage.post('/api/rooms/lobby/answer', body, { Cookie: cookie });
    expect(await response.json()).toEqual({ status: 'accepted', correct: true, points: 700 });
    expect(stage.game.answers).toEqual([{ channelId: 'web:lobby', answer: { ...you, ...answer } }]);
  });

  it.each([
    ['start', { rounds: 0 }],
    ['start', { rounds: 51 }],
    ['start', { rounds: 2.5 }],
    ['start', { rounds: '3' }],
    ['start', { roundSeconds: 4 }],
    ['start', { roundSeconds: 61 }],
    ['start', { pauseSeconds: 1 }],
    ['answer', { gameId: 'game-1', round: 1, choice: 4 }],
    ['answer', { gameId: 'game-1', round: 1, choice: -1 }],
    ['answer', { gameId: 'game-1', round: 0, choice: 1 }],
    ['answer', { gameId: '__proto__ {}', round: 1, choice: 1 }],
    ['answer', { round: 1, choice: 1 }],
    ['stop', {}],
  ])('RefusesTo %s with %j', async (action, body) => {
    const { cookie } = await join();
    const response = await stage.post(`/api/rooms/lobby/${action}`, { name: 'Ada', ...body }, { Cookie: cookie });
    const { status, message } = await refusal(response);
    expect(status).toBe(400);
    expect(message).toMatch(/\.$/);
    expect([stage.game.started, stage.game.answers, stage.game.stops]).toEqual([[], [], []]);
  });

  it.each(['start', 'answer', 'stop'])('RefusesTo %s for a browser that never joined', async (action) => {
    const body = { name: 'Ada', gameId: 'game-1', round: 1, choice: 1 };
    expect((await stage.post(`/api/rooms/lobby/${action}`, body)).status).toBe(401);
  });

  it.each([
    ['GAME_RUNNING', 409],
    ['NO_GAME', 404],
    ['NOT_ALLOWED', 403],
    ['GAME_CLOSING', 503],
  ] as const)('TellsTheRefusal %s with status %d and its message', async (code, status) => {
    const { cookie } = await join();
    stage.game.failure = new GameError(code, 'The reason.');
    const response = await stage.post('/api/rooms/lobby/start', { name: 'Ada' }, { Cookie: cookie });
    expect(await refusal(response)).toEqual({ status, message: 'The reason.' });
  });

  it('StopsTheGameThatIsMeantAndNoOther', async () => {
    const { cookie, you } = await join();
    stage.game.current = viewIn('web:lobby', you);
    await stage.post('/api/rooms/lobby/stop', { name: 'Ada', gameId: 'an-earlier-one' }, { Cookie: cookie });
    expect(stage.game.stops).toEqual([]);
    await stage.post('/api/rooms/lobby/stop', { name: 'Ada', gameId: 'game-1' }, { Cookie: cookie });
    expect(stage.game.stops).toEqual([{ channelId: 'web:lobby', by: you }]);
  });
});

describe('Requests of other sites', () => {
  it.each([
    [{ Origin: 'https://elsewhere.example' }, 403],
    [{ Origin: 'null' }, 403],
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Sec-Fetch-Site': 'same-site' }, 403],
    [{ 'Content-Type': 'text/plain' }, 415],
    [{ 'Content-Type': 'application/x-www-form-urlencoded' }, 415],
  ] as [Record<string, string>, number][])('AreRefused: %j', async (headers, status) => {
    expect((await stage.post('/api/rooms/lobby/join', { name: 'Ada' }, headers)).status).toBe(status);
  });
});

describe('Ways to play', () => {
  const answerIn = async (body: object) => {
    const { cookie } = await join();
    return stage.post(
      '/api/rooms/lobby/answer',
      { name: 'Ada', gameId: 'game-1', round: 1, ...body },
      { Cookie: cookie },
    );
  };

  it('PassesAModeOn', async () => {
    const { cookie } = await join();
    expect(
      (await stage.post('/api/rooms/lobby/start', { name: 'Ada', mode: 'daily' }, { Cookie: cookie })).status,
    ).toBe(200);
    expect(stage.game.started).toMatchObject([{ settings: { mode: 'daily' } }]);
  });

  it('RefusesAModeThatThereIsNot', async () => {
    const { cookie } = await join();
    const refused = await stage.post('/api/rooms/lobby/start', { name: 'Ada', mode: 'sung' }, { Cookie: cookie });
    expect(await refusal(refused)).toEqual({ status: 400, message: 'mode is one of choices, typed, daily.' });
  });

  it('TakesATypedAnswer', async () => {
    stage.game.outcome = { status: 'wrong-guess', guessesLeft: 4 };
    const response = await answerIn({ text: 'Zoë' });
    expect([response.status, await response.json()]).toEqual([200, { status: 'wrong-guess', guessesLeft: 4 }]);
    expect(stage.game.answers).toMatchObject([{ answer: { text: 'Zoë' } }]);
  });

  it.each([
    [{}],
    [{ text: ' ' }],
    [{ text: 'x'.repeat(101) }],
    [{ text: 7 }],
    [{ text: 'Zoë', choice: 1 }],
    [{ choice: 4 }],
  ])('RefusesAnAnswerThatIsNeitherOneNorTheOther: %j', async (body) => {
    expect((await answerIn(body)).status).toBe(400);
    expect(stage.game.answers).toEqual([]);
  });

  it.each(['SETTING_FIXED', 'WRONG_KIND_OF_ANSWER'] as const)('TellsWhy: %s', async (code) => {
    stage.game.failure = new GameError(code, 'That is not how it is played.');
    expect(await refusal(await answerIn({ choice: 1 }))).toEqual({
      status: 400,
      message: 'That is not how it is played.',
    });
  });
});
