/** A line of JSON that ends in the CRC-32 of itself, as those files have that are not lines of a log. */
import { crcDigits, extendCrc } from './crc.js';

/** @returns the object as JSON text, with the member `proof` behind all others */
export function proven(object: object): string {
  const text = JSON.stringify(object);
  return `${text.slice(0, -1)},"proof":"${proofOf(text)}"}`;
}

/** The object without its proof; undefined for any other text, and where the proof says that it is not whole. */
export function readProven<T>(text: string): T | undefined {
  const match = /^(\{.*),"proof":"([0-9a-f]{8})"\}$/.exec(text);
  if (!match || proofOf(`${match[1]}}`) !== match[2]) return undefined;
  return JSON.parse(`${match[1]}}`) as T;
}

function proofOf(text: string): string {
  return crcDigits(extendCrc(0, Buffer.from(text)));
}
