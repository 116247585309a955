/** Takes the state of a log from one engine to another, and proves that it has arrived: whatever the two keep it in. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { LogError } from './errors.js';
import type { LogEngine } from './log-engine.js';

/** Writes under way at once. */
const WINDOW = 1000;
const REPORTED_KEYS = 1000;

export interface MoveOptions {
  /**
   * Goes on with a move that was interrupted: what the target holds by now is compared, and made equal. Without it a target
   * that holds anything is refused.
   * @default false
   */
  resume?: boolean;
  /** Told now and then, of keys looked at. */
  onProgress?: (done: number, total: number) => void;
  /** Who and why, for the audit trail of the target. */
  from?: string;
}

/** What a move did. @publicApi */
export interface MoveReport {
  log: string;
  /** Live keys, the same on both sides. */
  keys: number;
  /** Keys that were written or deleted at the target. */
  written: number;
  /** See {@link stateDigest}; the same on both sides. */
  digest: string;
}

/**
 * The source is left as it is; nobody may write to either meanwhile. The state is moved, not its history.
 * @throws LogError `LOG_CONFLICT` where the target holds something already, or something else than the source in the end
 */
export async function moveLog(
  source: LogEngine,
  target: LogEngine,
  log: string,
  options: MoveOptions = {},
): Promise<MoveReport> {
  await source.openLog(log);
  await target.openLog(log);
  const isResumed = target.size(log) > 0;
  if (isResumed && !options.resume) {
    throw new LogError('LOG_CONFLICT', `The target's ${log} holds ${target.size(log)} keys already.`, {
      hint: 'To go on with a move that was interrupted, ask for it to be resumed: it is made equal to the source then.',
    });
  }
  const writes = new Writes(target, log, options.from);
  const total = source.size(log);
  let done = 0;
  for await (const [key, value] of source.entries(log)) {
    const isThere = isResumed && isDeepStrictEqual(await target.get(log, key), value);
    if (!isThere) await writes.set(key, value);
    done += 1;
    if (done % REPORTED_KEYS === 0) options.onProgress?.(done, total);
  }
  if (isResumed) {
    for await (const key of target.keys(log)) if (!(await source.has(log, key))) await writes.delete(key);
  }
  await writes.finish();
  options.onProgress?.(done, total);
  return { log, written: writes.count, ...(await compared(source, target, log)) };
}

async function compared(source: LogEngine, target: LogEngine, log: string): Promise<{ keys: number; digest: string }> {
  const [here, there] = [await stateDigest(source, log), await stateDigest(target, log)];
  if (here.digest === there.digest && here.keys === there.keys) return here;
  throw new LogError(
    'LOG_CONFLICT',
    `${log} differs after the move: ${here.keys} keys (${here.digest}) here, ${there.keys} (${there.digest}) there.`,
    { hint: 'Somebody wrote to one of the two meanwhile. Stop all writers and resume the move.' },
  );
}

/**
 * What a log holds, as one number that does not depend on the order in which an engine lists its keys: the sum, modulo
 * 2^256, of the SHA-256 of each key and value.
 */
export async function stateDigest(engine: LogEngine, log: string): Promise<{ keys: number; digest: string }> {
  const sum = new Uint32Array(8);
  let keys = 0;
  for await (const [key, value] of engine.entries(log)) {
    const hash = createHash('sha256')
      .update(JSON.stringify([key, value]))
      .digest();
    let carry = 0;
    for (let word = 7; word >= 0; word -= 1) {
      carry += (sum[word] as number) + hash.readUInt32BE(word * 4);
      sum[word] = carry;
      carry = carry > 0xffff_ffff ? 1 : 0;
    }
    keys += 1;
  }
  return { keys, digest: [...sum].map((word) => word.toString(16).padStart(8, '0')).join('') };
}

/** Writes to the target, so many under way that neither side waits for the other. */
class Writes {
  count = 0;
  readonly #underWay = new Set<Promise<unknown>>();
  #failure: { error: unknown } | undefined;

  constructor(
    private readonly target: LogEngine,
    private readonly log: string,
    private readonly from: string | undefined,
  ) {}

  set(key: string, value: unknown): Promise<void> {
    return this.#add(this.target.append(this.log, { op: 'SET', key, value }, this.#meta()));
  }

  delete(key: string): Promise<void> {
    return this.#add(this.target.append(this.log, { op: 'DELETE', key }, this.#meta()));
  }

  /** @throws what refused one of them */
  async finish(): Promise<void> {
    await Promise.all(this.#underWay);
    if (this.#failure) throw this.#failure.error;
  }

  async #add(write: Promise<unknown>): Promise<void> {
    this.count += 1;
    const watched = write.then(
      () => void this.#underWay.delete(watched),
      (error: unknown) => {
        this.#underWay.delete(watched);
        this.#failure ??= { error };
      },
    );
    this.#underWay.add(watched);
    if (this.#underWay.size >= WINDOW) await Promise.race(this.#underWay);
    if (this.#failure) throw this.#failure.error;
  }

  #meta() {
    return { actor: 'append-log move', ...(this.from === undefined ? {} : { reason: `moved from ${this.from}` }) };
  }
}
