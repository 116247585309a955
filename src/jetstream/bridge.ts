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
  /** It has been read up to there, and is not being read anew. */
  readonly isSettled: boolean;
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
    // Where a seq is left out something was removed, maybe a tombstone: then the view has to be read anew. Nor is
    // anything taken by a view that has begun anew meanwhile.
    if (found.length === 0 || !this.isWanted() || !target.isSettled || target.position !== position) return false;
    for (const message of found) target.take(message);
    this.onFound();
    return true;
  }

  /** The messages whose seqs follow on a seq without a gap. */
  async #behind(position: number): Promise<Delivered[]> {
    const asked = Array.from({ length: this.#window }, (_, i) => this.#find(position + 1 + i));
    const found: Delivered[] = [];
    const outcomes = await Promise.allSettled(asked);
    if (outcomes[0]?.status === 'rejected') throw outcomes[0].reason;
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected' || !outcome.value) break;
      found.push(outcome.value);
    }
    this.#window = found.length === 0 ? 1 : Math.min(MOST, Math.max(FEWEST, found.length * 2));
    return found;
  }

  async #find(seq: number): Promise<Delivered | undefined> {
    const stored = await this.link.managerAfter(0).streams.getMessage(this.stream, { seq });
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
