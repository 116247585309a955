/** Writes the files anew in which former entries of a log are kept, with other lines in the place of some. */
import { posix } from 'node:path';
import { extendCrc, writeCrcDigits } from './crc.js';
import { LogError } from './errors.js';
import { type OpenFile, replaceFile } from './file-system.js';
import { NEWLINE, readTail } from './format.js';
import type { LogContext } from './log-context.js';
import type { ErasureReceipt } from './log-engine.js';
import { backupsIn } from './log-name.js';
import { readLines } from './log-reader.js';
import type { LineScrubber } from './scrubbing.js';

/** @returns the files that were rewritten, each with the number of lines that changed */
export async function rewriteHistory(context: LogContext, scrub: LineScrubber): Promise<ErasureReceipt['files']> {
  const { disk, paths } = context;
  const files: ErasureReceipt['files'] = [];
  for (const { fileName, unixMs } of backupsIn(await disk.list(paths.directory), paths.name)) {
    const lines = await rewriteBackup(context, paths.backup(unixMs), scrub);
    if (lines > 0) files.push({ file: posix.join('logs', fileName), lines });
  }
  return files;
}

async function rewriteBackup({ disk }: LogContext, path: string, scrub: LineScrubber): Promise<number> {
  const source = await disk.open(path, 'read');
  try {
    const size = await source.size();
    let lines = 0;
    for await (const { bytes } of readLines(source, size)) if (scrub(bytes)) lines += 1;
    if (lines > 0) await replaceFile(disk, path, (target) => copyScrubbed(source, size, target, scrub));
    return lines;
  } finally {
    await source.close();
  }
}

async function copyScrubbed(source: OpenFile, size: number, target: OpenFile, scrub: LineScrubber): Promise<void> {
  const chains = { old: 0, now: 0 };
  let at = 0;
  for await (const { bytes, offset, line } of readLines(source, size)) {
    const tail = readTail(bytes, 0, bytes.length);
    if (tail && extendCrc(chains.old, bytes.subarray(0, tail.crcAt)) !== tail.crc)
      throw damaged(source.path, line, offset);
    chains.old = extendCrc(chains.old, Buffer.concat([bytes, END_OF_LINE]));
    const written = Buffer.concat([scrub(bytes) ?? bytes, END_OF_LINE]);
    rechain(written, chains);
    await target.write(written, 0, written.length, at);
    at += written.length;
  }
}

const END_OF_LINE = Buffer.from([NEWLINE]);

/** Gives a line the checksum that it has behind the bytes that stand before it now. */
function rechain(line: Buffer, chains: { now: number }): void {
  const tail = readTail(line, 0, line.length - 1);
  if (tail) writeCrcDigits(line, tail.crcAt, extendCrc(chains.now, line.subarray(0, tail.crcAt)));
  chains.now = extendCrc(chains.now, line);
}

function damaged(file: string, line: number, offset: number): LogError {
  return new LogError('LOG_CORRUPT', `${file}:${line} (line ${line}, byte ${offset}) is damaged.`, {
    file,
    line,
    offset,
  });
}
