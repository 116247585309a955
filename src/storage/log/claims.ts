/** What damaged bytes still say of themselves; none of it is proven. */
import { EDGE_BYTES } from './format.js';
import { stringEnd } from './json-scan.js';

const SEQ = Buffer.from('"seq":');
/** A seq, and enough of what follows it. */
const CLAIM_BYTES = 96;

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
  const seq = claimedSeq(buffer, start, end);
  const bytes = buffer.subarray(start, end);
  return {
    time,
    key: claimedKey(buffer, start, end),
    seq,
    engineMade: seq !== undefined || bytes.includes('"crc":"') || bytes.includes(',"seq":'),
  };
}

/**
 * The newest seq that ends a line anywhere in the bytes: where blocks were moved, lines stand inside of others. A seq
 * may also be a member of a value; then another member follows it, or the value ends.
 */
function claimedSeq(buffer: Buffer, start: number, end: number): number | undefined {
  let newest: number | undefined;
  for (let at = buffer.indexOf(SEQ, start); at >= 0 && at < end; at = buffer.indexOf(SEQ, at + SEQ.length)) {
    const behind = buffer.toString('latin1', at + SEQ.length, Math.min(end, at + SEQ.length + CLAIM_BYTES));
    const digits = /^(\d{1,15})(?!\d)(?![}\]]|,"(?!crc":")[^"\\]*":)/.exec(behind)?.[1];
    if (digits !== undefined) newest = Math.max(newest ?? 0, Number(digits));
  }
  return newest;
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
