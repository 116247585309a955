/**
 * Who a browser is. The server keeps no sessions: a browser holds a random token in a cookie that scripts cannot
 * read, and its public userId is a hash of that token. So nobody can answer for somebody else by knowing a userId,
 * and everybody is still themselves after the server restarts.
 */

import { createHash, randomBytes } from 'node:crypto';

const COOKIE_NAME = 'nal_player';
const COOKIE_MAX_AGE_SECONDS = 400 * 24 * 60 * 60; // The longest that browsers keep one.
const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** A token that nobody can guess. */
export function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** The public name of a token's holder, in logs and on other players' screens; does not lead back to the token. */
export function userIdOf(token: string): string {
  const hash = createHash('sha256').update('nest-append-log web player\n').update(token).digest('hex');
  return `web:${hash.slice(0, 32)}`;
}

/** The player's token in a `Cookie` header, unless it is missing or misshapen. */
export function tokenFromCookies(header: string | undefined): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const separator = pair.indexOf('=');
    if (pair.slice(0, separator).trim() !== COOKIE_NAME) continue;
    const token = pair.slice(separator + 1).trim();
    if (TOKEN.test(token)) return token;
  }
  return undefined;
}

/** The `Set-Cookie` header that gives a browser its token. No `Secure`: the page is played over http on a LAN, too. */
export function cookieFor(token: string): string {
  return `${COOKIE_NAME}=${token}; Path=/; Max-Age=${COOKIE_MAX_AGE_SECONDS}; HttpOnly; SameSite=Strict`;
}
