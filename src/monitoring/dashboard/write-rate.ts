/** What was written in each second: counts, and how long the fsyncs took. Pure. */
import type { CommittedBatch } from '../../storage/index.js';

/** One second of all logs. @internal */
export interface WrittenSecond {
  /** When the second ended, in milliseconds since 1970. */
  at: number;
  /** How long it really was, in milliseconds. */
  ms: number;
  appends: number;
  bytes: number;
  batches: number;
  fsyncs: number;
  /** Milliseconds that half of the fsyncs took at most, and all but one in a hundred; undefined where there were none. */
  p50?: number;
  p99?: number;
}

/** More fsyncs than a disk does in a second; of more, the newest count. */
const DURATIONS_MAX = 8_192;

/** Counts batches until the second is taken. */
export class WriteRate {
  readonly #durations = new Float64Array(DURATIONS_MAX);
  #appends = 0;
  #bytes = 0;
  #batches = 0;
  #fsyncs = 0;

  add({ entries, bytes, durationMs, fsynced }: Omit<CommittedBatch, 'log'>): void {
    this.#appends += entries;
    this.#bytes += bytes;
    this.#batches += 1;
    if (!fsynced) return;
    this.#durations[this.#fsyncs % DURATIONS_MAX] = durationMs;
    this.#fsyncs += 1;
  }

  /** A second that has not begun, for a page that opens between two. */
  peek(at: number): WrittenSecond {
    return { at, ms: 0, appends: 0, bytes: 0, batches: 0, fsyncs: 0 };
  }

  /** What was counted since it was last taken. */
  take(at: number, ms: number): WrittenSecond {
    const sorted = this.#durations.subarray(0, Math.min(this.#fsyncs, DURATIONS_MAX)).sort();
    const second: WrittenSecond = {
      at,
      ms: Math.round(ms),
      appends: this.#appends,
      bytes: this.#bytes,
      batches: this.#batches,
      fsyncs: this.#fsyncs,
      ...(sorted.length > 0 && { p50: rounded(percentile(sorted, 0.5)), p99: rounded(percentile(sorted, 0.99)) }),
    };
    this.#appends = this.#bytes = this.#batches = this.#fsyncs = 0;
    return second;
  }
}

/** The nearest rank: a value that was measured, never one between two. */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] as number;
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
