/** All leaderboards of now, in memory: for everybody and for each server, by day, week, month, season and of all time. */
import type { GameRecord } from './game-record.js';
import { type BoardPeriod, type CalendarPeriod, calendarSpan, EVER, isWithin, type Span } from './periods.js';
import { Tally } from './tally.js';

/** Everybody, whatever the server. */
type Scope = string | undefined;

/** The boards of one stretch of time. */
class BoardsOfSpan {
  private readonly tallies = new Map<Scope, Tally>();

  constructor(readonly span: Span) {}

  of(scope: Scope): Tally {
    let tally = this.tallies.get(scope);
    if (!tally) {
      tally = new Tally();
      this.tallies.set(scope, tally);
    }
    return tally;
  }

  all(): Iterable<Tally> {
    return this.tallies.values();
  }
}

/** A board, and which games stand on it. */
interface Place {
  tally: Tally;
  scope: Scope;
  span: Span;
}

export class Boards {
  private readonly calendar: Record<CalendarPeriod, BoardsOfSpan>;
  private readonly ever = new BoardsOfSpan(EVER);
  /** By server, where a season was started; the first season is all time. */
  private readonly seasons = new Map<string, { tally: Tally; span: Span }>();
  /** When a server's first and newest game finished, whether they count or not. */
  private readonly finishes = new Map<Scope, { first: number; newest: number }>();

  constructor(now: number) {
    const current = (period: CalendarPeriod) => new BoardsOfSpan(calendarSpan(period, now));
    this.calendar = { day: current('day'), week: current('week'), month: current('month') };
  }

  /** From now on an empty season board. */
  startSeason(serverId: string, startedAt: number): void {
    this.seasons.set(serverId, { tally: new Tally(), span: { from: startedAt, until: EVER.until } });
  }

  /** Counts a game wherever it belongs; one that was undone counts nowhere. */
  add(record: GameRecord, now: number): void {
    this.turn(now);
    this.noteFinish(record);
    if (!record.undone) for (const { tally } of this.placesOf(record)) tally.add(record);
  }

  /** Counts a game on a season's board alone, where the season began while the game was on its way. */
  addToSeason(record: GameRecord): void {
    const season = record.serverId === undefined ? undefined : this.seasons.get(record.serverId);
    if (season && isWithin(season.span, record.finishedAt)) season.tally.add(record);
  }

  /** Takes a game out again. @param others every other game of its players that counts */
  remove(record: GameRecord, others: Iterable<GameRecord>, now: number): void {
    this.turn(now);
    const counted = [...others];
    for (const { tally, scope, span } of this.placesOf(record)) {
      const beside = counted.filter((other) => isOn(scope, span, other));
      tally.remove(record, (userId) => bestScoreOf(userId, beside));
    }
  }

  forget(userId: string): void {
    for (const boards of [...Object.values(this.calendar), this.ever]) {
      for (const tally of boards.all()) tally.forget(userId);
    }
    for (const { tally } of this.seasons.values()) tally.forget(userId);
  }

  /** The board of the period that holds `at`; undefined where that is over (or, by a clock set back, not kept any more). */
  find(scope: Scope, period: BoardPeriod, at: number, now: number): Tally | undefined {
    this.turn(now);
    if (period === 'all') return this.ever.of(scope);
    if (period === 'season') {
      const season = scope === undefined ? undefined : this.seasons.get(scope);
      if (!season) return this.ever.of(scope);
      return isWithin(season.span, at) ? season.tally : undefined;
    }
    const boards = this.calendar[period];
    return isWithin(boards.span, at) ? boards.of(scope) : undefined;
  }

  /** When the first and the newest game of a server finished. */
  finishesOf(serverId: string): { first: number; newest: number } | undefined {
    return this.finishes.get(serverId);
  }

  /** A new day, week or month begins with empty boards; those of the former one are let go of. */
  private turn(now: number): void {
    for (const period of Object.keys(this.calendar) as CalendarPeriod[]) {
      if (now >= this.calendar[period].span.until) this.calendar[period] = new BoardsOfSpan(calendarSpan(period, now));
    }
  }

  private placesOf(record: GameRecord): Place[] {
    const scopes: Scope[] = record.serverId === undefined ? [undefined] : [undefined, record.serverId];
    const spans = [...Object.values(this.calendar), this.ever].filter(({ span }) => isWithin(span, record.finishedAt));
    const places = spans.flatMap((boards) =>
      scopes.map((scope) => ({ tally: boards.of(scope), scope, span: boards.span })),
    );
    const season = record.serverId === undefined ? undefined : this.seasons.get(record.serverId);
    if (season && isWithin(season.span, record.finishedAt)) places.push({ ...season, scope: record.serverId });
    return places;
  }

  private noteFinish({ serverId, finishedAt }: GameRecord): void {
    const known = this.finishes.get(serverId) ?? { first: finishedAt, newest: finishedAt };
    this.finishes.set(serverId, {
      first: Math.min(known.first, finishedAt),
      newest: Math.max(known.newest, finishedAt),
    });
  }
}

/** Whether a game stands on the board of a server, or of everybody, for a stretch of time. */
export function isOn(scope: Scope, span: Span, record: GameRecord): boolean {
  return !record.undone && (scope === undefined || record.serverId === scope) && isWithin(span, record.finishedAt);
}

/** A player's best score in some games, 0 for none. */
export function bestScoreOf(userId: string, games: Iterable<GameRecord>): number {
  let best = 0;
  for (const { players } of games) {
    for (const player of players) if (player.userId === userId) best = Math.max(best, player.score);
  }
  return best;
}
