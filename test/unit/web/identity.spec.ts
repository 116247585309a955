import { describe, expect, it } from '@jest/globals';
import { cookieFor, createToken, tokenFromCookies, userIdOf } from '../../../src/web/identity.js';

describe('The identity of a browser', () => {
  it('IsTheSameForTheSameTokenAfterARestart', () => {
    const token = createToken();
    expect(userIdOf(token)).toBe(userIdOf(token));
    expect(userIdOf('A'.repeat(43))).toBe('web:c550f86045bef4c6a8d9ff9ca739dfda');
  });

  it('DiffersForEveryTokenAndDoesNotContainIt', () => {
    const tokens = Array.from({ length: 200 }, createToken);
    expect(new Set(tokens.map(userIdOf)).size).toBe(200);
    for (const token of tokens) expect(userIdOf(token)).not.toContain(token.slice(0, 8));
  });

  it('IsKeptInACookieThatScriptsAndOtherSitesCannotUse', () => {
    const cookie = cookieFor(createToken());
    expect(cookie).toMatch(/; HttpOnly(;|$)/);
    expect(cookie).toMatch(/; SameSite=Strict(;|$)/);
    expect(cookie).toMatch(/; Path=\/(;|$)/);
  });

  it('IsReadBackFromAmongOtherCookies', () => {
    const token = createToken();
    const [pair] = cookieFor(token).split(';');
    expect(tokenFromCookies(`theme=dark; ${pair}; a=b=c`)).toBe(token);
  });

  it.each([undefined, '', 'nal_player', 'nal_player=', 'nal_player=short', `x_nal_player=${'A'.repeat(43)}`])(
    'IsUnknownForTheCookieHeader %p',
    (header) => {
      expect(tokenFromCookies(header)).toBeUndefined();
    },
  );

  it('IsUnknownForATokenOfTheWrongShape', () => {
    expect(tokenFromCookies(`nal_player=${'A'.repeat(42)}`)).toBeUndefined();
    expect(tokenFromCookies(`nal_player=${'A'.repeat(42)}"`)).toBeUndefined();
    expect(tokenFromCookies(`nal_player=${'A'.repeat(4_000)}`)).toBeUndefined();
  });
});
