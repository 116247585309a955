import { Controller, Get, Query, UsePipes, ValidationPipe } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { GameService, LEADERBOARD_SORTS, type LeaderboardSortBy, type RankedPlayer } from '../game/index.js';
import { KnownUserId } from './player.decorator.js';

/** Which leaderboard is asked for. */
export class LeaderboardDto {
  @IsOptional()
  @IsIn(LEADERBOARD_SORTS, { message: `sortBy is one of ${LEADERBOARD_SORTS.join(', ')}.` })
  sortBy?: LeaderboardSortBy;

  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'limit is a whole number.' })
  @Min(1, { message: 'limit is at least 1.' })
  @Max(100, { message: 'limit is at most 100.' })
  limit?: number;
}

/** The figures of a player that the page shows; the history of their games stays here. */
type BoardRow = Omit<RankedPlayer, 'gamesHistory'>;

/** The all-time figures of everybody, and of the one who asks. */
@Controller('api')
@UsePipes(new ValidationPipe({ transform: true, whitelist: true, stopAtFirstError: true }))
export class LeaderboardController {
  constructor(private readonly game: GameService) {}

  @Get('leaderboard')
  async leaderboard(@Query() { sortBy, limit }: LeaderboardDto): Promise<{ players: BoardRow[] }> {
    return { players: (await this.game.leaderboard(sortBy, limit)).map(rowOf) };
  }

  @Get('me')
  async me(@KnownUserId() userId: string | undefined): Promise<{ userId: string | null; stats: BoardRow | null }> {
    if (userId === undefined) return { userId: null, stats: null };
    const player = await this.game.playerStats(userId);
    return { userId, stats: player === undefined ? null : rowOf(player) };
  }
}

function rowOf({ gamesHistory: _, ...row }: RankedPlayer): BoardRow {
  return row;
}
