/**
 * What must be known of a log beside its entries, in a stream of its own (they have no place to note it): how far back its
 * history is whole. One small record a log, changed by compare-and-set.
 */
import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { apiCode, isNowhere, type Link } from './link.js';
import { type ControlNames, controlNames } from './names.js';

export interface ControlRecord {
  /** States before this seq can no longer be told exactly; 0 where all can. */
  wholeFromSeq: number;
  /** When that entry was written, in milliseconds since 1970. */
  wholeFromMs: number;
  /** When the servers made the stream of the log, in milliseconds since 1970: it has been there. 0 where nobody has noted it. */
  madeMs: number;
}

const NONE: ControlRecord = { wholeFromSeq: 0, wholeFromMs: 0, madeMs: 0 };
/** Somebody else was first. */
export const WRONG_LAST_SEQ = 10071;
const OTHER_CONFIGURATION = 10058;

export class Control {
  readonly #names: ControlNames;

  constructor(private readonly link: Link) {
    this.#names = controlNames(link.options.prefix);
  }

  /** Where the record of a log stands, for those who have to change it by hand. */
  placeOf(log: string): string {
    return `${this.#names.of(log)} in the stream ${this.#names.stream}`;
  }

  async read(log: string): Promise<ControlRecord> {
    return (await this.#read(log)).record;
  }

  /** Nothing ever moves back: each number becomes the larger of what is there and what is given. */
  async raise(log: string, raised: Partial<ControlRecord>): Promise<ControlRecord> {
    await makeControlStream(this.link);
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

  async #read(log: string): Promise<{ record: ControlRecord; seq: number }> {
    try {
      // By the leader: another server might answer with what was there before.
      const message = await this.link.ask(`Reading how far ${log} reaches back`, () =>
        this.link.manager.streams.getMessage(this.#names.stream, { last_by_subj: this.#names.of(log) }),
      );
      if (!message) return { record: NONE, seq: 0 };
      return { record: { ...NONE, ...(message.json() as Partial<ControlRecord>) }, seq: message.seq };
    } catch (error) {
      if (isNowhere(error)) return { record: NONE, seq: 0 };
      throw error;
    }
  }
}

/** It keeps the configuration that it has, as the streams of the logs do. */
export async function makeControlStream(link: Link): Promise<void> {
  const { stream, subjects } = controlNames(link.options.prefix);
  const making = link.ask('Making the control stream', () =>
    link.manager.streams.add({
      name: stream,
      subjects: [subjects],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      num_replicas: link.options.replicas,
      max_msgs_per_subject: 8,
    }),
  );
  await making.catch((error) => {
    if (apiCode(error) !== OTHER_CONFIGURATION) throw error;
  });
}
