/** Everything the page needs comes from this server, and nothing else may be loaded, run or framed. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** An artwork may style itself and do nothing more, even when it is opened as a page of its own. */
export const ARTWORK_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

interface ResponseWithHeaders {
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
}

/** Middleware for every route of the room: the strict policy, unless the route sets another. */
export function securityHeaders(_request: unknown, response: ResponseWithHeaders, next: () => void): void {
  response.setHeader('Content-Security-Policy', PAGE_POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.removeHeader('X-Powered-By');
  next();
}
