import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { GameService, type RankedPlayer } from '../game/index.js';

type PlayedGame = RankedPlayer['gamesHistory'][number];

/** A player as anybody may see them: the figures of the board, and the newest games, oldest first. */
interface Profile extends Omit<RankedPlayer, 'gamesHistory' | 'withdrawnGames'> {
  games: Omit<PlayedGame, 'gameId'>[];
}

/** What the page of one player shows. */
@Controller('api/players')
export class ProfileController {
  constructor(private readonly game: GameService) {}

  @Get(':userId')
  async profile(@Param('userId') userId: string): Promise<Profile> {
    const player = await this.game.playerStats(userId);
    if (player === undefined) throw new NotFoundException('Nobody by this address has finished a game.');
    const { gamesHistory, withdrawnGames: _, ...figures } = player;
    return { ...figures, games: gamesHistory.map(({ gameId: __, ...game }) => game) };
  }
}
