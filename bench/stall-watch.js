// @ts-check
import { monitorEventLoopDelay } from 'node:perf_hooks';

const TICK_MS = 1;

/** The longest time for which the event loop did not turn: by Node's own monitor, and by a ticker of ours. */
export class StallWatch {
  #monitor = monitorEventLoopDelay({ resolution: TICK_MS });
  #longestMs = 0;
  #last = performance.now();
  #timer = setInterval(() => this.#tick(), TICK_MS);

  constructor() {
    this.#monitor.enable();
  }

  stop() {
    this.#tick();
    clearInterval(this.#timer);
    this.#monitor.disable();
    return Math.max(this.#longestMs, this.#monitor.max / 1e6 - TICK_MS);
  }

  #tick() {
    const now = performance.now();
    this.#longestMs = Math.max(this.#longestMs, now - this.#last - TICK_MS);
    this.#last = now;
  }
}
