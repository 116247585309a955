import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, UnauthorizedException } from '@nestjs/common';

/** Short ones are guessed. */
const TOKEN_CHARS_MIN = 8;

interface AskingRequest {
  headers: Record<string, string | string[] | undefined>;
}

interface ResponseWithHeaders {
  setHeader(name: string, value: string): unknown;
}

/**
 * Lets in who knows a token, as `Authorization: Bearer <token>` or as the password of basic authentication with any name.
 * Browsers ask for the latter themselves and send it with every request, an event stream too. The token crosses the
 * network as it is: beyond this machine, put TLS in front.
 * @publicApi
 */
export class TokenGuard implements CanActivate {
  readonly #digest: Buffer;

  /** @throws TypeError for a token of fewer than 8 characters, or with a space in it */
  constructor(token: string) {
    if (typeof token !== 'string' || token.length < TOKEN_CHARS_MIN || /\s/.test(token)) {
      throw new TypeError(`Expected \`token\` to be ${TOKEN_CHARS_MIN} characters or more without spaces`);
    }
    this.#digest = digestOf(token);
  }

  /** @throws UnauthorizedException that makes a browser ask */
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<AskingRequest>();
    const given = tokenIn(headers.authorization);
    // Digests have one length, so that the comparison tells nothing of the token's.
    if (given !== undefined && timingSafeEqual(digestOf(given), this.#digest)) return true;
    const response = context.switchToHttp().getResponse<ResponseWithHeaders>();
    response.setHeader('WWW-Authenticate', 'Basic realm="append-log", charset="UTF-8"');
    throw new UnauthorizedException('The token is missing or wrong.');
  }
}

function tokenIn(authorization: string | string[] | undefined): string | undefined {
  const [scheme, credentials] = typeof authorization === 'string' ? authorization.split(/ +/, 2) : [];
  if (credentials === undefined) return undefined;
  if (scheme?.toLowerCase() === 'bearer') return credentials;
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : pair.slice(colon + 1);
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
