import { Controller, Get } from '@nestjs/common';
import { type DailyPlace, DailyService, type DailyStanding } from '../game/index.js';
import { KnownUserId } from './player.decorator.js';

/** Today's challenge: who has played it best, and how it stands for the one who asks. */
@Controller('api/daily')
export class DailyController {
  constructor(private readonly daily: DailyService) {}

  @Get()
  async today(
    @KnownUserId() userId: string | undefined,
  ): Promise<{ day: string; players: DailyPlace[]; you: DailyStanding | null }> {
    const [players, you] = await Promise.all([
      this.daily.board(),
      userId === undefined ? null : this.daily.standing(userId),
    ]);
    return { day: this.daily.today(), players, you };
  }
}
