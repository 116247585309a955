/**
 * Looks at a stream now and then, whether or not anybody writes: a consumer may go on telling that nothing is new while no
 * majority of the servers is left that could take anything, or the stream is gone.
 */
import type { StreamInfo } from '@nats-io/jetstream';
import type { LogError } from '../storage/log/index.js';
import { apiCode } from './link.js';
import { goneStream, type LogContext, STREAM_NOT_FOUND } from './stream-making.js';

const LOOK_MS = 1000;
/** Servers hear of each other every second. */
const UNHEARD_NANOS = 4e9;
/** One look may meet an election or a busy server. */
const MISSED_LOOKS = 2;

export class StreamWatch {
  #trouble: string | undefined;
  #gone: LogError | undefined;
  #missed = 0;
  #isLooking = false;
  readonly #timer: NodeJS.Timeout;

  /** @param created what the stream's description says of when it was made */
  constructor(
    private readonly context: LogContext,
    private readonly created: unknown,
  ) {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  /** A sentence, where the servers cannot take writes. */
  get trouble(): string | undefined {
    return this.#gone?.message ?? this.#trouble;
  }

  /** @throws LogError `LOG_CORRUPT` where somebody has deleted the stream, or made another in its place */
  assertThere(): void {
    if (this.#gone) throw this.#gone;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { link, names } = this.context;
    // Without a connection there is nobody to ask, and the health says so.
    if (this.#isLooking || !link.isConnected) return;
    this.#isLooking = true;
    try {
      this.#note(await link.managerAfter(2).streams.info(names.stream));
    } catch (error) {
      this.#missed += 1;
      if (this.#missed >= MISSED_LOOKS) this.#noteMissing(error as Error);
    } finally {
      this.#isLooking = false;
    }
  }

  #note({ created, cluster, config }: StreamInfo): void {
    const { stream } = this.context.names;
    this.#missed = 0;
    this.#gone =
      String(created) === String(this.created)
        ? undefined
        : goneStream(this.context, `was deleted: the one of that name was made at ${created}`);
    const replicas = cluster?.replicas ?? [];
    const heard = replicas.filter(({ offline, active }) => !offline && active < UNHEARD_NANOS).length;
    this.#trouble =
      replicas.length > 0 && heard + 1 <= config.num_replicas / 2
        ? `Only ${heard + 1} of ${config.num_replicas} servers that keep ${stream} are there.`
        : undefined;
  }

  #noteMissing(error: Error): void {
    if (apiCode(error) === STREAM_NOT_FOUND) this.#gone ??= goneStream(this.context, 'was deleted');
    else this.#trouble = `No server leads ${this.context.names.stream}: ${error.message}.`;
  }
}
