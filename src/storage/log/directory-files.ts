/** Every file of a data directory, and what it is. */
import { join, posix } from 'node:path';
import type { FileSystem } from './file-system.js';

export type DirectoryFileKind =
  | 'log'
  | 'backup'
  | 'archive'
  | 'archive index'
  | 'seal'
  | 'index'
  | 'main file'
  /** Left by a process that was ended in the middle of something; swept away at the next opening. */
  | 'leftover'
  /** Bytes that recovery took away and kept. */
  | 'kept'
  /** Of an erasure: what is still to be done, or was. */
  | 'erasure';

export interface DirectoryFile {
  kind: DirectoryFileKind;
  log: string;
  /** As the engine opens it, and relative to the data directory with slashes. */
  path: string;
  file: string;
  bytes: number;
  compressed: boolean;
}

const NAME = '([a-z0-9][a-z0-9_-]{0,63})';
const OF_LOGS: [DirectoryFileKind, RegExp][] = [
  ['log', new RegExp(`^${NAME}\\.log$`)],
  ['backup', new RegExp(`^${NAME}\\.log\\.backup\\.\\d{1,16}(\\.gz)?$`)],
  ['seal', new RegExp(`^${NAME}\\.log\\.seal$`)],
  ['index', new RegExp(`^${NAME}\\.log\\.index$`)],
  ['kept', new RegExp(`^${NAME}\\.log\\.(torn|damaged)\\.\\d{1,16}$`)],
  ['erasure', new RegExp(`^${NAME}\\.log\\.(erasing|erased\\.\\d{1,16})$`)],
  ['leftover', new RegExp(`^${NAME}\\.log\\.(compacting|[\\w.]*tmp)$`)],
];
const OF_ROOT: [DirectoryFileKind, RegExp][] = [
  ['main file', new RegExp(`^${NAME}\\.json$`)],
  ['leftover', new RegExp(`^${NAME}\\.json\\.tmp$`)],
];
const OF_ARCHIVE: [DirectoryFileKind, RegExp][] = [
  ['archive', /^[\w-]+(\.\d+)?\.log\.gz$/],
  ['archive index', /^index\.json$/],
  ['leftover', /\.tmp$/],
];

/** In the order of their names, those of one log one after the other. */
export async function directoryFiles(disk: FileSystem, dataDir: string): Promise<DirectoryFile[]> {
  const files: DirectoryFile[] = [];
  const take = async (directory: string[], kinds: [DirectoryFileKind, RegExp][], ofLog?: string) => {
    for (const name of await disk.list(join(dataDir, ...directory))) {
      for (const [kind, pattern] of kinds) {
        const match = pattern.exec(name);
        if (!match) continue;
        const path = join(dataDir, ...directory, name);
        const bytes = await disk.fileSize(path);
        // Gone since it was listed.
        if (bytes === undefined) continue;
        const log = ofLog ?? (match[1] as string);
        files.push({ kind, log, path, file: posix.join(...directory, name), bytes, compressed: name.endsWith('.gz') });
      }
    }
  };
  await take(['.'], OF_ROOT);
  await take(['logs'], OF_LOGS);
  for (const log of await disk.list(join(dataDir, 'logs', 'archive'))) {
    if (new RegExp(`^${NAME}$`).test(log)) await take(['logs', 'archive', log], OF_ARCHIVE, log);
  }
  return files.sort((a, b) => (a.log === b.log ? compare(a.file, b.file) : compare(a.log, b.log)));
}

/** Logs that a directory has: by a log, by what is kept of one, or by a main file alone, as the reference bot may leave. */
export function logsOf(files: readonly DirectoryFile[]): string[] {
  const proofs: DirectoryFileKind[] = ['log', 'backup', 'archive', 'seal', 'main file'];
  return [...new Set(files.filter(({ kind }) => proofs.includes(kind)).map(({ log }) => log))].sort();
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
