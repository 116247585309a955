import { Injectable, Optional } from '@nestjs/common';
import { type EntryMeta, InjectRepository, type LogEntry, LogRepository } from '../../storage/index.js';
import { checkedId, checkedLimit } from '../identity.js';
import { ProcessLease } from '../sharing/index.js';
import { BestOf } from './best-of.js';
import { GameRecord, type GameUndo, isGameRecord } from './game-record.js';
import { Turns } from './turns.js';

/** Which games are asked for; members that are left out are not asked about. */
export interface GamesWhere {
  channelId?: string;
  serverId?: string;
  /** Games in which this person answered. */
  userId?: string;
}

type Listener = (record: GameRecord) => void;

/** The trail of the entry with which a record begins; each later one is a correction. */
const FINISHED: EntryMeta = { actor: 'game', reason: 'game finished' };

/** Thrown inside an atomic step to leave it without writing anything. */
const RECORDED_ALREADY = Symbol('recorded already');

/**
 * The finished games, in the log `games`. A record is written once and kept; later it may be marked as undone, and
 * the names in it may be taken out.
 */
@Injectable()
export class GameRecords {
  private readonly listeners = new Set<Listener>();
  private readonly correctionListeners = new Set<() => void>();
  /** Games whose record is on its way to the disk. */
  private readonly writing = new Set<string>();
  private corrections: Promise<unknown> = Promise.resolve();

  /** @param lease there where other processes write records, too: then the log itself tells of all of them */
  constructor(
    @InjectRepository(GameRecord) private readonly repository: LogRepository<GameRecord>,
    @Optional() private readonly lease?: ProcessLease,
  ) {
    if (lease) repository.changes().subscribe((entry) => this.hear(entry));
  }

  /** Whether other processes write records, too. */
  get isShared(): boolean {
    return this.lease !== undefined;
  }

  /**
   * Writes the record of a game, unless it is there already: safe to repeat after a crash or a failure.
   * @throws TypeError when it breaks a rule and never can be written
   */
  async write(record: GameRecord): Promise<void> {
    const { gameId } = record;
    if (await this.repository.has(gameId)) return;
    this.writing.add(gameId);
    try {
      const written = await this.create(gameId, record);
      if (written && !this.isShared) for (const listener of this.listeners) listener(written);
    } finally {
      this.writing.delete(gameId);
    }
  }

  get(gameId: string): Promise<GameRecord | undefined> {
    return this.repository.get(gameId);
  }

  /** The newest games first; takes a pass over all records. @throws TypeError naming the member that is wrong */
  async recent(where: GamesWhere, limit = 10): Promise<GameRecord[]> {
    const { channelId, serverId, userId } = where;
    for (const [field, id] of Object.entries({ channelId, serverId, userId })) {
      if (id !== undefined) checkedId(field, id);
    }
    const newest = new BestOf<GameRecord>(checkedLimit(limit), newestFirst);
    for await (const record of this.stored()) {
      if (channelId !== undefined && record.channelId !== channelId) continue;
      if (serverId !== undefined && record.serverId !== serverId) continue;
      if (userId !== undefined && !record.players.some((player) => player.userId === userId)) continue;
      newest.add(record);
    }
    return newest.list();
  }

  /** Calls back with each new record once it is durable; returns the way to stop. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls back when records were changed that were there before; only where the store is shared. */
  onCorrection(listener: () => void): void {
    this.correctionListeners.add(listener);
  }

  /** Whether a record may be read already though nobody has been told of it. The log tells in the turn in which it has it. */
  isBeingWritten(gameId: string): boolean {
    return !this.isShared && this.writing.has(gameId);
  }

  /**
   * The records as they are at this moment, one at a time: memory does not grow with the log.
   * @param leftOut called with the key of whatever is no record of a game
   */
  async *stored(leftOut: (gameId: string) => void = () => {}): AsyncGenerator<GameRecord> {
    const turns = new Turns();
    for await (const [gameId, record] of this.repository.entries()) {
      await turns.next();
      if (isGameRecord(record, gameId)) yield record;
      else leftOut(gameId);
    }
  }

  /**
   * Gathers some of the records and keeps them together with what is written meanwhile until `use` is done, so that
   * no game falls between reading the log and acting on it.
   */
  async following<T>(
    isWanted: (record: GameRecord) => boolean,
    use: (found: ReadonlyMap<string, GameRecord>) => Promise<T>,
  ): Promise<T> {
    const found = new Map<string, GameRecord>();
    const take = (record: GameRecord) => {
      if (isWanted(record)) found.set(record.gameId, record);
    };
    const stop = this.listen(take);
    try {
      for await (const record of this.stored()) take(record);
      return await use(found);
    } finally {
      stop();
    }
  }

  /** Marks a game as undone. The first mark stays. @returns the record, undefined where there is none */
  markUndone(gameId: string, undone: GameUndo, meta: EntryMeta): Promise<GameRecord | undefined> {
    return this.change(gameId, (record) => ({ ...record, undone: record.undone ?? undone }), meta);
  }

  /** Notes that an undone game has been taken back from everybody. */
  markWithdrawn(gameId: string, meta: EntryMeta): Promise<GameRecord | undefined> {
    return this.change(
      gameId,
      (record) => (record.undone ? { ...record, undone: { ...record.undone, isWithdrawn: true } } : record),
      meta,
    );
  }

  /** Writes a record anew; nothing is written where there is none. @param fn only computes, and may run again */
  change(gameId: string, fn: (record: GameRecord) => GameRecord, meta: EntryMeta): Promise<GameRecord | undefined> {
    return this.repository.update(gameId, (record) => record && fn(record), meta);
  }

  /** Runs one correction of what has been recorded at a time, of all processes. */
  exclusively<T>(correction: () => Promise<T>): Promise<T> {
    const { lease } = this;
    const next = lease ? () => lease.exclusively('corrections', correction) : correction;
    const result = this.corrections.then(next);
    this.corrections = result.catch(() => undefined);
    return result;
  }

  /** A process that slept since it looked must not write over what others have corrected meanwhile. */
  private async create(gameId: string, record: GameRecord): Promise<GameRecord | undefined> {
    if (!this.isShared) return this.repository.set(gameId, record, FINISHED);
    const fresh = (current: GameRecord | undefined): GameRecord => {
      if (current) throw RECORDED_ALREADY;
      return record;
    };
    return this.repository.update(gameId, fresh, FINISHED).catch((error: unknown) => {
      if (error !== RECORDED_ALREADY) throw error;
      return undefined;
    });
  }

  private hear({ key = '', value, meta }: LogEntry): void {
    const record = (value ?? null) as GameRecord | null;
    if (meta?.reason === FINISHED.reason && isGameRecord(record, key)) {
      for (const listener of this.listeners) listener(record);
    } else for (const listener of this.correctionListeners) listener();
  }
}

function newestFirst(a: GameRecord, b: GameRecord): number {
  return b.finishedAt - a.finishedAt || (a.gameId < b.gameId ? -1 : 1);
}
