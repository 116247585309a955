/**
 * What must be known of a log beside its entries, in a stream of its own (they have no place to note it): how far back its
 * history is whole, and up to where tombstones may be gone. One small record a log, changed by compare-and-set.
 */
import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { apiCode, type Link } from './link.js';
import { controlNames } from './names.js';

export interface ControlRecord {
  /** States before this seq can no longer be told exactly; 0 where all can. */
  wholeFromSeq: number;
  /** When that entry was written, in milliseconds since 1970. */
  wholeFromMs: number;
  /** Up to here tombstones may have been removed: who has seen less begins anew. */
  tombstonesGoneSeq: number;
  /** The newest whole state that was removed; updates that build on older ones stay void. */
  stateFloorSeq: number;
  /** When the servers made the stream of the log, in milliseconds since 1970: it has been there. 0 where nobody has noted it. */
  madeMs: number;
}

const NONE: ControlRecord = { wholeFromSeq: 0, wholeFromMs: 0, tombstonesGoneSeq: 0, stateFloorSeq: 0, madeMs: 0 };
const NOT_FOUND = 10037;
const STREAM_NOT_FOUND = 10059;
const WRONG_LAST_SEQ = 10071;

export class Control {
  readonly #names: ReturnType<typeof controlNames>;

  constructor(private readonly link: Link) {
    this.#names = controlNames(link.options.prefix);
  }

  /** Where the record of a log stands, for those who have to change it by hand. */
  placeOf(log: string): string {
    return `${this.#names.of(log)} in the stream ${this.#names.stream}`;
  }

  /** @param failures how often it was asked for without an answer */
  async read(log: string, failures?: number): Promise<ControlRecord> {
    return (await this.#read(log, failures)).record;
  }

  /** Nothing ever moves back: each number becomes the larger of what is there and what is given. */
  async raise(log: string, raised: Partial<ControlRecord>): Promise<ControlRecord> {
    await this.#prepare();
    for (;;) {
      const { record, seq } = await this.#read(log);
      const next = { ...record };
      for (const name of Object.keys(NONE) as (keyof ControlRecord)[])
        next[name] = Math.max(next[name], raised[name] ?? 0);
      try {
        await this.link.ask(`Noting how far ${log} reaches back`, () =>
          this.link.jetStream.publish(this.#names.of(log), JSON.stringify(next), {
            expect: { lastSubjectSequence: seq },
          }),
        );
        return next;
      } catch (error) {
        if (apiCode(error) !== WRONG_LAST_SEQ) throw error;
      }
    }
  }

  async #read(log: string, failures = Number.POSITIVE_INFINITY): Promise<{ record: ControlRecord; seq: number }> {
    try {
      // By the leader: another server might answer with what was there before.
      const message = await this.link.ask(`Reading how far ${log} reaches back`, () =>
        this.link.managerAfter(failures).streams.getMessage(this.#names.stream, { last_by_subj: this.#names.of(log) }),
      );
      if (!message) return { record: NONE, seq: 0 };
      return { record: { ...NONE, ...(message.json() as Partial<ControlRecord>) }, seq: message.seq };
    } catch (error) {
      if ([NOT_FOUND, STREAM_NOT_FOUND].includes(apiCode(error) ?? 0)) return { record: NONE, seq: 0 };
      throw error;
    }
  }

  async #prepare(): Promise<void> {
    await this.link.ask('Making the control stream', () =>
      this.link.manager.streams.add({
        name: this.#names.stream,
        subjects: [this.#names.subjects],
        storage: StorageType.File,
        retention: RetentionPolicy.Limits,
        discard: DiscardPolicy.Old,
        num_replicas: this.link.options.replicas,
        max_msgs_per_subject: 8,
      }),
    );
  }
}
