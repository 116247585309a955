import { Inject, Injectable, Optional } from '@nestjs/common';
import { type EntryMeta, InjectRepository, type LogEntry, LogRepository } from '../storage/index.js';
import { CatalogueService } from './catalogue.service.js';
import { GAME_CLOCK, type GameClock } from './clock.js';
import { DailyAttempt, DailyChallenge, type DailyRound, dayBefore, dayOf } from './daily-challenge.js';
import { GameError } from './errors.js';
import type { GamePlayer } from './game.types.js';
import type { Pieces } from './pieces.js';
import { makeChoices, pickRounds, type Random, seededRandom } from './rules/index.js';
import type { RoundPicture } from './session/session.js';
import type { GameState } from './session/state.js';
import { ProcessLease } from './sharing/index.js';

/** Rounds of a daily challenge; fewer where the catalogue has fewer pieces. */
export const DAILY_ROUNDS = 10;

/** One place on the board of a day. */
export interface DailyPlace extends GamePlayer {
  /** Equal scores share a place. */
  rank: number;
  score: number;
  correctAnswers: number;
  rounds: number;
}

/** What today's challenge is to one player. */
export interface DailyStanding {
  /** `2026-11-27` */
  day: string;
  /** Whether the one attempt of the day is used. */
  played: boolean;
  /** Once that game is over. */
  score?: number;
  /** Days in a row with a finished attempt, up to today or, before today's, up to yesterday. */
  streak: number;
}

/** As the record of a finished game has it. */
export interface FinishedDaily {
  gameId: string;
  /** Milliseconds since 1970; a challenge is that of the day on which its game was started. */
  startedAt: number;
  players: readonly { userId: string }[];
}

const DAY_LENGTH = '2026-11-27'.length;

type Attempts = Map<string, DailyAttempt>;

/** The daily challenge: the same rounds for everybody on one day (UTC), and one attempt for each player. */
@Injectable()
export class DailyService {
  /** The attempts of one day, as they are stored; most questions are about today. */
  private known: { day: string; attempts: Promise<Attempts> } | undefined;

  constructor(
    @InjectRepository(DailyChallenge) private readonly challenges: LogRepository<DailyChallenge>,
    @InjectRepository(DailyAttempt) private readonly attempts: LogRepository<DailyAttempt>,
    private readonly catalogue: CatalogueService,
    @Inject(GAME_CLOCK) private readonly clock: GameClock,
    @Optional() private readonly lease?: ProcessLease,
  ) {
    if (lease) attempts.changes().subscribe((entry) => this.hear(entry));
  }

  today(): string {
    return dayOf(this.clock.now());
  }

  /**
   * The rounds of a day; drawn, and kept, when they are asked for first.
   * @throws GameError NOT_ENOUGH_ARTISTS
   */
  async rounds(day: string): Promise<DailyRound[]> {
    const known = await this.challenges.get(day);
    if (known) return known.rounds;
    const rounds = drawn(this.catalogue.pieces(), day);
    if (rounds.length === 0) throw new GameError('NOT_ENOUGH_ARTISTS', 'The catalogue has no piece to ask for.');
    const meta = { actor: 'game', reason: 'daily challenge drawn' };
    // Whoever came first, here or meanwhile, has drawn it for everybody.
    const kept = await this.challenges.update(day, (current) => current ?? { day, rounds }, meta);
    return (kept as DailyChallenge).rounds;
  }

  /** The next round of a game of this day; undefined when none is left. */
  async picture({ day = '', upcoming }: GameState): Promise<RoundPicture | undefined> {
    const rounds = new Map((await this.rounds(day)).map((round) => [round.pieceKey, round]));
    for (const [place, key] of upcoming.entries()) {
      const round = rounds.get(key);
      // Cloned, it is plain JSON, as a saved state has it.
      if (round) return { ...structuredClone(round), upcoming: upcoming.slice(place + 1) };
    }
    return undefined;
  }

  /** Takes a game for the player's one attempt; false where another one is. Safe to repeat. */
  async admit({ day = '', gameId }: GameState, { userId, username }: GamePlayer): Promise<boolean> {
    const held = await this.attempts.get(keyOf(day, userId));
    // Nothing is written for each answer of somebody who has made the attempt.
    if (held) return held.gameId === gameId;
    const attempt = await this.change(day, userId, { actor: userId, reason: 'daily challenge begun' }, (current) => {
      return current ?? { day, userId, username, gameId };
    });
    return attempt.gameId === gameId;
  }

  /** Scores the attempts that a finished game was. Safe to repeat. */
  async finish({ day = '', gameId, players, times, outcome }: GameState): Promise<void> {
    const finishedAt = new Date(outcome?.finishedAt ?? this.clock.now()).toISOString();
    const meta = { actor: 'game', reason: `game ${gameId} finished` };
    await Promise.all(
      players.map(({ userId, username, score, correctAnswers }) =>
        this.change(day, userId, meta, (current) => {
          const attempt = current ?? { day, userId, username, gameId };
          if (attempt.gameId !== gameId) return attempt;
          return { ...attempt, score, correctAnswers, rounds: times.rounds, finishedAt };
        }),
      ),
    );
  }

  /** The best finished attempts of a day. @default today */
  async board(day = this.today(), limit = 10): Promise<DailyPlace[]> {
    const finished = [...(await this.attemptsOf(day)).values()].filter(({ score }) => score !== undefined);
    finished.sort((a, b) => scoreOf(b) - scoreOf(a) || a.username.localeCompare(b.username));
    return finished.slice(0, limit).map((attempt) => ({
      rank: 1 + finished.findIndex((other) => scoreOf(other) === scoreOf(attempt)),
      userId: attempt.userId,
      username: attempt.username,
      score: scoreOf(attempt),
      correctAnswers: attempt.correctAnswers ?? 0,
      rounds: attempt.rounds ?? 0,
    }));
  }

  /** How today's challenge stands for one player. */
  async standing(userId: string): Promise<DailyStanding> {
    const day = this.today();
    const attempt = await this.attempts.get(keyOf(day, userId));
    const isFinished = attempt?.score !== undefined;
    let streak = isFinished ? 1 : 0;
    for (let past = dayBefore(day); await this.hasFinished(past, userId); past = dayBefore(past)) streak++;
    return { day, played: attempt !== undefined, ...(isFinished ? { score: scoreOf(attempt) } : {}), streak };
  }

  /** Takes back what a game that was undone had scored; it stays the players' attempt of that day. Safe to repeat. */
  async withdraw(game: FinishedDaily, meta: EntryMeta): Promise<void> {
    const day = dayOf(game.startedAt);
    const held = await Promise.all(game.players.map(({ userId }) => this.attempts.get(keyOf(day, userId))));
    const scored = held.filter((attempt) => attempt?.gameId === game.gameId && attempt.score !== undefined);
    await Promise.all(
      (scored as DailyAttempt[]).map(({ userId, username, gameId }) =>
        this.change(day, userId, meta, () => ({ day, userId, username, gameId })),
      ),
    );
  }

  /** Every attempt of one player, oldest first. */
  async attemptsBy(userId: string): Promise<DailyAttempt[]> {
    const attempts: DailyAttempt[] = [];
    for await (const key of this.attempts.keys()) {
      const attempt = isOf(userId, key) ? await this.attempts.get(key) : undefined;
      if (attempt) attempts.push(attempt);
    }
    return attempts.sort((a, b) => (a.day < b.day ? -1 : 1));
  }

  /** Forgets that a player ever tried. Safe to repeat. @returns how many attempts there were */
  async forget(userId: string, meta: EntryMeta): Promise<number> {
    const attempts = await this.attemptsBy(userId);
    await Promise.all(attempts.map(({ day }) => this.attempts.delete(keyOf(day, userId), meta)));
    (await this.known?.attempts)?.delete(userId);
    return attempts.length;
  }

  private async hasFinished(day: string, userId: string): Promise<boolean> {
    return (await this.attempts.get(keyOf(day, userId)))?.score !== undefined;
  }

  private async change(
    day: string,
    userId: string,
    meta: EntryMeta,
    next: (current: DailyAttempt | undefined) => DailyAttempt,
  ): Promise<DailyAttempt> {
    const attempt = (await this.attempts.update(keyOf(day, userId), next, meta)) as DailyAttempt;
    if (!this.lease && this.known?.day === day) (await this.known.attempts).set(userId, attempt);
    return attempt;
  }

  /** In a shared store the log tells of every attempt, whoever wrote it, in the order that counts. */
  private hear({ op, key = '', value }: LogEntry): void {
    const known = this.known;
    if (!known || !key.startsWith(`${known.day}/`)) return;
    const userId = key.slice(DAY_LENGTH + 1);
    const change = (attempts: Attempts) => {
      if (op === 'SET') attempts.set(userId, value as DailyAttempt);
      else attempts.delete(userId);
    };
    // One that could not be read is read again at the next question.
    known.attempts.then(change, () => undefined);
  }

  /** One pass over all attempts for each new day that is asked for; what is written meanwhile is put in by `change`. */
  private attemptsOf(day: string): Promise<Attempts> {
    if (this.known?.day !== day) this.known = { day, attempts: this.read(day) };
    return this.known.attempts;
  }

  private async read(day: string): Promise<Attempts> {
    const attempts: Attempts = new Map();
    for await (const key of this.attempts.keys()) {
      if (!key.startsWith(`${day}/`)) continue;
      const attempt = await this.attempts.get(key);
      if (attempt) attempts.set(attempt.userId, attempt);
    }
    return attempts;
  }
}

function drawn(pieces: Pieces, day: string): DailyRound[] {
  const random = seededRandom(`daily ${day}`);
  // By key: the order in which the catalogue was fetched must not matter.
  const playable = pieces.playable().sort((a, b) => (a.key < b.key ? -1 : 1));
  return pickRounds(playable, DAILY_ROUNDS, random).map((piece) => roundOf(piece.key, pieces, random));
}

function roundOf(pieceKey: string, pieces: Pieces, random: Random): DailyRound {
  const piece = pieces.get(pieceKey);
  if (!piece) throw new Error(`${pieceKey} is not in the catalogue that it was picked from.`);
  const { title, description, imageUrl } = piece;
  return { pieceKey, title, description, imageUrl, ...makeChoices(piece, pieces.artists, pieces.nameOf, random) };
}

function scoreOf({ score = 0 }: DailyAttempt): number {
  return score;
}

function isOf(userId: string, key: string): boolean {
  return key === keyOf(key.slice(0, DAY_LENGTH), userId);
}

function keyOf(day: string, userId: string): string {
  return `${day}/${userId}`;
}
