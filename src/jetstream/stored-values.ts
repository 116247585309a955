/** Reads values of a log from the servers, by the seqs of the messages that hold them. */
import type { Link } from './link.js';
import { decodeMessage, type Message } from './message.js';

export class StoredValues {
  /** The newest whole state that was read: its members are asked for one after the other. */
  #state: { seq: number; data: Record<string, unknown> } | undefined;

  constructor(
    private readonly link: Link,
    private readonly stream: string,
  ) {}

  /** Undefined where the message is gone, or does not hold the key. @throws LogError `LOG_IO` */
  async read(key: string, seq: number): Promise<unknown> {
    if (this.#state?.seq === seq) return own(this.#state.data, key);
    const message = await this.message(seq);
    if (message?.key === key) return message.value;
    if (!message?.data) return undefined;
    this.#state = { seq, data: message.data };
    return own(message.data, key);
  }

  async message(seq: number): Promise<Message | undefined> {
    const doing = `Reading message ${seq} of ${this.stream}`;
    const { direct, streams } = this.link.manager;
    // Whichever server is near; one that is behind does not have it yet, the leader does.
    const near = await this.link.ask(doing, () => direct.getMessage(this.stream, { seq }).catch(() => null));
    const stored = near ?? (await this.link.ask(doing, () => streams.getMessage(this.stream, { seq })));
    return stored ? decodeMessage(stored.data) : undefined;
  }

  forget(): void {
    this.#state = undefined;
  }
}

function own(data: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}
