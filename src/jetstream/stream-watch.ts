/**
 * Looks at a stream now and then, whether or not anybody writes: a consumer may go on telling that nothing is new while no
 * majority of the servers is left that could take anything.
 */
import type { StreamInfo } from '@nats-io/jetstream';
import type { Link } from './link.js';

const LOOK_MS = 1000;
/** Servers hear of each other every second. */
const UNHEARD_NANOS = 4e9;
/** One look may meet an election or a busy server. */
const MISSED_LOOKS = 2;

export class StreamWatch {
  #trouble: string | undefined;
  #missed = 0;
  #isLooking = false;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly link: Link,
    private readonly stream: string,
  ) {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  /** A sentence, where the servers cannot take writes. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    // Without a connection there is nobody to ask, and the health says so.
    if (this.#isLooking || !this.link.isConnected) return;
    this.#isLooking = true;
    try {
      this.#note(await this.link.managerAfter(1).streams.info(this.stream));
    } catch (error) {
      this.#missed += 1;
      if (this.#missed >= MISSED_LOOKS) this.#trouble = `No server leads ${this.stream}: ${(error as Error).message}.`;
    } finally {
      this.#isLooking = false;
    }
  }

  #note({ cluster, config }: StreamInfo): void {
    this.#missed = 0;
    const replicas = cluster?.replicas ?? [];
    const heard = replicas.filter(({ offline, active }) => !offline && active < UNHEARD_NANOS).length;
    this.#trouble =
      replicas.length > 0 && heard + 1 <= config.num_replicas / 2
        ? `Only ${heard + 1} of ${config.num_replicas} servers that keep ${this.stream} are there.`
        : undefined;
  }
}
