/**
 * What erasures of a log that have begun must remember until they are done, since whoever began one may be killed. A
 * subject of the control stream for each, so that several processes may erase at once; overwritten once it is done.
 */
import type { EntryMeta } from '../storage/log/index.js';
import { makeControlStream, WRONG_LAST_SEQ } from './control.js';
import { apiCode, isNowhere, type Link } from './link.js';
import { type ControlNames, controlNames, type LogNames } from './names.js';

export interface ErasureIntent {
  id: string;
  /** ISO 8601 UTC. */
  requestedAt: string;
  /** As it is: whole states and what is noted about entries are searched for it. */
  key?: string;
  mentions: string[];
  /** No live value mentioned anybody when the log stood here. */
  mentionsUpToSeq: number;
  /** Who and why, unless that names what is erased. */
  meta?: EntryMeta;
  /** Whether the key had a value when this was asked for. */
  existed: boolean;
  /** Set once the key is deleted: what stands behind this seq is of a later life. */
  upToSeq?: number;
}

/** An intent as it was read, and the seq by which it is changed. */
export interface KeptIntent {
  intent: ErasureIntent;
  seq: number;
}

export class ErasureIntents {
  readonly #control: ControlNames;

  constructor(
    private readonly link: Link,
    private readonly names: LogNames,
  ) {
    this.#control = controlNames(names.prefix);
  }

  async begin(intent: ErasureIntent): Promise<KeptIntent> {
    await makeControlStream(this.link);
    return { intent, seq: await this.#publish(intent, 0) };
  }

  /** Ids of what is being erased, or was when somebody was killed. */
  async pending(): Promise<string[]> {
    const filter = this.#control.erasing(this.names.log, '*');
    const info = await this.#orNothing(() =>
      this.link.manager.streams.info(this.#control.stream, { subjects_filter: filter }),
    );
    return Object.keys(info?.state.subjects ?? {}).map((subject) => subject.slice(filter.length - 1));
  }

  /** Undefined where it is done. */
  async read(id: string): Promise<KeptIntent | undefined> {
    const subject = this.#control.erasing(this.names.log, id);
    // By the leader: another server might answer with what was there before.
    const message = await this.#orNothing(() =>
      this.link.manager.streams.getMessage(this.#control.stream, { last_by_subj: subject }),
    );
    return message ? { intent: message.json(), seq: message.seq } : undefined;
  }

  /** Notes up to where the key is deleted; false where somebody else noted something, or is done with it. */
  async noteDeleted({ intent, seq }: KeptIntent, upToSeq: number): Promise<boolean> {
    try {
      await this.#publish({ ...intent, upToSeq }, seq);
      return true;
    } catch (error) {
      if (apiCode(error) === WRONG_LAST_SEQ) return false;
      throw error;
    }
  }

  /** The oldest first: as long as anything can be read, it is what was noted last. */
  async drop(id: string): Promise<void> {
    const subject = this.#control.erasing(this.names.log, id);
    const { streams } = this.link.manager;
    for (;;) {
      const get = (query: { seq: number; next_by_subj: string } | { last_by_subj: string }) =>
        this.#orNothing(() => streams.getMessage(this.#control.stream, query));
      // A server of 2.9 may overlook the first of a subject where others were removed.
      const message = (await get({ seq: 1, next_by_subj: subject })) ?? (await get({ last_by_subj: subject }));
      if (!message) return;
      await this.#orNothing(() => streams.deleteMessage(this.#control.stream, message.seq, true));
    }
  }

  async #publish(intent: ErasureIntent, lastSubjectSequence: number): Promise<number> {
    const subject = this.#control.erasing(this.names.log, intent.id);
    const { seq } = await this.link.ask(`Noting what is erased from ${this.names.stream}`, () =>
      this.link.jetStream.publish(subject, JSON.stringify(intent), { expect: { lastSubjectSequence } }),
    );
    return seq;
  }

  #orNothing<R>(request: () => Promise<R>): Promise<R | undefined> {
    return this.link.ask(`Looking for what is erased from ${this.names.stream}`, () =>
      request().catch((error) => {
        if (isNowhere(error)) return undefined;
        throw error;
      }),
    );
  }
}
