import {
  CanActivate,
  ExecutionContext,
  ForbiddenException,
  Injectable,
  UnsupportedMediaTypeException,
} from '@nestjs/common';

interface RequestWithHeaders {
  method: string;
  headers: { [name: string]: string | string[] | undefined };
}

/**
 * Lets only the page itself change anything. Another site can make a browser send us a form, but cannot give it
 * our origin, nor send JSON without our leave. Programs that are no browsers send none of these headers and may pass.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<RequestWithHeaders>();
    if (request.method === 'GET' || request.method === 'HEAD') return true;
    if (isFromElsewhere(request.headers)) throw new ForbiddenException('Requests from other sites are refused.');
    const type = String(request.headers['content-type'] ?? '');
    if (type.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
      throw new UnsupportedMediaTypeException('Send application/json.');
    }
    return true;
  }
}

function isFromElsewhere(headers: RequestWithHeaders['headers']): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const origin = headers.origin;
  if (origin === undefined) return false;
  // A sandboxed page has the origin "null", which no URL has.
  return !URL.canParse(String(origin)) || new URL(String(origin)).host !== headers.host;
}
