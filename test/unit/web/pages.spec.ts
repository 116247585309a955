import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { securityHeaders } from '../../../src/web/security-headers.js';
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
});

describe('The leaderboard', () => {
  it.each(['sortBy=secret', 'limit=0', 'limit=101', 'limit=x'])('RefusesTheQuestion %s', async (query) => {
    expect((await get(`/api/leaderboard?${query}`)).status).toBe(400);
  });

  it('ShowsFiguresButNotTheHistoryOfGames', async () => {
    const figures = { totalGames: 1, totalWins: 1, totalScore: 9, averageScore: 9, bestScore: 9, accuracyRate: 100 };
    const answers = { totalCorrectAnswers: 1, totalIncorrectAnswers: 0, totalAnswers: 1 };
    stage.game.board = [{ userId: 'web:a', username: 'Ada', rank: 1, ...figures, ...answers, gamesHistory: [] }];
    const { players } = (await (await get('/api/leaderboard?sortBy=bestScore&limit=5')).json()) as {
      players: object[];
    };
    expect(players).toEqual([{ userId: 'web:a', username: 'Ada', rank: 1, ...figures, ...answers }]);
  });
});
