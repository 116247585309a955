/** One leaderboard: the sums of each player's games in it. Pure. */
import { compareBy, type LeaderboardField } from '../../storage/index.js';
import { ranked } from '../leaderboard.js';
import { BestOf } from './best-of.js';
import type { GameRecord } from './game-record.js';

/** A player's figures on one board; averages and rates are whole numbers. */
export interface BoardRow {
  /** 1 for the best; equal figures share a place. */
  rank: number;
  userId: string;
  username: string;
  totalGames: number;
  totalWins: number;
  totalScore: number;
  averageScore: number;
  bestScore: number;
  totalCorrectAnswers: number;
  totalIncorrectAnswers: number;
  totalAnswers: number;
  /** Correct answers in percent, 0 when there were no answers. */
  accuracyRate: number;
}

interface Sums {
  username: string;
  /** When the game finished that the name is from: the newest name counts, in whatever order games are read. */
  namedAt: number;
  games: number;
  wins: number;
  score: number;
  best: number;
  correct: number;
  incorrect: number;
}

export class Tally {
  private readonly players = new Map<string, Sums>();

  add(record: GameRecord): void {
    for (const player of record.players) {
      if (player.isForgotten) continue;
      const sums = this.sumsOf(player.userId);
      if (record.finishedAt >= sums.namedAt) {
        sums.username = player.username;
        sums.namedAt = record.finishedAt;
      }
      sums.games += 1;
      sums.wins += player.isWinner ? 1 : 0;
      sums.score += player.score;
      sums.best = Math.max(sums.best, player.score);
      sums.correct += player.correctAnswers;
      sums.incorrect += player.incorrectAnswers;
    }
  }

  /** Takes a game out that was added. @param bestElsewhere a player's best score in the other games of this board */
  remove(record: GameRecord, bestElsewhere: (userId: string) => number): void {
    for (const { userId, isWinner, score, correctAnswers, incorrectAnswers } of record.players) {
      const sums = this.players.get(userId);
      if (!sums) continue;
      sums.games -= 1;
      sums.wins -= isWinner ? 1 : 0;
      sums.score -= score;
      sums.correct -= correctAnswers;
      sums.incorrect -= incorrectAnswers;
      if (score >= sums.best) sums.best = bestElsewhere(userId);
      if (sums.games <= 0) this.players.delete(userId);
    }
  }

  forget(userId: string): void {
    this.players.delete(userId);
  }

  /**
   * The best players with their places, best first. Looks at each player of this board once and sorts only those that
   * may be among the best: O(players) for a small limit.
   */
  rows(sortBy: LeaderboardField, limit: number): BoardRow[] {
    const best = new BestOf<Omit<BoardRow, 'rank'>>(limit, compareBy(sortBy));
    for (const [userId, sums] of this.players) best.add(rowOf(userId, sums));
    return ranked(best.list(), sortBy);
  }

  private sumsOf(userId: string): Sums {
    let sums = this.players.get(userId);
    if (!sums) {
      const namedAt = Number.NEGATIVE_INFINITY;
      sums = { username: '', namedAt, games: 0, wins: 0, score: 0, best: 0, correct: 0, incorrect: 0 };
      this.players.set(userId, sums);
    }
    return sums;
  }
}

function rowOf(userId: string, sums: Sums): Omit<BoardRow, 'rank'> {
  const totalAnswers = sums.correct + sums.incorrect;
  return {
    userId,
    username: sums.username,
    totalGames: sums.games,
    totalWins: sums.wins,
    totalScore: sums.score,
    averageScore: Math.round(sums.score / sums.games),
    bestScore: sums.best,
    totalCorrectAnswers: sums.correct,
    totalIncorrectAnswers: sums.incorrect,
    totalAnswers,
    accuracyRate: totalAnswers === 0 ? 0 : Math.round((100 * sums.correct) / totalAnswers),
  };
}
