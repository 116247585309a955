/** Whether a main file shows its log: the newest state, an older one, or none that the log ever had. */
import type { LogEntry } from './entry.js';
import { systemCode } from './errors.js';
import type { FileSystem } from './file-system.js';
import { backupsIn, type LogPaths } from './log-name.js';
import { readEntries } from './log-reader.js';

export interface ShownState {
  /** The newest seq at which the log had exactly this state; undefined where it never had. */
  seq: number | undefined;
  /** Some keys of which the newest state says something else. */
  differing: string[];
}

const NAMED_KEYS = 5;

/**
 * Replays what is kept of a log, from the newest backup on.
 * @param main the main file, decoded
 * @param size of the active log, up to the end of its last whole line
 */
export async function stateShownBy(
  disk: FileSystem,
  paths: LogPaths,
  main: Record<string, unknown>,
  size: number,
): Promise<ShownState> {
  const view = new ViewComparison(main);
  let seq = 0;
  const newest = backupsIn(await disk.list(paths.directory), paths.name).at(-1);
  const sources = [...(newest ? [{ path: paths.backup(newest.unixMs) }] : []), { path: paths.log, size }];
  for (const source of sources) {
    try {
      const file = await disk.open(source.path, 'read');
      try {
        for await (const read of readEntries(file, source.size ?? (await file.size()))) {
          if (read.seq <= seq && read.entry.seq !== undefined) continue;
          seq = read.seq;
          view.apply(read.entry);
          if (view.isShown) view.shownAt = seq;
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      // A damaged backup, or one that was pruned meanwhile, only tells less.
      if (source.path === paths.log && systemCode(error) !== 'ENOENT') throw error;
      view.apply({ timestamp: '', op: 'SET', data: {} });
      seq = 0;
    }
  }
  return { seq: view.shownAt, differing: view.differing(NAMED_KEYS) };
}

class ViewComparison {
  readonly #shown = new Map<string, string>();
  /** Key → whether the main file says the same of it. */
  readonly #state = new Map<string, boolean>();
  #same = 0;
  shownAt: number | undefined;

  constructor(main: Record<string, unknown>) {
    for (const key of Object.keys(main)) this.#shown.set(key, JSON.stringify(main[key]));
  }

  get isShown(): boolean {
    return this.#same === this.#state.size && this.#same === this.#shown.size;
  }

  apply(entry: LogEntry): void {
    const whole = entry.op === 'CHECKPOINT' ? entry.state : entry.key === undefined ? entry.data : undefined;
    if (whole) {
      this.#state.clear();
      this.#same = 0;
      for (const key of Object.keys(whole)) this.#set(key, whole[key]);
    } else if (entry.op === 'SET') this.#set(entry.key as string, entry.value);
    else this.#drop(entry.key as string);
  }

  /** Keys of which both do not say the same. */
  differing(most: number): string[] {
    const keys: string[] = [];
    for (const [key, same] of this.#state) if (!same && keys.length < most) keys.push(key);
    for (const key of this.#shown.keys()) if (!this.#state.has(key) && keys.length < most) keys.push(key);
    return keys;
  }

  #set(key: string, value: unknown): void {
    this.#drop(key);
    const shown = this.#shown.get(key);
    const same = shown !== undefined && shown === JSON.stringify(value);
    this.#state.set(key, same);
    if (same) this.#same += 1;
  }

  #drop(key: string): void {
    if (this.#state.get(key)) this.#same -= 1;
    this.#state.delete(key);
  }
}
