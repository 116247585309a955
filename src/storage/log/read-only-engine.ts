/**
 * The ordinary engine over a disk that keeps every change in memory: recovery, healing, adoption, history and replay
 * work as ever, and not one byte of the directory changes, also beside a process that writes there.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LogError } from './errors.js';
import { FileLogEngine } from './file-engine.js';
import { type FileSystem, NodeFileSystem } from './file-system.js';
import { type Holder, holderOf } from './lock.js';
import type { CompactionReport, EngineLogger, ErasureReceipt, RecoveryReport } from './log-engine.js';
import { type LogOptions, resolveLogOptions } from './options.js';
import { OverlayDisk } from './overlay-disk.js';

/** A compaction's swap, or a batch under way, can look like damage; what still does after as many looks is. */
export const LOOKS_AT_DAMAGE = 5;
export const LOOK_AGAIN_MS = 100;

const SILENT: EngineLogger = { log: () => undefined, warn: () => undefined, error: () => undefined };

/** @publicApi */
export class ReadOnlyEngine extends FileLogEngine {
  #holder: Partial<Holder> | undefined;

  constructor(
    private readonly dataDir: string,
    options: LogOptions,
    logger: EngineLogger,
    private readonly below: FileSystem,
    private readonly overlay: OverlayDisk,
  ) {
    super(resolveLogOptions({ mainFiles: false, ...options, dataDir }), logger, overlay);
  }

  /** Who held the directory when it was opened; undefined where nobody did. */
  get holder(): Partial<Holder> | undefined {
    return this.#holder;
  }

  /** @throws LogError `LOG_IO` where there is no such directory */
  override async open(): Promise<void> {
    const isThere = (await this.below.fileSize(this.dataDir)) !== undefined;
    if (!isThere && (await this.below.list(join(this.dataDir, 'logs'))).length === 0) {
      throw new LogError('LOG_IO', `There is no directory ${this.dataDir}.`, { file: this.dataDir });
    }
    this.#holder = await holderOf(this.below, this.dataDir);
    await super.open();
  }

  /** What a writer is doing in this moment is no damage: an unfinished last batch is no finding while one runs. */
  override async openLog(log: string): Promise<RecoveryReport> {
    for (let look = 1; ; look += 1) {
      try {
        await super.openLog(log);
        return this.recoveryReport(log);
      } catch (error) {
        const mayPass = error instanceof LogError && (error.code === 'LOG_CORRUPT' || error.code === 'LOG_IO');
        if (!mayPass || this.#holder === undefined || look === LOOKS_AT_DAMAGE) throw error;
        await delay(LOOK_AGAIN_MS);
      }
    }
  }

  override recoveryReport(log: string): RecoveryReport {
    const report = super.recoveryReport(log);
    if (this.#holder === undefined) return report;
    const events = report.events.filter(({ found }) => found !== 'torn-tail');
    return { ...report, events, clean: events.length === 0 };
  }

  override append(): Promise<never> {
    return Promise.reject(refusal());
  }

  override update(): Promise<never> {
    return Promise.reject(refusal());
  }

  override compact(): Promise<CompactionReport> {
    return Promise.reject(refusal());
  }

  override erase(): Promise<ErasureReceipt> {
    return Promise.reject(refusal());
  }

  override async close(): Promise<void> {
    this.overlay.forgetWrites();
    await super.close();
    await this.overlay.close();
  }
}

/**
 * Reads a directory as the engine would open it.
 * @param options main files are left alone unless asked for
 * @publicApi
 */
export function readOnlyEngine(
  dataDir: string,
  options: LogOptions = {},
  logger: EngineLogger = SILENT,
  disk: FileSystem = new NodeFileSystem(),
): ReadOnlyEngine {
  return new ReadOnlyEngine(dataDir, options, logger, disk, new OverlayDisk(disk));
}

function refusal(): TypeError {
  return new TypeError('Expected an engine that writes, got one that only reads (readOnlyEngine)');
}
