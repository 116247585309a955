import type { PlayerRepository } from '../storage/index.js';
import type { GamePorts } from './channel-game.js';
import type { GameClock, GameRandom } from './clock.js';
import { creditPlayers } from './crediting.js';
import type { DailyService } from './daily.service.js';
import type { GameEvent } from './game.types.js';
import { nextDailyPicture, nextPicture, preparePictures } from './next-picture.js';
import type { PictureCheck } from './picture-check.js';
import type { Piece, Pieces } from './pieces.js';
import { type GamePresenter, presented } from './presenting.js';
import { type GameRecords, recordOf } from './records/index.js';
import type { SavedGames } from './sharing/index.js';

export interface GameWorld {
  saved: Pick<SavedGames, 'save' | 'clear' | 'assertHeld'>;
  players: Pick<PlayerRepository, 'creditGame'>;
  records: Pick<GameRecords, 'write'>;
  catalogue: { pieces(): Pieces };
  daily: Pick<DailyService, 'picture' | 'admit' | 'finish'>;
  pictures: PictureCheck;
  clock: GameClock;
  random: GameRandom;
  logger: { error(message: string): void; warn(message: string): void };
  /** Rooms where showing a round takes a while. */
  presenters: Iterable<GamePresenter>;
  announce(event: GameEvent): void;
}

/** Gives running games the repositories, the catalogue and the clock of the application. */
export function gamePorts(world: GameWorld): GamePorts {
  const { saved, players, records, catalogue, daily, pictures, clock, random, logger } = world;
  const pictureWorld = () => ({
    pieces: catalogue.pieces(),
    check: pictures,
    random,
    reportUnloadable: ({ key, title, imageUrl }: Pick<Piece, 'key' | 'title' | 'imageUrl'>) =>
      logger.warn(`The picture of "${title}" (${key}) does not load, and the game goes on without it: ${imageUrl}`),
  });
  return {
    clock,
    save: (state, meta) => saved.save(state, meta),
    clear: (state, meta) => saved.clear(state, meta),
    assertHeld: (state) => saved.assertHeld(state),
    admit: (state, player) => daily.admit(state, player),
    record: async (state) => {
      saved.assertHeld(state);
      await records.write(recordOf(state)).catch((error: unknown) => {
        // A refused value stays refused: the players are credited all the same.
        if (!(error instanceof TypeError)) throw error;
        logger.error(`Game ${state.gameId} cannot be recorded and counts on no board: ${error}`);
      });
    },
    credit: async (state) => {
      saved.assertHeld(state);
      if (state.day !== undefined) await daily.finish(state);
      await creditPlayers(state, players, ({ userId }, error) =>
        logger.error(`The record of player ${userId} refuses game ${state.gameId}, which is not counted: ${error}`),
      );
    },
    nextPicture: (state) =>
      state.day === undefined ? nextPicture(state, pictureWorld()) : nextDailyPicture(state, daily, pictureWorld()),
    preparePictures: (state) => preparePictures(state, pictureWorld()),
    present: (view) => presented(view, world),
    announce: (event) => world.announce(event),
    reportFailure: (doing, error) => logger.error(`${doing} failed: ${error}`),
  };
}
