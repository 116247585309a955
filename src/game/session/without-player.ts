import type { GamePlayer } from '../game.types.js';
import type { GameState } from './state.js';

/** A game that is over with a person's name and id replaced everywhere in it; its scores stay. */
export function withoutPlayer(state: GameState, userId: string, nobody: GamePlayer): GameState {
  const nameless = <T extends { userId: string }>(one: T): T =>
    one.userId === userId ? { ...one, ...named(one) } : one;
  const named = (one: object) => ('username' in one ? nobody : { userId: nobody.userId });
  const { current, lastResult, outcome } = state;
  return {
    ...state,
    host: nameless(state.host),
    players: state.players.map(nameless),
    current: current && { ...current, answers: current.answers.map(nameless) },
    lastResult: lastResult && { ...lastResult, answers: lastResult.answers.map(nameless) },
    outcome: outcome && { ...outcome, winners: outcome.winners.map((id) => (id === userId ? nobody.userId : id)) },
  };
}
