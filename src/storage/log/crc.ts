/** The chained checksum of docs/format.md: zlib's CRC-32 over every byte of the file so far. */
import { crc32 } from 'node:zlib';

/** Extends `chain`, the CRC-32 of all bytes before, by `bytes`. */
export function extendCrc(chain: number, bytes: Uint8Array): number {
  return crc32(bytes, chain);
}

const HEX = Buffer.from('0123456789abcdef', 'latin1');
/** The two digits of each byte. */
const BYTE_DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Eight lower-case hex digits. */
export function crcDigits(crc: number): string {
  const [a, b, c, d] = [crc >>> 24, (crc >>> 16) & 255, (crc >>> 8) & 255, crc & 255];
  return `${BYTE_DIGITS[a]}${BYTE_DIGITS[b]}${BYTE_DIGITS[c]}${BYTE_DIGITS[d]}`;
}

/** Writes the eight digits of `crc` into `buffer` at `at`. */
export function writeCrcDigits(buffer: Uint8Array, at: number, crc: number): void {
  for (let i = 0; i < 8; i += 1) buffer[at + i] = HEX[(crc >>> (28 - 4 * i)) & 15] as number;
}

/** Reads eight lower-case hex digits; -1 where they are not. */
export function readCrcDigits(buffer: Uint8Array, at: number): number {
  let crc = 0;
  for (let i = 0; i < 8; i += 1) {
    const byte = buffer[at + i] as number;
    let digit: number;
    if (byte >= 48 && byte <= 57) digit = byte - 48;
    else if (byte >= 97 && byte <= 102) digit = byte - 87;
    else return -1;
    crc = crc * 16 + digit;
  }
  return crc;
}

/** What stands between the digits of a line and the next line: its end is part of the chain. */
const LINE_END = Buffer.from('"}\n');

/** Of zlib's CRC-32, its bits reflected. */
export const POLYNOMIAL = 0xedb88320;

/** The checksum of each byte alone: eleven bytes are done before a call of zlib has begun. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** The chain behind a line whose own checksum is `crc`: digits, closing and newline included. */
export function chainAfter(crc: number): number {
  let chain = ~crc;
  for (let shift = 28; shift >= 0; shift -= 4) {
    const digit = HEX[(crc >>> shift) & 15] as number;
    chain = (chain >>> 8) ^ (TABLE[(chain ^ digit) & 255] as number);
  }
  for (const byte of LINE_END) chain = (chain >>> 8) ^ (TABLE[(chain ^ byte) & 255] as number);
  return ~chain >>> 0;
}
