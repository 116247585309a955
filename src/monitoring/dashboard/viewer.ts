/** One open page: an event stream that drops what its reader does not take, instead of keeping it in memory. */
import type { ServerResponse } from 'node:http';
import { EntryWindow } from './entry-window.js';
import type { EntryChoice } from './shown-entry.js';

/** Who has read nothing for this long is gone, or may come back. */
const PATIENCE_MS = 30_000;

export class Viewer {
  readonly window: EntryWindow;
  #dropped = 0;
  /** Since when the reader is behind, undefined while it keeps up. */
  #behindSince: number | undefined;

  constructor(
    private readonly response: ServerResponse,
    choice: EntryChoice,
  ) {
    this.window = new EntryWindow(choice);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      // Nothing follows on this connection, and a kept one would hold up a shutdown.
      Connection: 'close',
      // A proxy that collects the answer would show nothing for a long time.
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    response.on('drain', () => {
      this.#behindSince = undefined;
    });
    // Writing to a reader that just left is no failure of ours.
    response.on('error', () => undefined);
  }

  /** @param json text of one line. Left out, and counted, while the reader is behind. */
  send(event: string, json: string): void {
    if (this.#behindSince !== undefined) {
      this.#dropped += 1;
      if (performance.now() - this.#behindSince > PATIENCE_MS) this.response.destroy();
      return;
    }
    if (this.#dropped > 0) {
      const messages = this.#dropped;
      this.#dropped = 0;
      this.#write('dropped', JSON.stringify({ messages }));
    }
    this.#write(event, json);
  }

  /** What came since, at most one message. While the reader is behind, the window goes on counting. */
  sendEntries(): void {
    if (this.#behindSince !== undefined) return;
    const message = this.window.take();
    if (message) this.send('entries', JSON.stringify(message));
  }

  /** Who is behind would not hear of the end. */
  end(): void {
    if (this.#behindSince !== undefined) this.response.destroy();
    else this.response.end();
  }

  /** The response keeps what its socket does not take; so no more than one message waits. */
  #write(event: string, json: string): void {
    if (!this.response.write(`event: ${event}\ndata: ${json}\n\n`)) this.#behindSince ??= performance.now();
  }
}
