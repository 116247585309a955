import type { GameStateRepository, PlayerRepository } from '../storage/index.js';
import type { GamePorts } from './channel-game.js';
import type { GameClock, GameRandom } from './clock.js';
import { creditPlayers } from './crediting.js';
import type { DailyService } from './daily.service.js';
import type { GameEvent, GameView } from './game.types.js';
import { nextPicture } from './next-picture.js';
import type { Pieces } from './pieces.js';
import { type GameRecords, recordOf } from './records/index.js';

/** A room that needs a moment to show a round, as one behind a network does. */
export interface GamePresenter {
  /** Resolves once the players of the view's channel can see its round. Views of other rooms' channels resolve at once. */
  show(view: GameView): Promise<void>;
}

export interface GameWorld {
  states: Pick<GameStateRepository, 'saveGameState' | 'clearGameState'>;
  players: Pick<PlayerRepository, 'creditGame'>;
  records: Pick<GameRecords, 'write'>;
  catalogue: { pieces(): Pieces };
  daily: Pick<DailyService, 'picture' | 'admit' | 'finish'>;
  clock: GameClock;
  random: GameRandom;
  logger: { error(message: string): void };
  /** Rooms where showing a round takes a while. */
  presenters: Iterable<GamePresenter>;
  announce(event: GameEvent): void;
}

/** Gives running games the repositories, the catalogue and the clock of the application. */
export function gamePorts(world: GameWorld): GamePorts {
  const { states, players, records, catalogue, daily, clock, random, logger } = world;
  return {
    clock,
    save: async (state, meta) => {
      await states.saveGameState(state.channelId, state, meta);
    },
    clear: async ({ channelId }, meta) => {
      await states.clearGameState(channelId, meta);
    },
    record: (state) =>
      records.write(recordOf(state)).catch((error: unknown) => {
        // A refused value stays refused: the players are credited all the same.
        if (!(error instanceof TypeError)) throw error;
        logger.error(`Game ${state.gameId} cannot be recorded and counts on no board: ${error}`);
      }),
    admit: (state, player) => daily.admit(state, player),
    credit: async (state) => {
      if (state.day !== undefined) await daily.finish(state);
      await creditPlayers(state, players, ({ userId }, error) =>
        logger.error(`The record of player ${userId} refuses game ${state.gameId}, which is not counted: ${error}`),
      );
    },
    nextPicture: async (state) =>
      state.day === undefined ? nextPicture(state, catalogue.pieces(), random) : daily.picture(state),
    present: (view) => presented(view, world),
    announce: (event) => world.announce(event),
    reportFailure: (doing, error) => logger.error(`${doing} failed: ${error}`),
  };
}

/** A round waits this long for a slow room; the clock starts then, lest a room that is gone stop the game. */
const PRESENTING_MS = 3_000;

/** Whoever cannot show a round says so elsewhere: the game goes on. */
async function presented(view: GameView, { presenters, clock, logger }: GameWorld): Promise<void> {
  const showing = [...presenters].map((presenter) => presenter.show(view));
  if (showing.length === 0) return;
  const all = Promise.allSettled(showing).then((outcomes) => {
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') logger.error(`showing round ${view.round} failed: ${outcome.reason}`);
    }
  });
  let cancel = () => {};
  const late = new Promise<void>((resolve) => {
    cancel = clock.setTimeout(resolve, PRESENTING_MS);
  });
  await Promise.race([all, late]);
  cancel();
}
