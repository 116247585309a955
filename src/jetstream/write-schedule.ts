/**
 * Who may be sent when. Writes about one key go one after the other, in the order of the calls; appends of the log are
 * sent in the order of the calls, also those about different keys; a whole state waits for everything before it, and
 * everything behind it waits for it.
 */
import { Line } from './line.js';
import type { PendingWrite } from './pending-write.js';

export class WriteSchedule {
  /** Behind a whole state. */
  readonly #held = new Line<PendingWrite>();
  /** Appends that are not started yet. */
  readonly #appends = new Line<PendingWrite>();
  readonly #bySubject = new Map<string, Line<PendingWrite>>();
  #active = 0;
  #stateRuns = false;

  /**
   * @param start sends a write for the first time
   * @param hasRoom whether one more may be under way
   */
  constructor(
    private readonly start: (write: PendingWrite) => void,
    private readonly hasRoom: () => boolean,
  ) {}

  add(write: PendingWrite): void {
    this.#held.push(write);
    this.#release();
  }

  /** A write has ended, well or not; those behind it move up. */
  done(write: PendingWrite): void {
    const { kind, subject } = write.order;
    if (write.isAdmitted) {
      this.#active -= 1;
      if (kind === 'state') this.#stateRuns = false;
    }
    const line = this.#bySubject.get(subject);
    this.#skipSettled(line);
    if (line?.length === 0) this.#bySubject.delete(subject);
    const next = line?.first;
    if (next?.order.kind === 'update') this.#start(next);
    this.pump();
    this.#release();
  }

  /** Starts as many appends as there is room for. */
  pump(): void {
    for (;;) {
      this.#skipSettled(this.#appends);
      const write = this.#appends.first;
      if (!write || !this.hasRoom()) return;
      if (this.#bySubject.get(write.order.subject)?.first !== write) return;
      this.#appends.shift();
      this.#start(write);
    }
  }

  #start(write: PendingWrite): void {
    if (write.isStarted) return;
    write.isStarted = true;
    this.start(write);
  }

  #release(): void {
    for (;;) {
      this.#skipSettled(this.#held);
      const write = this.#held.first;
      if (!write || this.#stateRuns) return;
      const isState = write.order.kind === 'state';
      if (isState && this.#active > 0) return;
      this.#held.shift();
      write.isAdmitted = true;
      this.#active += 1;
      this.#stateRuns = isState;
      this.#admit(write);
    }
  }

  #admit(write: PendingWrite): void {
    const { kind, subject } = write.order;
    let line = this.#bySubject.get(subject);
    if (!line) {
      line = new Line();
      this.#bySubject.set(subject, line);
    }
    line.push(write);
    if (kind === 'append') {
      this.#appends.push(write);
      this.pump();
    } else if (line.first === write) this.#start(write);
  }

  /** A write whose time was over may still stand in a line. */
  #skipSettled(line: Line<PendingWrite> | undefined): void {
    while (line?.first?.isSettled) line.shift();
  }
}
