import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RankedPlayer } from '../../../src/game/index.js';
import { mayLoad, securityHeaders } from '../../../src/web/security-headers.js';
import { openWebStage, type WebStage } from '../../support/web-stage.js';

let stage: WebStage;

beforeAll(async () => {
  stage = await openWebStage();
});

afterAll(async () => {
  await stage.close();
});

const get = (path: string) => fetch(`${stage.url}${path}`, { redirect: 'manual' });

describe('The page', () => {
  it.each(['/', '/r/lobby', '/assets/main.js', '/api/leaderboard', '/nowhere'])(
    'AllowsOnlyItsOwnFiles: %s',
    async (path) => {
      const policy = (await get(path)).headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
    },
  );

  it('LoadsEveryFileThatItNames', async () => {
    const html = await (await get('/')).text();
    const files = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) expect([file, (await get(file)).status]).toEqual([file, 200]);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|https?:\/\//);
  });

  it('ServesModulesAsJavaScriptAndAsksAgainEachTime', async () => {
    const response = await get('/assets/main.js');
    expect(response.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['/assets/nothing.js', '/assets/..%2f..%2fmain.js', '/assets/%2e%2e/web.module.js', '/assets/__proto__'])(
    'HasNoOtherFile: %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it.each([
    ['/r/Lobby', '/r/lobby'],
    ['/r/no_room', '/'],
    ['/r/%2F%2Felsewhere.example', '/'],
  ])('LeadsFrom %s to %s', async (path, target) => {
    const response = await get(path);
    expect([response.status, response.headers.get('location')]).toEqual([302, target]);
  });
});

describe('The policy of the page', () => {
  it('AllowsPicturesFromWhereTheWiringSays', async () => {
    const other = await openWebStage(['https://ipfs.io', 'https://*.ipfs.dweb.link']);
    const policy = (await fetch(other.url)).headers.get('content-security-policy');
    await other.close();
    expect(policy).toContain("; img-src 'self' https://ipfs.io https://*.ipfs.dweb.link; ");
    expect(policy?.replace(/img-src [^;]+; /, '')).not.toMatch(/unsafe|https?:|\*/);
  });

  it.each(["https://a.example; script-src 'unsafe-inline'", 'https://a.example https://b.example', '*', 'data:', ''])(
    'RefusesToTake %s',
    (source) => expect(() => securityHeaders([source])).toThrow(TypeError),
  );
});

describe('An artwork', () => {
  it('IsServedOnceAndForAllAndMayDoNothing', async () => {
    const { headers } = await get('/art/known.svg');
    expect(headers.get('content-type')).toMatch(/^image\/svg\+xml/);
    expect(headers.get('cache-control')).toContain('immutable');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'");
  });

  it('IsNotFoundWhenThereIsNone', async () => {
    const response = await get('/art/unknown.svg');
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBeNull();
  });

  it('HangsOnTheWallWithoutANameAndOnlyIfItIsServedHere', async () => {
    const wall = (await (await get('/api/wall')).json()) as { imageUrls: string[] };
    expect(wall.imageUrls.sort()).toEqual(['/art/a.svg', '/art/b.svg']);
  });

  it.each([
    ['/art/a.svg', true],
    ['//elsewhere.example/a.svg', false],
    ['https://ipfs.io/ipfs/x', true],
    ['http://ipfs.io/ipfs/x', false],
    ['https://ipfs.io.example/ipfs/x', false],
    ['https://x.ipfs.dweb.link/', true],
    ['https://ipfs.dweb.link/', false],
    ['https://xipfs.dweb.link/', false],
    ['data:image/png;base64,', false],
    ['no address', false],
  ])('MayBeLoadedUnderThePolicy: %s %p', (imageUrl, may) => {
    expect(mayLoad(imageUrl, ['https://ipfs.io', 'https://*.ipfs.dweb.link'])).toBe(may);
  });
});

describe('The leaderboard', () => {
  const figures = { totalGames: 1, totalWins: 1, totalScore: 9, averageScore: 9, bestScore: 9, accuracyRate: 100 };
  const answers = { totalCorrectAnswers: 1, totalIncorrectAnswers: 0, totalAnswers: 1 };
  const row = { userId: 'web:a', username: 'Ada', rank: 1, ...figures, ...answers };

  beforeEach(() => {
    stage.game.boards.length = 0;
  });

  it.each(['sortBy=secret', 'limit=0', 'limit=101', 'limit=x', 'period=year', 'serverId=', 'serverId=a%20b'])(
    'RefusesTheQuestion %s',
    async (query) => {
      expect((await get(`/api/leaderboard?${query}`)).status).toBe(400);
      expect(stage.game.boards).toEqual([]);
    },
  );

  it('IsThatOfAPeriodOfAServerOrOfAllTimeAndEverybody', async () => {
    stage.game.rows = [row];
    const asked = ['?period=week&serverId=123456789012345678&sortBy=bestScore&limit=5', ''];
    for (const query of asked) {
      expect(await (await get(`/api/leaderboard${query}`)).json()).toEqual({ players: [row] });
    }
    const everything = { period: 'week', serverId: '123456789012345678', sortBy: 'bestScore', limit: 5 };
    expect(stage.game.boards).toEqual([everything, {}]);
  });

  it('ShowsOnesOwnFiguresButNotTheHistoryOfGames', async () => {
    stage.game.stats = { ...row, gamesHistory: [], withdrawnGames: ['game-1'] };
    const joined = await stage.post('/api/rooms/lobby/join', { name: 'Ada' });
    const cookie = joined.headers.get('set-cookie')?.split(';')[0] ?? '';
    const me = (await (await fetch(`${stage.url}/api/me`, { headers: { Cookie: cookie } })).json()) as object;
    expect(me).toEqual({ userId: expect.stringMatching(/^web:/), stats: row });
    expect(await (await get('/api/me')).json()).toEqual({ userId: null, stats: null });
  });
});

describe('A player', () => {
  it('IsShownWithTheirGamesButNotTheNamesOfThose', async () => {
    const game = { date: '2026-01-01T00:00:00.000Z', score: 9, isWinner: true, correctAnswers: 1, incorrectAnswers: 0 };
    const figures = { userId: 'web:a', username: 'Ada', rank: 1 };
    const history = { gamesHistory: [{ ...game, gameId: 'g' }], withdrawnGames: ['h'] };
    stage.game.stats = { ...figures, ...history } as RankedPlayer;
    const response = await get('/api/players/web%3Aa');
    expect(await response.json()).toEqual({ userId: 'web:a', username: 'Ada', rank: 1, games: [game] });
    stage.game.stats = undefined;
    expect((await get('/api/players/nobody')).status).toBe(404);
  });

  it.each(['/p/web%3Aa', '/leaderboard'])('HasThePage %s', async (path) => {
    const response = await get(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });
});

describe('The daily challenge', () => {
  it('ShowsItsBoardAndNobodysStandingToAStranger', async () => {
    expect(await (await get('/api/daily')).json()).toMatchObject({
      day: '2026-01-01',
      players: [{ score: 700 }],
      you: null,
    });
  });
});
