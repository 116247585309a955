/** One entry on its way to the disk: what is to be written, where it came to stand, and who waits for it. */
import { type EncodedChange, entryOf } from './change.js';
import type { LogEntry } from './entry.js';

export class PendingAppend {
  timestamp = '';
  seq = 0;
  crc = 0;
  /** First byte and checksum's first digit, in the batch that it is part of. */
  start = 0;
  crcAt = 0;
  /** File offset of the first byte. */
  offset = 0;

  constructor(
    readonly change: EncodedChange,
    private readonly resolve: (entry: LogEntry) => void,
    readonly reject: (error: unknown) => void,
  ) {}

  /** It is as durable as the mode says. */
  settle(): void {
    this.resolve(entryOf(this.change, this));
  }
}
