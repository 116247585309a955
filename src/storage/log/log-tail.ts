/**
 * The end of a log's file: puts bytes behind it, as durable as the mode says, takes back what was refused, and knows
 * from when on nothing can be told any more.
 */
import type { BatchEncoder, LogEnd } from './batch-encoder.js';
import { isDiskFull, LogError, toLogError } from './errors.js';
import type { OpenFile } from './file-system.js';
import type { ResolvedLogOptions } from './options.js';

export class LogTail {
  fsyncs = 0;
  spaceBytes = 0;
  #poison: LogError | undefined;
  readonly #isDurable: boolean;
  readonly #spaceAheadBytes: number;
  /** The file offset up to which newlines stand behind the log. */
  #filledTo: number;

  /** @param end where the file's last whole line ends; whoever appends moves it on */
  constructor(
    private file: OpenFile,
    private readonly end: LogEnd,
    private readonly options: Pick<ResolvedLogOptions, 'fsync' | 'spaceAheadBytes'>,
  ) {
    this.#isDurable = options.fsync === 'always';
    // Without an fsync for each batch there is nothing to be gained.
    this.#spaceAheadBytes = this.#isDurable ? options.spaceAheadBytes : 0;
    this.#filledTo = end.offset;
  }

  get path(): string {
    return this.file.path;
  }

  /** Why nothing more is acknowledged. */
  get poisoned(): LogError | undefined {
    return this.#poison;
  }

  /** What is on the disk can no longer be told. */
  poison(why: string, cause: unknown): LogError {
    const file = this.file.path;
    this.#poison ??= new LogError('LOG_POISONED', `Nothing more is acknowledged in ${file}: ${why}.`, {
      file,
      cause,
      hint: 'Check the disk, then restart: opening verifies what is there.',
    });
    return this.#poison;
  }

  /** Goes on in the file that compaction wrote, at the end that the log has there. */
  moveTo(file: OpenFile): void {
    this.file = file;
    this.#filledTo = this.end.offset;
  }

  /**
   * Puts the first `length` bytes of `lines` behind the log.
   * @throws LogError `LOG_POISONED`, or what refused them: then nothing stands behind the log
   */
  async write(lines: BatchEncoder, length: number): Promise<void> {
    try {
      await this.#writeLines(lines, length);
      if (this.#poison) throw this.#poison;
    } catch (error) {
      if (this.#poison) {
        // What was refused shall not be found by those who open the log next, as far as that can be helped.
        await this.#cut().catch(() => undefined);
        throw this.#poison;
      }
      await this.#undo();
      throw toLogError(error, 'writing to', this.file.path);
    }
  }

  /** Takes away the space that was written ahead. */
  async trim(): Promise<void> {
    if (this.#filledTo > this.end.offset) await this.#cut();
  }

  /** Poisons rather than throws. */
  async sync(): Promise<void> {
    try {
      await this.file.sync();
      this.fsyncs += 1;
    } catch (cause) {
      // The kernel may have dropped the pages and will report success next time: nothing after this can be trusted.
      this.poison('an fsync failed', cause);
    }
  }

  /** An fsync that need not grow the file costs the disk a fraction, so space is written ahead now and then. */
  async #writeLines(lines: BatchEncoder, length: number): Promise<void> {
    const space = this.end.offset + length > this.#filledTo ? this.#spaceAheadBytes : 0;
    if (space > 0) {
      lines.putSpace(length, space);
      try {
        await this.#put(lines.bytes, length + space);
        this.spaceBytes += space;
        this.#filledTo = this.end.offset + length + space;
        return;
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        // There may be room for the lines alone.
        await this.#cut();
      }
    }
    await this.#put(lines.bytes, length);
  }

  async #put(bytes: Buffer, length: number): Promise<void> {
    const { file, end } = this;
    if (!this.#isDurable) return file.write(bytes, 0, length, end.offset);
    if (file.writeThrough) return this.#putThrough(file.writeThrough(bytes, 0, length, end.offset));
    await file.write(bytes, 0, length, end.offset);
    await this.sync();
  }

  async #putThrough(written: Promise<void>): Promise<void> {
    try {
      await written;
      this.fsyncs += 1;
    } catch (error) {
      // It may have been the fsync in it that failed. Only a full disk is known to have refused what was new.
      if (!isDiskFull(error)) this.poison('a durable write failed', error);
      throw error;
    }
  }

  async #undo(): Promise<void> {
    try {
      // What a short write left would be read as a torn tail, or worse, be glued to the next line.
      await this.#cut();
      // Refused is refused, also after a power cut that comes before the next fsync.
      if (this.options.fsync !== 'never') await this.file.sync();
    } catch (cause) {
      throw this.poison('a failed write could not be undone', cause);
    }
  }

  /** Nothing stands behind the end of the log. */
  async #cut(): Promise<void> {
    await this.file.truncate(this.end.offset);
    this.#filledTo = this.end.offset;
  }
}
