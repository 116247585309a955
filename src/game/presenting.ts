import type { GameClock } from './clock.js';
import type { GameView } from './game.types.js';

/** A room that needs a moment to show a round, as one behind a network does. */
export interface GamePresenter {
  /** Resolves once the players of the view's channel can see its round. Views of other rooms' channels resolve at once. */
  show(view: GameView): Promise<void>;
}

export interface Stage {
  presenters: Iterable<GamePresenter>;
  clock: GameClock;
  logger: { error(message: string): void };
}

/** A round waits this long for a slow room; the clock starts then, lest a room that is gone stop the game. */
const PRESENTING_MS = 3_000;

/** Resolves once every room shows the round, or is too slow. Whoever cannot show it says so: the game goes on. */
export async function presented(view: GameView, { presenters, clock, logger }: Stage): Promise<void> {
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
