/**
 * Takes what is new from the stream's leader, message by message, while no consumer delivers it. A consumer takes two
 * elections, that of the stream and that of the whole cluster, which assigns it; a message is there after the first.
 */
import { type Link, pause } from './link.js';
import { type Delivered, expectedOf } from './message.js';

const PAUSE_MS = 25;
/** Asked for together: more while there is more, so that what others write meanwhile is caught up with. */
const FEWEST = 8;
const MOST = 256;

export interface BridgeTarget {
  /** Goes on behind this seq. */
  readonly position: number;
  take(message: Delivered): void;
  /** Whether no tombstone behind a seq may have been removed up to now. */
  isWholeBehind(seq: number): Promise<boolean>;
}

export class Bridge {
  #crossing: Promise<void> | undefined;
  #window = FEWEST;

  /**
   * @param isWanted whether the consumer still delivers nothing
   * @param onFound told whenever it should have delivered something
   */
  constructor(
    private readonly link: Link,
    private readonly stream: string,
    private readonly target: BridgeTarget,
    private readonly isWanted: () => boolean,
    private readonly onFound: () => void,
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
    const found = await this.#behind(position);
    const last = found.at(-1);
    if (!last) return false;
    // Where no seq is left out nothing was removed. Asked after the messages: whoever removes a tombstone notes it before.
    const isWhole = last.seq === position + found.length || (await target.isWholeBehind(position));
    // Whoever began anew meanwhile has more to read than this.
    if (!isWhole || !this.isWanted() || target.position < position) return false;
    for (const message of found) target.take(message);
    this.onFound();
    return true;
  }

  /** The next message, and those whose seqs follow on it without a gap. */
  async #behind(position: number): Promise<Delivered[]> {
    const first = await this.#find(position + 1, '>');
    if (!first) return [];
    const following = Array.from({ length: this.#window - 1 }, (_, i) => this.#find(first.seq + i + 1));
    const found = [first];
    for (const outcome of await Promise.allSettled(following)) {
      if (outcome.status === 'rejected' || !outcome.value) break;
      found.push(outcome.value);
    }
    this.#window = Math.min(MOST, Math.max(FEWEST, found.length * 2));
    return found;
  }

  /** The message of a seq, or the next one that there is on or behind it. */
  async #find(seq: number, nextOf?: string): Promise<Delivered | undefined> {
    const { streams } = this.link.managerAfter(0);
    // The servers know `next_by_subj`, the types of the client only for requests that any server may answer.
    const wanted = nextOf === undefined ? { seq } : { seq, next_by_subj: nextOf };
    const stored = await streams.getMessage(this.stream, wanted);
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
