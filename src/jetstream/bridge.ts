/**
 * Takes what is new from the stream's leader, message by message, while no consumer delivers it. A consumer takes two
 * elections, that of the stream and that of the whole cluster, which assigns it; a message is there after the first.
 */
import { type Link, pause } from './link.js';
import { type Delivered, expectedOf } from './message.js';

const PAUSE_MS = 25;
/** Taken together, after one look at what may be missing before them. */
const MOST = 64;

export interface BridgeTarget {
  /** Goes on behind this seq. */
  readonly position: number;
  take(message: Delivered): void;
  /** Whether no tombstone behind a seq may have been removed up to now. */
  isWholeBehind(seq: number): Promise<boolean>;
}

export class Bridge {
  #crossing: Promise<void> | undefined;

  /** @param isWanted whether the consumer still delivers nothing */
  constructor(
    private readonly link: Link,
    private readonly stream: string,
    private readonly target: BridgeTarget,
    private readonly isWanted: () => boolean,
  ) {}

  /** Begins, unless it has begun; ends by itself once it is no longer wanted. */
  open(): void {
    this.#crossing ??= this.#cross().finally(() => {
      this.#crossing = undefined;
    });
  }

  async #cross(): Promise<void> {
    while (this.isWanted()) {
      try {
        if (!this.link.isConnected || !(await this.#step())) await pause(PAUSE_MS);
      } catch {
        // No leader, or none that answers; the health tells of it.
        await pause(PAUSE_MS);
      }
    }
  }

  /** @returns whether there was anything */
  async #step(): Promise<boolean> {
    const { target } = this;
    const { position } = target;
    const found: Delivered[] = [];
    for (let next = await this.#behind(position); next; next = await this.#behind(next.seq)) {
      found.push(next);
      if (found.length === MOST) break;
    }
    const last = found.at(-1);
    if (!last) return false;
    // Where no seq is left out nothing was removed. Asked after the messages: whoever removes a tombstone notes it before.
    const isWhole = last.seq === position + found.length || (await target.isWholeBehind(position));
    // Whoever began anew meanwhile has more to read than this.
    if (!isWhole || !this.isWanted() || target.position < position) return false;
    for (const message of found) target.take(message);
    return true;
  }

  async #behind(seq: number): Promise<Delivered | undefined> {
    const { streams } = this.link.managerAfter(0);
    // The servers know it, the types of the client only for requests that any server may answer.
    const next = { seq: seq + 1, next_by_subj: '>' };
    const stored = await streams.getMessage(this.stream, next);
    if (!stored) return undefined;
    return {
      seq: stored.seq,
      timeMs: stored.time.getTime(),
      msgId: stored.header.get('Nats-Msg-Id'),
      subject: stored.subject,
      expected: expectedOf(stored.header),
      payload: stored.data,
    };
  }
}
