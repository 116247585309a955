/** The chained checksum of docs/format.md: zlib's CRC-32 over every byte of the file so far. */
import { crc32 } from 'node:zlib';

/** Extends `chain`, the CRC-32 of all bytes before, by `bytes`. */
export function extendCrc(chain: number, bytes: Uint8Array): number {
  return crc32(bytes, chain);
}

const HEX = '0123456789abcdef';

/** Eight lower-case hex digits. */
export function crcDigits(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, '0');
}

/** Writes the eight digits of `crc` into `buffer` at `at`. */
export function writeCrcDigits(buffer: Uint8Array, at: number, crc: number): void {
  for (let i = 0; i < 8; i += 1) buffer[at + i] = HEX.charCodeAt((crc >>> (28 - 4 * i)) & 15);
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

/** The chain behind a line whose own checksum is `crc`: digits, closing and newline included. */
export function chainAfter(crc: number): number {
  return crc32(LINE_END, crc32(crcDigits(crc), crc));
}
