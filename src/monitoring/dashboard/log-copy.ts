/**
 * A log as the bytes of a file that can be put back. Made from its entries and not from the file, so that it is whole
 * whatever is appended or compacted meanwhile, every line was verified on the way, and any engine can be copied.
 */
import { crc32 } from 'node:zlib';
import type { LogEntry } from '../../storage/index.js';

/** Lines with checksums of their own that chain from the first byte; see docs/format.md. */
export async function* linesOf(entries: AsyncIterable<LogEntry>): AsyncGenerator<Buffer> {
  let chain = 0;
  for await (const entry of entries) {
    const line = lineOf(entry, (text) => crc32(text, chain));
    chain = crc32(line, chain);
    yield line;
  }
}

function lineOf(entry: LogEntry, crcOf: (text: Buffer) => number): Buffer {
  const { timestamp, op, key, value, data, state, compactedAt, meta, seq } = entry;
  const text = JSON.stringify({ timestamp, op, key, value, data, state, compactedAt, meta, seq });
  // A line of the reference bot, which has neither seq nor checksum.
  if (seq === undefined) return Buffer.from(`${text}\n`);
  const upToCrc = Buffer.from(`${text.slice(0, -1)},"crc":"`);
  return Buffer.concat([upToCrc, Buffer.from(`${crcOf(upToCrc).toString(16).padStart(8, '0')}"}\n`)]);
}
