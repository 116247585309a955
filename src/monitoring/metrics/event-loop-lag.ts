/** How late the event loop comes to what is due, which is how late everything in the process is. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Seconds, by quantile; `max` is the worst. */
export interface EventLoopLag {
  '0.5': number;
  '0.99': number;
  max: number;
}

const RESOLUTION_MS = 10;
const NS_PER_SECOND = 1e9;

export class EventLoopMonitor {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#delays.enable();
  }

  stop(): void {
    this.#delays.disable();
  }

  /** Since the last call. Node counts from tick to tick, so that its figures contain the tick itself, taken off here. */
  take(): EventLoopLag {
    const delays = this.#delays;
    const late = (ns: number) => Math.max(0, ns / NS_PER_SECOND - RESOLUTION_MS / 1000);
    const lag: EventLoopLag =
      delays.count === 0
        ? { '0.5': 0, '0.99': 0, max: 0 }
        : { '0.5': late(delays.percentile(50)), '0.99': late(delays.percentile(99)), max: late(delays.max) };
    delays.reset();
    return lag;
  }
}
