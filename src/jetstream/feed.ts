/**
 * Delivers the messages of a stream in their order, each once, from a seq on and for as long as it runs: through lost
 * connections, moving leaders and consumers that are gone. Whenever something may be missing it begins anew behind the
 * last message that was taken.
 */
import { AckPolicy, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import { createInbox, type Msg, nanos, nuid, type Subscription } from '@nats-io/transport-node';
import { Bridge, type BridgeTarget } from './bridge.js';
import { type Link, pause } from './link.js';
import { expectedOf } from './message.js';

const HEARTBEAT_MS = 1000;
const LISTEN_MS = 100;
/** So long a consumer may take to begin, or to tell that nothing is new, before the leader itself is asked. */
const BRIDGE_MS = 250;
const QUIET_MS = 1500;
/** A consumer that is silent for so long while the leader has something new is gone, or its server is. */
const DEAF_MS = 700;
const SILENCE_MS = 3500;
/** How long the server keeps a consumer that nobody listens to. */
const INACTIVE_MS = 10_000;
const RETRY_MS = 100;

export interface FeedTarget extends BridgeTarget {
  /**
   * Seq of the newest message that is there, by the leader: the consumer may stand on a server that is behind.
   * @param failures how often it was asked for without an answer
   */
  lastSeq(failures: number): Promise<number>;
  /** Everything has been taken that was there when the consumer began. */
  caughtUp(): void;
}

export class Feed {
  static readonly CONSUMERS = 'view_';
  #subscription: Subscription | undefined;
  #consumer = '';
  /** Counts consumers, so that what belongs to a former one is told from what belongs to this one. */
  #turn = 0;
  #delivered = 0;
  /** What arrives before the consumer is known to stand. */
  #early: Msg[] | undefined;
  /** What must be taken before the consumer has caught up. */
  #toCatchUp: number | undefined;
  #heardAt = 0;
  #isLive = false;
  #restartedAt = 0;
  /** There is a view to go on with. */
  #hasCaughtUp = false;
  #deliveredAt = 0;
  #hurriedUntil = 0;
  readonly #bridge: Bridge;
  #stopped = false;
  #beginning: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #forget: () => void;

  constructor(
    private readonly link: Link,
    private readonly stream: string,
    private readonly target: FeedTarget,
  ) {
    this.#bridge = new Bridge(
      link,
      stream,
      target,
      () => this.#isSilent(),
      () => this.#missConsumer(),
    );
    this.#timer = setInterval(() => this.#listen(), LISTEN_MS);
    this.#forget = link.onReconnect(() => this.restart());
    this.restart();
  }

  /** Whether messages arrive, or heartbeats that say that there are none. */
  get isLive(): boolean {
    return this.#isLive;
  }

  restart(): void {
    this.#turn += 1;
    if (this.#isLive) this.#restartedAt = Date.now();
    this.#isLive = false;
    this.#beginning ??= this.#begin().finally(() => {
      this.#beginning = undefined;
    });
  }

  /** Somebody waits for what a server has already: it may take until the next heartbeat before the consumer is missed. */
  hurry(): void {
    const now = Date.now();
    if (now - this.#deliveredAt < BRIDGE_MS) return;
    this.#hurriedUntil = now + BRIDGE_MS;
    this.#bridge.open();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#turn += 1;
    clearInterval(this.#timer);
    this.#forget();
    this.#leave();
    await this.#beginning;
  }

  async #begin(): Promise<void> {
    for (let failures = 0; !this.#stopped; failures += 1) {
      const turn = this.#turn;
      try {
        await this.#beginConsumer(turn, failures);
        if (turn === this.#turn) return;
      } catch {
        // The servers are gone, or elect a leader; the health tells of it.
        if (!this.#stopped) await pause(RETRY_MS);
      }
    }
  }

  async #beginConsumer(turn: number, failures: number): Promise<void> {
    this.#leave();
    if (!this.link.isConnected) throw new Error('not connected');
    const inbox = createInbox();
    this.#delivered = 0;
    this.#toCatchUp = undefined;
    this.#early = [];
    const name = `${Feed.CONSUMERS}${nuid.next()}`;
    this.#consumer = name;
    this.#subscription = this.link.connection.subscribe(inbox, {
      callback: (error, message) => {
        if (error) this.restart();
        else if (turn === this.#turn) this.#receive(message);
      },
    });
    const lastSeq = await this.target.lastSeq(failures);
    await this.link.managerAfter(failures).consumers.add(this.stream, {
      name,
      deliver_subject: inbox,
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.target.position + 1,
      replay_policy: ReplayPolicy.Instant,
      flow_control: true,
      idle_heartbeat: nanos(HEARTBEAT_MS),
      inactive_threshold: nanos(INACTIVE_MS),
      mem_storage: true,
      num_replicas: 1,
      max_deliver: 1,
    });
    if (turn !== this.#turn) return;
    this.#heardAt = Date.now();
    this.#isLive = true;
    this.#toCatchUp = lastSeq;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of early) if (turn === this.#turn) this.#receive(message);
    this.#noteCaughtUp();
  }

  #receive(message: Msg): void {
    if (this.#early) {
      this.#early.push(message);
      return;
    }
    this.#heardAt = Date.now();
    const code = message.headers?.code ?? 0;
    if (code === 100) this.#answer(message);
    else if (code > 0) this.restart();
    else this.#deliver(message);
  }

  /** Heartbeats tell how far the server is; flow control waits for us. */
  #answer(message: Msg): void {
    const stalled = message.headers?.get('Nats-Consumer-Stalled');
    if (message.reply) message.respond();
    else if (stalled) this.link.connection.publish(stalled);
    else {
      const last = Number(message.headers?.get('Nats-Last-Consumer') ?? this.#delivered);
      if (last !== this.#delivered) this.restart();
      else if (this.#toCatchUp !== undefined) this.#askAgain(this.#turn);
    }
  }

  #deliver(message: Msg): void {
    // $JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time>.<pending>, or with three more names.
    const tokens = (message.reply ?? '').split('.');
    const at = tokens.length === 9 ? 4 : 6;
    const delivery = Number(tokens[at + 2]);
    if (delivery !== this.#delivered + 1) {
      this.restart();
      return;
    }
    this.#delivered = delivery;
    this.#deliveredAt = this.#heardAt;
    this.target.take({
      seq: Number(tokens[at + 1]),
      timeMs: Number((tokens[at + 3] ?? '').slice(0, -6)),
      msgId: message.headers?.get('Nats-Msg-Id') ?? '',
      subject: message.subject,
      expected: expectedOf(message.headers),
      payload: message.data,
    });
    this.#noteCaughtUp();
  }

  #noteCaughtUp(): void {
    if (this.#toCatchUp === undefined || this.target.position < this.#toCatchUp) return;
    this.#toCatchUp = undefined;
    this.#hasCaughtUp = true;
    this.target.caughtUp();
  }

  /** Nothing comes, though something is missing: it may have been deleted meanwhile, or left out by the consumer. */
  #askAgain(turn: number): void {
    const asked = Date.now() + 1;
    this.target.lastSeq(2).then(
      (lastSeq) => {
        if (turn !== this.#turn || this.#toCatchUp === undefined) return;
        this.#toCatchUp = lastSeq;
        this.#noteCaughtUp();
        if (this.#toCatchUp !== undefined && this.#heardAt < asked) this.restart();
      },
      () => undefined,
    );
  }

  #isSilent(): boolean {
    if (this.#stopped || !this.#hasCaughtUp) return false;
    const now = Date.now();
    if (!this.#isLive) return now - this.#restartedAt > BRIDGE_MS;
    return now < this.#hurriedUntil || now - this.#heardAt > QUIET_MS;
  }

  #missConsumer(): void {
    if (this.#isLive && Date.now() - this.#heardAt > DEAF_MS) this.restart();
  }

  #listen(): void {
    if (this.#isSilent()) this.#bridge.open();
    if (this.#beginning || Date.now() - this.#heardAt < SILENCE_MS) return;
    this.restart();
  }

  #leave(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    if (this.#consumer === '' || !this.link.isConnected) return;
    // Where this fails the server lets go of it by itself.
    void this.link.manager.consumers.delete(this.stream, this.#consumer).catch(() => undefined);
    this.#consumer = '';
  }
}
