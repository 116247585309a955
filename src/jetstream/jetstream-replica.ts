/**
 * A stream as the copy of a log that is kept elsewhere: what `replicateTo` sends its entries to. It is of the shape that
 * the replicated engine reads, so another process can follow it, and a new machine restore itself from it. Each message
 * says which entry it is; each is accepted only behind the one before it, so nothing is missing in between, or there twice.
 */
import { headers } from '@nats-io/transport-node';
import type { LogReplica, LogReplicaFactory } from '../storage/index.js';
import {
  type EngineLogger,
  type EraseOptions,
  type LogEngine,
  type LogEntry,
  LogError,
  resolveLogOptions,
} from '../storage/log/index.js';
import { ErasureIntents } from './erasure-intents.js';
import { jetStreamEngine } from './jetstream-engine.js';
import { apiCode, Link } from './link.js';
import { encodeMessage } from './message.js';
import { LogNames } from './names.js';
import { type JetStreamOptions, type ResolvedJetStreamOptions, resolveJetStreamOptions } from './options.js';
import { makeStream } from './stream-making.js';
import { HEADER_BYTES } from './write-queue.js';

/** The header that says which entry of the log ends with this message. */
const SHIPPED_SEQ = 'Append-Log-Seq';
const NO_MESSAGE = 10037;

/** Where a stream stands, and how far the log is in it. */
interface Tail {
  lastSequence: number;
  shippedSeq: number;
}

interface Part {
  subject: string;
  payload: Buffer;
}

class JetStreamReplica implements LogReplica {
  #opening: Promise<Link> | undefined;
  readonly #tails = new Map<string, Tail>();

  constructor(
    private readonly given: JetStreamOptions,
    private readonly options: ResolvedJetStreamOptions,
    private readonly logger: EngineLogger,
  ) {}

  async open(): Promise<void> {
    this.#opening ??= Link.open(this.options, this.logger);
    await this.#opening.catch((error) => {
      this.#opening = undefined;
      throw error;
    });
  }

  async position(log: string): Promise<number> {
    const shippedSeq = await this.#findTail(log);
    const link = await this.#link();
    const unfinished = await new ErasureIntents(link, new LogNames(this.options.prefix, log)).pending();
    // To open it is to finish what was being erased when this process, or the one before, was killed.
    if (unfinished.length > 0) {
      await this.#byEngine(log, shippedSeq, async (engine) => {
        await engine.openLog(log);
        return unfinished[0] as string;
      });
      return this.#findTail(log);
    }
    return shippedSeq;
  }

  async #findTail(log: string): Promise<number> {
    const link = await this.#link();
    const names = new LogNames(this.options.prefix, log);
    const { state } = await makeStream({ link, names, logger: this.logger });
    const shippedSeq = state.messages === 0 ? 0 : await this.#shippedSeq(link, names, state.last_seq);
    this.#tails.set(log, { lastSequence: state.last_seq, shippedSeq });
    return shippedSeq;
  }

  /** Not `async`: messages leave in the order of the calls. */
  send(log: string, entry: LogEntry): Promise<void> {
    const tail = this.#tails.get(log);
    if (!tail) return Promise.reject(new Error(`Where the copy of ${log} stands is not known.`));
    if (entry.seq === undefined || entry.seq <= tail.shippedSeq) return Promise.resolve();
    return this.#link().then((link) => this.#publish(link, log, tail, entry));
  }

  async erase(log: string, key: string | undefined, options: EraseOptions): Promise<void> {
    const shippedSeq = await this.#findTail(log);
    await this.#byEngine(log, shippedSeq, async (engine) => (await engine.erase(log, key, options)).id);
  }

  /** The engine knows how to erase from a stream; a message of its own then says again how far the log is in it. */
  async #byEngine(log: string, shippedSeq: number, erase: (engine: LogEngine) => Promise<string>): Promise<void> {
    const engine = jetStreamEngine(this.given)(resolveLogOptions(), this.logger);
    await engine.open();
    try {
      const id = await erase(engine);
      const entry: LogEntry = { timestamp: '', op: 'DELETE', key: `erased:${id}`, seq: shippedSeq };
      const tail = { lastSequence: (await this.#info(log)).last_seq, shippedSeq };
      await this.#publish(await this.#link(), log, tail, entry);
    } finally {
      // Whoever is sending meanwhile finds that the stream has gone on, and asks anew where it stands.
      this.#tails.delete(log);
      await engine.close();
    }
  }

  async close(): Promise<void> {
    const link = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    await link?.close();
  }

  #link(): Promise<Link> {
    return this.#opening ?? Promise.reject(new Error('The replica is not open.'));
  }

  async #info(log: string): Promise<{ last_seq: number }> {
    const link = await this.#link();
    return (await makeStream({ link, names: new LogNames(this.options.prefix, log), logger: this.logger })).state;
  }

  async #publish(link: Link, log: string, tail: Tail, entry: LogEntry): Promise<void> {
    const seq = entry.seq as number;
    const parts = this.#partsOf(link, log, entry);
    const sent = parts.map(({ subject, payload }, i) => {
      const said = headers();
      // An entry that takes several messages is there with the last of them.
      said.set(SHIPPED_SEQ, String(i === parts.length - 1 ? seq : tail.shippedSeq));
      const expect = { lastSequence: tail.lastSequence };
      tail.lastSequence += 1;
      return link.jetStream.publish(subject, payload, { headers: said, expect, timeout: this.options.writeTimeoutMs });
    });
    tail.shippedSeq = seq;
    const outcomes = await Promise.allSettled(sent);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (!failed) return;
    // Nothing behind it is accepted any more: where the stream stands is to be asked first.
    this.#tails.delete(log);
    throw link.failure(`Sending entry ${seq} of ${log}`, failed.reason);
  }

  /** The messages of an entry: one, but for a whole state that is too large for one. */
  #partsOf(link: Link, log: string, entry: LogEntry): Part[] {
    const names = new LogNames(this.options.prefix, log);
    const { key, meta } = entry;
    const whole = entry.op === 'CHECKPOINT' ? entry.state : key === undefined ? entry.data : undefined;
    const fits = ({ payload, subject }: Part) => payload.length + subject.length + HEADER_BYTES <= link.maxPayloadBytes;
    const message = (op: 'SET' | 'DELETE', of: string | undefined, value: unknown): Part => ({
      subject: of === undefined ? names.state : names.key(of),
      payload: encodeMessage({ op, key: of, json: op === 'DELETE' ? undefined : JSON.stringify(value), meta }),
    });
    if (!whole) {
      const part = message(entry.op === 'DELETE' ? 'DELETE' : 'SET', key, entry.value);
      return this.#assertFit([part], fits, link, log, entry);
    }
    const one = message('SET', undefined, whole);
    if (fits(one)) return [one];
    const parts = Object.entries(whole).map(([member, value]) => message('SET', member, value));
    return this.#assertFit([message('SET', undefined, {}), ...parts], fits, link, log, entry);
  }

  #assertFit(parts: Part[], fits: (part: Part) => boolean, link: Link, log: string, { seq, key }: LogEntry): Part[] {
    const large = parts.find((part) => !fits(part));
    if (!large) return parts;
    throw new LogError('LOG_TOO_LARGE', `Entry ${seq} of ${log} holds a value of ${large.payload.length} bytes.`, {
      key,
      hint: `The servers take ${link.maxPayloadBytes} at most: raise their max_payload.`,
    });
  }

  /** By the newest message; after an erasure that did not come to its end, by the newest one that says so. */
  async #shippedSeq(link: Link, { stream, log }: LogNames, lastSequence: number): Promise<number> {
    const doing = `Asking how far ${log} is in ${stream}`;
    for (let sequence = lastSequence; sequence > 0; sequence -= 1) {
      const message = await link
        .ask(doing, () => link.manager.streams.getMessage(stream, { seq: sequence }))
        .catch((error) => {
          if (apiCode(error) === NO_MESSAGE) return undefined;
          throw error;
        });
      const seq = Number(message?.header?.get(SHIPPED_SEQ) || Number.NaN);
      if (Number.isSafeInteger(seq)) return seq;
    }
    throw new LogError('LOG_CONFLICT', `${stream} holds entries, and none of them says that it is a copy.`, {
      file: stream,
      hint: 'Give the copies a `prefix` of their own: an engine of other processes writes here.',
    });
  }
}

/**
 * Where `StorageModule.forRoot({ replicateTo: jetStreamReplica({ servers }) })` sends every entry: a stream for each log.
 * `jetStreamFollower` reads them in another process, `append-log restore --from` brings them back.
 * @throws TypeError naming an option that is wrong
 * @publicApi
 */
export function jetStreamReplica(options: JetStreamOptions): LogReplicaFactory {
  const resolved = resolveJetStreamOptions(options);
  return (logger) => new JetStreamReplica(options, resolved, logger);
}
