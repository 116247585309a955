/**
 * The main file: `<name>.json`, the state as people and older programs read it. Never the truth while a whole log
 * exists, so it is written behind, in bounded time and at bounded cost, and always swapped in whole.
 */
import { crcDigits, extendCrc } from './crc.js';
import { replaceFile, SYNC_BYTES } from './file-system.js';
import { splitMember } from './format.js';
import type { LogContext, SharedFile } from './log-context.js';
import type { MemberProof } from './member-proof.js';
import { memberWindows } from './members.js';
import type { Places } from './places.js';

/** Up to this size the view is laid out as the reference bot did, one member a line; above, one key a line. */
const INDENT_BYTES = 256 * 1024;
/** At most this share of the time goes into main files. */
const COST_SHARE = 0.05;
/** The part of the allowed staleness that is spent waiting; the rest is for writing. */
const WAIT_SHARE = 0.7;

/** A log as it is at one moment, held for a reader. */
export interface LogSnapshot {
  shared: SharedFile;
  places: Places;
  proof: MemberProof;
  seq: number;
  liveBytes: number;
}

/** What a main file on the disk is: proof for the seal. */
export interface MainFileProof {
  bytes: number;
  crc: string;
}

export class MainFile {
  /** The seq that the file on the disk shows. */
  seq: number | undefined;
  proof: MainFileProof | undefined;
  error: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #staleSince: number | undefined;
  #lastEnd = 0;
  #lastDurationMs = 0;

  /**
   * @param newestSeq seq of the newest entry; asking costs nothing, unlike a snapshot
   * @param snapshot taken of the log, held for the reader
   * @param exclusively runs a task while no compaction does
   */
  constructor(
    private readonly context: LogContext,
    private readonly newestSeq: () => number,
    private readonly snapshot: () => LogSnapshot,
    private readonly exclusively: (task: () => Promise<void>) => Promise<void>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** The log went on: the file is written within the allowed staleness, or as soon as its cost allows. */
  touch(): void {
    const { mainFiles } = this.context.options;
    if (!mainFiles || this.#timer || this.#stopped) return;
    this.#staleSince ??= performance.now();
    const soon = Math.max(0, mainFiles.maxStaleMs * WAIT_SHARE - this.#lastDurationMs);
    const affordable = this.#lastEnd + this.#lastDurationMs * (1 / COST_SHARE - 1) - performance.now();
    this.#timer = setTimeout(() => void this.#writeBehind(), Math.max(soon, affordable)).unref();
  }

  /** For how long the file has lacked what is in the log; 0 where it lacks nothing. */
  get staleMs(): number {
    return this.#staleSince === undefined ? 0 : performance.now() - this.#staleSince;
  }

  async #writeBehind(): Promise<void> {
    await this.exclusively(() => this.write()).catch(() => undefined);
    this.#timer = undefined;
    // What arrived while it was being written, or could not be written, is still missing.
    if (this.newestSeq() !== this.seq) this.touch();
  }

  /** No more writing behind; `write` still works. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Reads the file that was taken on trust; one that is not what it should be is written anew. */
  async verify(): Promise<void> {
    const { proof } = this;
    if (!proof) return;
    const found = await proveMainFile(this.context);
    if (this.proof !== proof || (found?.bytes === proof.bytes && found.crc === proof.crc)) return;
    const { mainFile } = this.context.paths;
    this.context.logger.warn(
      `The main file ${mainFile} is not what was last written; it is written anew from the log.`,
    );
    this.proof = undefined;
    this.seq = undefined;
    this.touch();
  }

  /** Writes the state of this moment, unless the file shows it already. A failure leaves the old file untouched. */
  async write(): Promise<void> {
    if (!this.context.options.mainFiles || this.newestSeq() === this.seq) return;
    const source = this.snapshot();
    try {
      const began = performance.now();
      this.proof = await this.#replace(source);
      this.seq = source.seq;
      // What came meanwhile is missing since then, as far as anybody can tell.
      this.#staleSince = this.newestSeq() === this.seq ? undefined : began;
      this.error = undefined;
      this.#lastEnd = performance.now();
      this.#lastDurationMs = this.#lastEnd - began;
    } catch (error) {
      this.onFailure(error);
      if (this.error === undefined) {
        this.context.logger.warn(`${this.context.paths.mainFile} was not written: ${(error as Error).message}`);
      }
      this.error = (error as Error).message;
      this.#lastEnd = performance.now();
    } finally {
      await source.shared.release();
    }
  }

  async #replace(source: LogSnapshot): Promise<MainFileProof> {
    const { disk, paths } = this.context;
    let bytes = 0;
    let synced = 0;
    let crc = 0;
    await replaceFile(disk, paths.mainFile, async (file) => {
      for await (const piece of render(source)) {
        await file.write(piece, 0, piece.length, bytes);
        bytes += piece.length;
        crc = extendCrc(crc, piece);
        if (bytes - synced < SYNC_BYTES) continue;
        await file.sync();
        synced = bytes;
      }
    });
    return { bytes, crc: crcDigits(crc) };
  }
}

async function* render({ shared, places, proof, liveBytes }: LogSnapshot): AsyncGenerator<Buffer> {
  const indented = liveBytes <= INDENT_BYTES;
  let first = true;
  for await (const window of memberWindows(shared.file, places, { each: proof })) {
    const parts: Uint8Array[] = [];
    for (const member of window.members) {
      const { key, value } = splitMember(window.bytes(member));
      parts.push(Buffer.from(first ? '{\n' : ',\n'), indented ? INDENT : NOTHING, key, SEPARATOR);
      parts.push(indented ? indent(value) : value);
      first = false;
    }
    yield Buffer.concat(parts);
  }
  yield Buffer.from(first ? '{}\n' : '\n}\n');
}

const INDENT = Buffer.from('  ');
const NOTHING = Buffer.alloc(0);
const SEPARATOR = Buffer.from(': ');

function indent(value: Buffer): Buffer {
  try {
    const text = JSON.stringify(JSON.parse(value.toString('utf8')), null, 2);
    return Buffer.from(text.replaceAll('\n', '\n  '));
  } catch (error) {
    // Nested deeper than the stack: nobody wants to see that indented.
    if (error instanceof RangeError) return value;
    throw error;
  }
}

/** A main file as found at opening. */
export type FoundMainFile =
  | { state: 'missing' }
  | { state: 'garbage'; why: string }
  | { state: 'whole'; content: Buffer; proof: MainFileProof };

export async function readMainFile({ disk, paths }: LogContext): Promise<FoundMainFile> {
  const content = await disk.readFile(paths.mainFile);
  if (content === undefined) return { state: 'missing' };
  if (content.length === 0) return { state: 'garbage', why: 'it is empty' };
  let value: unknown;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch (error) {
    return { state: 'garbage', why: (error as Error).message };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { state: 'garbage', why: 'it is not a JSON object' };
  }
  const proof = { bytes: content.length, crc: crcDigits(extendCrc(0, content)) };
  return { state: 'whole', content, proof };
}

/** The size and checksum of a main file of any size, without decoding it; undefined where there is none. */
export async function proveMainFile({
  disk,
  paths,
}: Pick<LogContext, 'disk' | 'paths'>): Promise<MainFileProof | undefined> {
  const size = await disk.fileSize(paths.mainFile);
  if (size === undefined) return undefined;
  const file = await disk.open(paths.mainFile, 'read');
  try {
    const piece = Buffer.allocUnsafeSlow(1024 * 1024);
    let crc = 0;
    let bytes = 0;
    for (let read = -1; read !== 0; bytes += read) {
      read = await file.read(piece, 0, piece.length, bytes);
      crc = extendCrc(crc, piece.subarray(0, read));
    }
    return { bytes, crc: crcDigits(crc) };
  } finally {
    await file.close();
  }
}
