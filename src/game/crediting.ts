import type { PlayerRepository } from '../storage/index.js';
import type { GameState, PlayerTally } from './session/state.js';

/** Called with a player whose record the store refuses for good. */
export type ReportRefusal = (player: PlayerTally, error: unknown) => void;

/**
 * Books a finished game for everybody who answered. The repository knows a game by its id, so this may be repeated
 * after a crash or a failure, as often as it takes, and counts once.
 * @throws the first failure that may pass with time; the others have been credited by then.
 */
export async function creditPlayers(
  state: GameState,
  players: Pick<PlayerRepository, 'creditGame'>,
  reportRefusal: ReportRefusal,
): Promise<void> {
  const credits = await Promise.allSettled(state.players.map((player) => creditPlayer(state, player, players)));
  let failure: { error: unknown } | undefined;
  credits.forEach((credit, place) => {
    if (credit.status === 'fulfilled') return;
    // A refused value stays refused: one such record must not keep the game from ending for all the others.
    if (credit.reason instanceof TypeError) reportRefusal(state.players[place] as PlayerTally, credit.reason);
    else failure ??= { error: credit.reason };
  });
  if (failure) throw failure.error;
}

async function creditPlayer(
  state: GameState,
  player: PlayerTally,
  players: Pick<PlayerRepository, 'creditGame'>,
): Promise<void> {
  const { userId, username, score, correctAnswers, incorrectAnswers } = player;
  const result = {
    gameId: state.gameId,
    date: new Date(state.outcome?.finishedAt ?? state.endsAt).toISOString(),
    score,
    isWinner: state.outcome?.winners.includes(userId) ?? false,
    correctAnswers,
    incorrectAnswers,
  };
  await players.creditGame(userId, username, result, { actor: 'game', reason: `game ${state.gameId} finished` });
}
