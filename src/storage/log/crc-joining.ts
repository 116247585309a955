/**
 * The CRC-32 of two pieces of a file together, from that of each: so pieces have checksums of their own and the chain
 * over all of them costs no second pass. As zlib's crc32_combine: behind n more bytes a checksum is multiplied by x^8n
 * modulo the polynomial; bits are reflected, so that x^0 is the highest.
 */
import { POLYNOMIAL } from './crc.js';

const ONE = 0x80000000;
/** x^8: one byte more. */
const BYTE = 0x00800000;

function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product >>> 0;
}

/** x^8n, by squaring. */
function power(bytes: number): number {
  let result = ONE;
  let square = BYTE;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** @param length bytes of the second piece */
export function joinCrcs(first: number, second: number, length: number): number {
  return (multiply(power(length), first) ^ second) >>> 0;
}

/** As `joinCrcs`, for second pieces of one length: a look in four tables for each. */
export function crcJoiner(length: number): (first: number, second: number) => number {
  const shift = power(length);
  const tables = [0, 8, 16, 24].map((low) =>
    Uint32Array.from({ length: 256 }, (_, byte) => multiply(shift, (byte << low) >>> 0)),
  );
  const [a, b, c, d] = tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  return (first, second) =>
    ((a[first & 255] as number) ^
      (b[(first >>> 8) & 255] as number) ^
      (c[(first >>> 16) & 255] as number) ^
      (d[first >>> 24] as number) ^
      second) >>>
    0;
}
