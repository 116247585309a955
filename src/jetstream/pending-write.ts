/** A write on its way: what it wants, and how far it has come. */
import type { LogEntry } from '../storage/log/index.js';

/** What is to be sent for a write as things are now; undefined where nothing is to be written. */
export interface Draft {
  payload: Buffer;
  /** What an update that read the value compares with; the view's newest otherwise. */
  expected?: number;
}

export interface WriteOrder {
  kind: 'append' | 'update' | 'state';
  key: string | undefined;
  subject: string;
  /** What counts against `maxPendingBytes` while it waits. */
  bytes: number;
  /** Looks at what is there, if it is an update, and says what to send. May be called again. */
  draft(): Draft | undefined | Promise<Draft | undefined>;
}

export class PendingWrite {
  readonly calledAt = Date.now();
  readonly outcome: Promise<LogEntry | undefined>;
  resolve!: (entry: LogEntry | undefined) => void;
  reject!: (error: unknown) => void;
  /** Drawn for the first sending; the same for each sending again, so that the servers know it. */
  msgId: string | undefined;
  payload: Buffer | undefined;
  expected = 0;
  sentAt = 0;
  firstSentAt = 0;
  attempts = 0;
  retryAt = 0;
  /** The seq that a server acknowledged. */
  ackedSeq = 0;
  /** It lost against another writer, or is being drafted: not to be sent again as it is. */
  isResting = false;
  /** Since when it waits for the view to show who was first; 0 where it does not. */
  lostAt = 0;
  isSettled = false;
  /** Nothing that was called before holds it up; it has been drafted. */
  isAdmitted = false;
  isStarted = false;
  /** The newest reason why it is not acknowledged. */
  trouble: string | undefined;

  constructor(
    readonly order: WriteOrder,
    readonly deadline: number,
  ) {
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}
