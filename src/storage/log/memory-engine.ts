/** The ordinary engine over a disk that is nothing but memory: for tests, and for what need not outlive the process. */
import { FileLogEngine } from './file-engine.js';
import type { FileSystem } from './file-system.js';
import type { LogEngineFactory } from './log-engine.js';
import { OverlayDisk } from './overlay-disk.js';

/** Lies below: it has nothing, and is never written to. */
const EMPTY_DISK: FileSystem = {
  open: (path) => Promise.reject(Object.assign(new Error(`ENOENT: '${path}'`), { code: 'ENOENT' })),
  readFile: async () => undefined,
  fileSize: async () => undefined,
  list: async () => [],
  makeDirectory: async () => true,
  rename: async () => undefined,
  link: async () => undefined,
  isSameFile: async () => false,
  remove: async () => undefined,
  syncDirectory: async () => undefined,
};

/**
 * Keeps every promise of the file engine but one: all is gone when it is closed. Lines, checksums, compactions and
 * backups are made as ever, in memory; `dataDir` is a name and no directory.
 * @publicApi
 */
export const memoryEngine: LogEngineFactory = (options, logger) =>
  new FileLogEngine(options, logger, new OverlayDisk(EMPTY_DISK));
