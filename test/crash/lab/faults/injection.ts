/**
 * Makes planned calls of the file door fail: the k-th of some kinds, and perhaps those that follow, with an error of the
 * system; a failing write may leave some of its bytes. A failing fsync also drops its pages for good, as
 * `lying-disk.ts` has it, so that a power cut may follow.
 */
import { systemError } from '../../../support/memory-disk.js';
import { type DiskCall, WatchedDisk } from '../../../support/watched-disk.js';
import { type DiskImage, LyingDisk } from '../power-loss/lying-disk.js';

export type CallKind = DiskCall['operation'];

export interface PlannedFault {
  /** Calls that are counted and fail. */
  kinds: readonly CallKind[];
  code: string;
  /** The first of them to fail, from 1, */
  k: number;
  /** and how many fail; infinite until the disk is well again. */
  times: number;
  /** Which bytes of a failing write arrive all the same. */
  short?: (length: number) => number;
  /** A rename, link or removal is performed and said to have failed, as over a network when the answer is lost. */
  late?: boolean;
}

/** Kinds that change nothing: where only others fail, every read must be right. */
const LOOKS: readonly CallKind[] = ['read', 'readSync', 'readFile', 'list', 'fileSize', 'size', 'isSameFile', 'open'];

export class FaultyDisk extends WatchedDisk {
  readonly lying: LyingDisk;
  /** The code that every failure has. */
  readonly code: string;
  readonly answersLate: boolean;
  /** What failed, in order. */
  readonly failed: DiskCall[] = [];
  /** Told of each call before it is performed or fails. */
  onCall: (call: DiskCall, fails: boolean) => void = () => undefined;
  #fault: PlannedFault | undefined;
  #seen = 0;
  /** Paths of calls that are performed and then said to have failed. */
  readonly #lost = new Set<string>();
  /** The files whose next fsync the lying disk has to fail. */
  readonly #syncsToFail: { path: string; code: string }[] = [];

  constructor(image: DiskImage, fault?: PlannedFault) {
    const lying = new LyingDisk(image);
    super(lying);
    this.lying = lying;
    this.#fault = fault;
    this.code = fault?.code ?? '';
    this.answersLate = fault?.late ?? false;
    this.before = (call) => this.#meet(call);
    lying.fail = (operation, path) => this.#failSync(operation, path);
  }

  /** From now on every call is performed. */
  heal(): void {
    this.#fault = undefined;
  }

  /** Whether calls may still fail, now or at the next one. */
  get ill(): boolean {
    return this.#fault !== undefined && this.#seen < this.#fault.k - 1 + this.#fault.times;
  }

  /** Whether a read may fail. */
  get blind(): boolean {
    return this.ill && (this.#fault as PlannedFault).kinds.some((kind) => LOOKS.includes(kind));
  }

  get hit(): boolean {
    return this.failed.length > 0;
  }

  hasFailed(...kinds: CallKind[]): boolean {
    return this.failed.some(({ operation }) => kinds.includes(operation));
  }

  override async rename(from: string, to: string): Promise<void> {
    await super.rename(from, to);
    this.#answer(to);
  }

  override async link(from: string, to: string): Promise<void> {
    await super.link(from, to);
    this.#answer(to);
  }

  override async remove(path: string): Promise<void> {
    await super.remove(path);
    this.#answer(path);
  }

  /** The answer to what was performed, where it does not get lost. */
  #answer(path: string): void {
    if (this.#lost.delete(path)) throw systemError(this.code, path);
  }

  #meet(call: DiskCall): void {
    const fault = this.#plannedFor(call);
    this.onCall(call, fault !== undefined);
    if (!fault) return;
    this.failed.push(call);
    if (call.operation === 'sync') {
      this.#syncsToFail.push({ path: call.path, code: fault.code });
      return;
    }
    if (fault.late) {
      this.#lost.add(call.path);
      return;
    }
    this.shortWriteBytes = fault.short?.(call.length ?? 0) ?? 0;
    throw systemError(fault.code, call.path);
  }

  #plannedFor({ operation }: DiskCall): PlannedFault | undefined {
    const fault = this.#fault;
    if (!fault?.kinds.includes(operation)) return undefined;
    this.#seen += 1;
    return this.#seen >= fault.k && this.#seen < fault.k + fault.times ? fault : undefined;
  }

  #failSync(operation: string, path: string): { code: string } | undefined {
    const at = operation === 'sync' ? this.#syncsToFail.findIndex((planned) => planned.path === path) : -1;
    return at < 0 ? undefined : this.#syncsToFail.splice(at, 1)[0];
  }
}
