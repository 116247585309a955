/**
 * Reads behind an opening that believed the index file, at leisure: is every byte of the log still what it was, and the
 * main file what the seal says? A value is verified when it is read in any case; this finds rot before somebody does.
 */
import { extendCrc } from './crc.js';
import { LogError } from './errors.js';
import { CHECK_DISK, readExactly } from './exact-read.js';
import type { OpenFile } from './file-system.js';
import { readEntries } from './log-reader.js';

/** Begins when an application that has just started has had its time. */
const DELAY_MS = 2000;
const PIECE_BYTES = 256 * 1024;
/** At most this share of the time goes into it. */
const COST_SHARE = 0.2;
/** No entry has this seq: lines before it are verified, which is all that is wanted. */
const NOT_DECODED = Number.POSITIVE_INFINITY;

export class Verification {
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #began = 0;

  /** @param task asks `pause` now and then whether to go on */
  start(task: (pause: () => Promise<boolean>) => Promise<void>): void {
    this.#timer = setTimeout(() => {
      this.#running = task((): Promise<boolean> => this.#pause());
    }, DELAY_MS).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#wake?.();
    await this.#running?.catch(() => undefined);
  }

  async #pause(): Promise<boolean> {
    // Whoever stops while a piece is read wakes nobody, and the timer below keeps no process alive.
    if (this.#stopped) return false;
    const ms = this.#began === 0 ? 0 : (performance.now() - this.#began) * (1 / COST_SHARE - 1);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#timer = setTimeout(resolve, ms).unref();
    });
    this.#began = performance.now();
    return !this.#stopped;
  }
}

/**
 * @param pause waits between two pieces; false ends it early
 * @throws LogError `LOG_CORRUPT` with the place
 */
export async function verifyFile(
  file: OpenFile,
  { size, chain }: { size: number; chain: number },
  pause: () => Promise<boolean>,
): Promise<void> {
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let crc = 0;
  for (let at = 0; at < size; at += PIECE_BYTES) {
    if (!(await pause())) return;
    const length = Math.min(PIECE_BYTES, size - at);
    await readExactly(file, piece, length, at);
    crc = extendCrc(crc, piece.subarray(0, length));
  }
  if (crc !== chain) await refuseDamage(file, size);
}

/** Finds the line of a file that is no longer what it was. @throws LogError `LOG_CORRUPT` */
export async function refuseDamage(file: OpenFile, size: number, cause?: unknown): Promise<never> {
  for await (const _ of readEntries(file, size, NOT_DECODED));
  throw new LogError('LOG_CORRUPT', `${file.path} is no longer what it was when it was opened.`, {
    file: file.path,
    offset: 0,
    cause,
    hint: CHECK_DISK,
  });
}
