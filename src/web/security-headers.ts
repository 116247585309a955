/** Injection token of the origins that pictures may come from beside this server, as `img-src` of a policy has them. */
export const IMAGE_SOURCES = Symbol('IMAGE_SOURCES');

/** Everything the page needs comes from this server, but for pictures; nothing else may be loaded, run or framed. */
function pagePolicy(imageSources: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    ["img-src 'self'", ...imageSources].join(' '),
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** An artwork may style itself and do nothing more, even when it is opened as a page of its own. */
export const ARTWORK_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const IMAGE_SOURCE = /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d+)?$|^https?:\/\/\[[0-9a-f:]+\](:\d+)?$/;

/** Whether a browser that keeps the policy loads a picture: one of this server's, or of a source. */
export function mayLoad(imageUrl: string, imageSources: readonly string[]): boolean {
  if (imageUrl.startsWith('/')) return !imageUrl.startsWith('//');
  if (!URL.canParse(imageUrl)) return false;
  const { origin, protocol, host } = new URL(imageUrl);
  return imageSources.some((source) => {
    const [scheme, name = ''] = source.split('//');
    return name.startsWith('*.') ? scheme === protocol && host.endsWith(name.slice(1)) : source === origin;
  });
}

interface ResponseWithHeaders {
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
}

/**
 * Middleware for every route of the room: the strict policy, unless the route sets another.
 * @param imageSources origins of pictures, such as `https://ipfs.io` or `https://*.ipfs.dweb.link`
 * @throws TypeError for one that would say more than that in a policy
 */
export function securityHeaders(
  imageSources: readonly string[],
): (request: unknown, response: ResponseWithHeaders, next: () => void) => void {
  for (const source of imageSources) {
    if (!IMAGE_SOURCE.test(source)) throw new TypeError(`"${source}" is no origin that pictures can come from.`);
  }
  const policy = pagePolicy(imageSources);
  return (_request, response, next) => {
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.removeHeader('X-Powered-By');
    next();
  };
}
