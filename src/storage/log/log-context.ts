/** What the parts of one open log share. */
import type { FileSystem, OpenFile } from './file-system.js';
import type { EngineLogger } from './log-engine.js';
import type { LogPaths } from './log-name.js';
import type { ResolvedLogOptions } from './options.js';

/** Where the files of a log are. */
export interface LogPlace {
  readonly disk: FileSystem;
  readonly paths: LogPaths;
}

export interface LogContext extends LogPlace {
  readonly options: ResolvedLogOptions;
  readonly logger: EngineLogger;
}

/**
 * An open file with several readers: compaction puts another in its place while a stream still reads the old one,
 * which closes when the last reader lets go.
 */
export class SharedFile {
  #holders = 1;

  constructor(readonly file: OpenFile) {}

  hold(): this {
    this.#holders += 1;
    return this;
  }

  async release(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders === 0) await this.file.close();
  }
}
