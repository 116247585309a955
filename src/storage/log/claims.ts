/** What damaged bytes still say of themselves; none of it is proven. */
import { EDGE_BYTES } from './format.js';
import { stringEnd } from './json-scan.js';

export interface Claims {
  time: string | undefined;
  key: string | undefined;
  seq: number | undefined;
  /** They carry the marks of a line that this engine wrote. */
  engineMade: boolean;
}

/** @param end where the line's newline stands, or should */
export function claimsOf(buffer: Buffer, start: number, end: number): Claims {
  const head = buffer.toString('latin1', start, Math.min(end, start + EDGE_BYTES));
  const time = /^\{"timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"/.exec(head)?.[1];
  const foot = buffer.toString('latin1', Math.max(start, end - EDGE_BYTES), end);
  const seq = /"seq":(\d{1,15})[^{}]{0,24}\}?$/.exec(foot)?.[1];
  const bytes = buffer.subarray(start, end);
  return {
    time,
    key: claimedKey(buffer, start, end),
    seq: seq === undefined ? undefined : Number(seq),
    engineMade: seq !== undefined || bytes.includes('"crc":"') || bytes.includes(',"seq":'),
  };
}

function claimedKey(buffer: Buffer, start: number, end: number): string | undefined {
  const at = buffer.indexOf('"key":"', start, 'latin1');
  if (at < 0 || at >= Math.min(end, start + EDGE_BYTES)) return undefined;
  const close = stringEnd(buffer, at + 6, end);
  if (close < 0) return undefined;
  try {
    return JSON.parse(buffer.toString('utf8', at + 6, close)) as string;
  } catch {
    return undefined;
  }
}
