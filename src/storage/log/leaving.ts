/** What is left beside a log that is closed cleanly. None of it is needed: a failure costs a later check, and no data. */

import type { LogEnd } from './batch-encoder.js';
import { crcDigits } from './crc.js';
import { writeIndexFile } from './index-file.js';
import type { ImagedLog } from './index-image.js';
import type { KeyIndex } from './key-index.js';
import type { LogContext } from './log-context.js';
import type { MainFile } from './main-file.js';
import { writeSeal } from './seal.js';
import type { StatePages } from './state-pages.js';

/** Of an open log, what stays the same until it is opened again. */
interface LeftLog extends Omit<ImagedLog, 'seq' | 'bytes' | 'chain' | 'timestamp'> {
  readonly context: LogContext;
  readonly end: LogEnd;
  readonly index: KeyIndex;
  readonly mainFile: MainFile;
  readonly statePages: StatePages | undefined;
  readonly writer: { ready(): Promise<void> };
}

/** How far the log went. */
export async function leaveSeal({ context, end, mainFile, writer }: LeftLog): Promise<void> {
  const { disk, paths, logger } = context;
  const { seq, offset, chain } = end;
  const main = mainFile.seq === seq ? mainFile.proof : undefined;
  try {
    await writer.ready();
    await writeSeal(disk, paths.seal, { seq, bytes: offset, crc: crcDigits(chain), ...(main && { main }) });
  } catch (error) {
    logger.warn(`${paths.seal} was not written: ${(error as Error).message}`);
  }
}

/** What opening would otherwise find by reading the log. */
export async function leaveIndex(log: LeftLog): Promise<void> {
  const { disk, paths, options, logger } = log.context;
  const { offset: bytes, chain, seq, timestamp } = log.end;
  if (!options.indexFile || bytes < options.indexFile.fromBytes) return;
  const { entries, firstSeq, lines, lastEntryAt, checkpointBytes, unprovenEnd } = log;
  const imaged = { seq, bytes, chain, timestamp, entries, firstSeq, lines, lastEntryAt, checkpointBytes, unprovenEnd };
  try {
    await writeIndexFile(disk, paths.index, { log: imaged, index: log.index, pages: log.statePages });
  } catch (error) {
    logger.warn(`${paths.index} was not written: ${(error as Error).message}`);
  }
}
