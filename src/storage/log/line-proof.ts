/**
 * The proof that a SET line carries around its member: the digits of the line before it, which stand right before it,
 * and its own. So a single value can be verified when it is read, however long ago the log was opened. A member of a
 * CHECKPOINT has no such proof of its own.
 */
import { chainAfter, extendCrc, readCrcDigits } from './crc.js';
import { lineShape, NEWLINE, readTail, SET_KEY_AT } from './format.js';

/** How the line before ends, around its eight digits. */
const OPENING = ',"crc":"';
const CLOSING = '"}\n';
const BEFORE_LINE = OPENING.length + 8 + CLOSING.length;
/** Bytes before a member and behind it that its proof needs. */
export const PROOF_BEFORE = SET_KEY_AT + BEFORE_LINE;
export const PROOF_BEHIND = 48;

/**
 * @param bytes the member at `at`, and as many of the bytes around it as there are
 * @param isFirst whether `bytes` begin where the file does
 * @returns undefined where the member has no proof
 */
export function verifiesMember(bytes: Buffer, at: number, length: number, isFirst: boolean): boolean | undefined {
  const start = at - SET_KEY_AT;
  if (start < 0 || lineShape(bytes, start) !== 'set') return undefined;
  const before = start - BEFORE_LINE;
  let chain = 0;
  if (start > 0 || !isFirst) {
    const digits = before >= 0 ? digitsAt(bytes, before) : -1;
    // A line of the reference bot, or a blank one, stands before it.
    if (digits < 0) return undefined;
    chain = chainAfter(digits);
  }
  const end = bytes.indexOf(NEWLINE, at + length);
  const tail = end < 0 ? undefined : readTail(bytes, start, end);
  if (tail?.seqAt !== at + length) return false;
  return extendCrc(chain, bytes.subarray(start, tail.crcAt)) === tail.crc;
}

/** The digits of the line whose end begins at `at`; -1 where no line of this engine ends there. */
function digitsAt(bytes: Buffer, at: number): number {
  const digitsAt = at + OPENING.length;
  if (bytes.toString('latin1', at, digitsAt) !== OPENING) return -1;
  if (bytes.toString('latin1', digitsAt + 8, at + BEFORE_LINE) !== CLOSING) return -1;
  return readCrcDigits(bytes, digitsAt);
}
