/** The newest entries that one viewer has not seen yet: a few, however many there were. */
import type { LogEntry } from '../../storage/index.js';
import { type EntryChoice, isChosen, type ShownEntry, shownEntry } from './shown-entry.js';

/** Entries of one message; of more, the newest. */
export const ENTRIES_MAX = 50;

/** @internal */
export interface EntriesMessage {
  /** The newest first. */
  entries: ShownEntry[];
  /** Entries that were chosen and are not among them. */
  leftOut: number;
}

export class EntryWindow {
  /** At most twice as many as are sent, so that the oldest are dropped some at a time. */
  #waiting: { log: string; entry: LogEntry }[] = [];
  #count = 0;

  constructor(private readonly choice: EntryChoice) {}

  add(log: string, entry: LogEntry): void {
    if (!isChosen(this.choice, log, entry)) return;
    this.#count += 1;
    this.#waiting.push({ log, entry });
    if (this.#waiting.length >= 2 * ENTRIES_MAX) this.#waiting.splice(0, ENTRIES_MAX);
  }

  /** Undefined where nothing came. */
  take(): EntriesMessage | undefined {
    if (this.#count === 0) return undefined;
    const newest = this.#waiting.slice(-ENTRIES_MAX).reverse();
    const message = {
      entries: newest.map(({ log, entry }) => shownEntry(log, entry)),
      leftOut: this.#count - newest.length,
    };
    this.#waiting = [];
    this.#count = 0;
    return message;
  }
}
