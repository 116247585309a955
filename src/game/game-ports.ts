import type { GameStateRepository, PlayerRepository } from '../storage/index.js';
import type { GamePorts } from './channel-game.js';
import type { GameClock, GameRandom } from './clock.js';
import { creditPlayers } from './crediting.js';
import type { GameEvent } from './game.types.js';
import { nextPicture, preparePictures } from './next-picture.js';
import type { PictureCheck } from './picture-check.js';
import type { Piece, Pieces } from './pieces.js';

export interface GameWorld {
  states: Pick<GameStateRepository, 'saveGameState' | 'clearGameState'>;
  players: Pick<PlayerRepository, 'creditGame'>;
  catalogue: { pieces(): Pieces };
  pictures: PictureCheck;
  clock: GameClock;
  random: GameRandom;
  logger: { error(message: string): void; warn(message: string): void };
  announce(event: GameEvent): void;
}

/** Gives running games the repositories, the catalogue and the clock of the application. */
export function gamePorts(world: GameWorld): GamePorts {
  const { states, players, catalogue, pictures, clock, random, logger } = world;
  const pictureWorld = () => ({
    pieces: catalogue.pieces(),
    check: pictures,
    random,
    reportUnloadable: ({ key, title, imageUrl }: Piece) =>
      logger.warn(`The picture of "${title}" (${key}) does not load, and the game goes on without it: ${imageUrl}`),
  });
  return {
    clock,
    save: async (state, meta) => {
      await states.saveGameState(state.channelId, state, meta);
    },
    clear: async ({ channelId }, meta) => {
      await states.clearGameState(channelId, meta);
    },
    credit: (state) =>
      creditPlayers(state, players, ({ userId }, error) =>
        logger.error(`The record of player ${userId} refuses game ${state.gameId}, which is not counted: ${error}`),
      ),
    nextPicture: (state) => nextPicture(state, pictureWorld()),
    preparePictures: (state) => preparePictures(state, pictureWorld()),
    announce: (event) => world.announce(event),
    reportFailure: (doing, error) => logger.error(`${doing} failed: ${error}`),
  };
}
