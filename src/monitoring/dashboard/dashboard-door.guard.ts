import { CanActivate, ExecutionContext, ForbiddenException, Inject, Injectable } from '@nestjs/common';
import { strangeness } from '../loopback.js';
import { DASHBOARD_OPTIONS, type ResolvedDashboardOptions } from './dashboard.options.js';

interface ArrivingRequest {
  method: string;
  headers: Record<string, string | string[] | undefined>;
  socket?: { remoteAddress?: string };
}

interface ResponseWithHeaders {
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
}

/** Everything comes from this server; no text ever becomes markup or a script; nobody frames the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/**
 * The first guard of every route of the dashboard. Sets the headers that each answer has, refusals too: guards run behind
 * every middleware, so that nothing of the application replaces them. Then refuses what other sites send, and where the
 * dashboard has no guards of its own, everything that does not come from this machine.
 */
@Injectable()
export class DashboardDoor implements CanActivate {
  constructor(@Inject(DASHBOARD_OPTIONS) private readonly options: ResolvedDashboardOptions) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<ArrivingRequest>();
    const response = context.switchToHttp().getResponse<ResponseWithHeaders>();
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    // An application that shares itself with other origins does not share its logs.
    response.removeHeader('Access-Control-Allow-Origin');
    response.removeHeader('X-Powered-By');
    const why =
      this.options.guards.length > 0 ? undefined : strangeness(request.socket?.remoteAddress, request.headers);
    if (why !== undefined)
      throw new ForbiddenException(`The request is refused: ${why}, and the dashboard has no guards.`);
    if (isFromElsewhere(request)) throw new ForbiddenException('Requests from other sites are refused.');
    return true;
  }
}

/**
 * Whether another site's page asks. Programs that are no browsers send none of these headers and are no other site's.
 * Following a link from elsewhere is fine; only the page answers with something that a browser shows by itself.
 */
export function isFromElsewhere({ method, headers }: Pick<ArrivingRequest, 'method' | 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  const isLink =
    method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (site !== undefined) return site !== 'same-origin' && site !== 'none' && !isLink;
  // Browsers leave the former out where the connection is not secure. A sandboxed page has the origin "null".
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(String(origin)) || new URL(String(origin)).host !== host;
}
