import { Controller, Get, Query, UsePipes, ValidationPipe } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import {
  BOARD_PERIODS,
  type BoardPeriod,
  type BoardRow,
  GameService,
  LEADERBOARD_SORTS,
  type LeaderboardSortBy,
  type RankedPlayer,
} from '../game/index.js';
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

  @IsOptional()
  @IsIn(BOARD_PERIODS, { message: `period is one of ${BOARD_PERIODS.join(', ')}.` })
  period?: BoardPeriod;

  /** A Discord guild. */
  @IsOptional()
  @Matches(/^[\w:.-]{1,128}$/, { message: 'serverId is malformed.' })
  serverId?: string;
}

/** The figures of everybody by period, and those of the one who asks. */
@Controller('api')
@UsePipes(new ValidationPipe({ transform: true, whitelist: true, stopAtFirstError: true }))
export class LeaderboardController {
  constructor(private readonly game: GameService) {}

  @Get('leaderboard')
  async leaderboard(@Query() query: LeaderboardDto): Promise<{ players: BoardRow[] }> {
    return { players: await this.game.board(query) };
  }

  @Get('me')
  async me(@KnownUserId() userId: string | undefined): Promise<{ userId: string | null; stats: BoardRow | null }> {
    if (userId === undefined) return { userId: null, stats: null };
    const player = await this.game.playerStats(userId);
    return { userId, stats: player === undefined ? null : rowOf(player) };
  }
}

/** The figures of a player that the page shows; which games they played stays here. */
function rowOf({ gamesHistory: _, withdrawnGames: __, ...row }: RankedPlayer): BoardRow {
  return row;
}
