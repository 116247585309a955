/** Addresses of files on IPFS, and of the gateways that serve them. Pure. */

/** The hash that names a file or folder, in its usual spellings: base58 from the first version, later any of four. */
const CID = /^(Qm[1-9A-HJ-NP-Za-km-z]{44}|b[a-z2-7]{20,}|z[1-9A-HJ-NP-Za-km-z]{20,}|k[a-z0-9]{20,}|f[0-9a-f]{20,})$/;
const IP_ADDRESS = /^(\[[0-9a-f:]+\]|\d+\.\d+\.\d+\.\d+)$/;

/**
 * The file as every gateway knows it, `<cid>` or `<cid>/<path>`, whether it is named by `ipfs://` or by its address at
 * any gateway; undefined for everything that is not on IPFS.
 */
export function ipfsPath(uri: string): string | undefined {
  const native = /^ipfs:\/\/(?:ipfs\/)?([^?#]+)/i.exec(uri.trim())?.[1];
  if (native !== undefined) return joined(native.split('/'));
  if (!/^https?:\/\//i.test(uri) || !URL.canParse(uri)) return undefined;
  const { hostname, pathname } = new URL(uri);
  const segments = pathname.split('/').slice(1);
  // A gateway of the kind that gives each file a host name of its own.
  const [label = '', mark] = hostname.split('.');
  if (mark === 'ipfs' && CID.test(label)) return joined([label, ...segments]);
  const place = segments.findIndex((segment, i) => CID.test(segment) && (i === 0 || segments[i - 1] === 'ipfs'));
  return place < 0 ? undefined : joined(segments.slice(place));
}

/** The address of a file at a gateway. */
export function gatewayUrl(gateway: string, path: string): string {
  return `${gateway}/ipfs/${path}`;
}

/** A gateway's base as this room keeps it, without a slash at its end; undefined for what is none. */
export function gatewayOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  if (search || hash || username || password) return undefined;
  // Gateways are quoted with and without the folder in which the files are.
  return `${origin}${pathname}`.replace(/\/+$/, '').replace(/\/ipfs$/, '');
}

/** Whether an address lies at a gateway, or at one of the host names that it gives to files. */
export function isAtGateway(url: string, gateway: string): boolean {
  const [asked, base] = [new URL(url), new URL(gateway)];
  if (asked.protocol !== base.protocol && asked.protocol !== 'https:') return false;
  return asked.host === base.host || asked.host.endsWith(`.ipfs.${base.host}`);
}

/** The origins that pictures of these gateways come from, as the policy of a web page has them. */
export function imageSourcesOf(gateways: readonly string[]): string[] {
  const sources = gateways.flatMap((gateway) => {
    const { protocol, host, hostname, origin } = new URL(gateway);
    const hasSubdomains = !IP_ADDRESS.test(hostname);
    return hasSubdomains ? [origin, `${protocol}//*.ipfs.${host}`] : [origin];
  });
  return [...new Set(sources)];
}

/** Undefined where the first segment is no hash, or a segment would climb out of the file's folder. */
function joined(segments: readonly string[]): string | undefined {
  const [cid = '', ...path] = segments;
  if (!CID.test(cid) || path.some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) return undefined;
  const encoded = path.map((segment) => encodeURIComponent(decoded(segment)));
  return [cid, ...encoded].join('/').replace(/\/+$/, '');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
