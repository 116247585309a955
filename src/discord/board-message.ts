import { EmbedBuilder } from 'discord.js';
import type { BoardRow, LeaderboardSortBy, RankedPlayer } from '../game/index.js';
import { COLORS } from './colors.js';
import { grouped, plain } from './text.js';

/** What a leaderboard can be sorted by, in words. */
export const SORT_NAMES: Readonly<Record<LeaderboardSortBy, string>> = {
  totalScore: 'total score',
  totalWins: 'games won',
  averageScore: 'average score',
  bestScore: 'best game',
  accuracyRate: 'accuracy',
  totalGames: 'games played',
  totalCorrectAnswers: 'correct answers',
};

type Row = Pick<BoardRow, 'rank' | 'username' | LeaderboardSortBy>;

/** The best players by one figure. */
export function boardEmbed(title: string, rows: readonly Row[], sortBy: LeaderboardSortBy): EmbedBuilder {
  const lines = rows.map((row) => `${row.rank}\\. **${plain(row.username)}** · ${figure(row, sortBy)}`);
  return new EmbedBuilder()
    .setColor(COLORS.podium)
    .setTitle(title)
    .setDescription(lines.length === 0 ? 'Nobody has finished a game yet.' : lines.join('\n'));
}

/** One player's all-time figures, for this player or whoever asks about them. */
export function statsEmbed(stats: RankedPlayer): EmbedBuilder {
  const { totalCorrectAnswers, totalIncorrectAnswers, totalAnswers } = stats;
  const fields = [
    ['Rank', `#${grouped(stats.rank)}`],
    ['Games', grouped(stats.totalGames)],
    ['Won', grouped(stats.totalWins)],
    ['Total score', grouped(stats.totalScore)],
    ['Average score', grouped(stats.averageScore)],
    ['Best game', grouped(stats.bestScore)],
    ['Right', grouped(totalCorrectAnswers)],
    ['Wrong', grouped(totalIncorrectAnswers)],
    ['Accuracy', totalAnswers > 0 ? `${stats.accuracyRate}%` : 'no answers yet'],
  ] as const;
  return new EmbedBuilder()
    .setColor(COLORS.podium)
    .setTitle('All-time figures')
    .setDescription(`**${plain(stats.username)}**`)
    .addFields(fields.map(([name, value]) => ({ name, value, inline: true })));
}

function figure(row: Row, sortBy: LeaderboardSortBy): string {
  const value = grouped(row[sortBy] ?? 0);
  if (sortBy === 'accuracyRate') return `${value}%`;
  if (sortBy === 'totalGames' || sortBy === 'totalWins') return `${value} ${SORT_NAMES[sortBy]}`;
  return sortBy === 'totalCorrectAnswers' ? `${value} ${SORT_NAMES[sortBy]}` : `${value} points`;
}
