import type { GameView, PlayerScore } from '../game.types.js';
import { plainName } from '../rules/index.js';
import type { CurrentRound, GameState } from './state.js';

/** What everybody may see of a game. The right answer, and who gave it, stay hidden while the round runs. */
export function viewOf(state: GameState, phase: GameView['phase'] = state.phase): GameView {
  const view: GameView = {
    gameId: state.gameId,
    channelId: state.channelId,
    phase,
    mode: state.mode ?? 'choices',
    ...(state.day === undefined ? {} : { day: state.day }),
    host: { ...state.host },
    round: state.round,
    rounds: state.times.rounds,
    roundMs: state.times.roundMs,
    pauseMs: state.times.pauseMs,
    players: scoreboard(state),
  };
  if (state.current) Object.assign(view, pictureOf(state, state.current));
  if (phase === 'starting' || phase === 'round' || phase === 'pause') view.endsAt = state.endsAt;
  if (state.lastResult) view.lastResult = structuredClone(state.lastResult);
  if (state.outcome) view.winners = [...state.outcome.winners];
  return view;
}

function pictureOf(state: GameState, current: CurrentRound): Pick<GameView, 'imageUrl' | 'title' | 'choices'> {
  const picture = {
    imageUrl: current.imageUrl,
    ...(state.mode === 'typed' ? {} : { choices: current.choices.map(({ artist }) => ({ artist })) }),
  };
  return state.phase === 'round' && givesAway(current) ? picture : { ...picture, title: current.title };
}

/** Some artists sign in the title. */
function givesAway(current: CurrentRound): boolean {
  const title = current.title.toLowerCase();
  if (current.choices.some(({ artist }) => artist !== '' && title.includes(artist.toLowerCase()))) return true;
  // Where the name is typed, a title that would be taken for it is as good as the name.
  const plain = plainName(title);
  return current.naming?.right.some((name) => plain.includes(plainName(name))) ?? false;
}

/**
 * Scores as they stood before the running round: a score that moves with an answer would tell the others
 * which button was right while they can still press it.
 */
function scoreboard(state: GameState): PlayerScore[] {
  const running = state.phase === 'round' ? (state.current?.answers ?? []) : [];
  const answers = new Map(running.map((answer) => [answer.userId, answer]));
  return state.players
    .map((player) => {
      const answer = answers.get(player.userId);
      const { userId, username, score, correctAnswers, incorrectAnswers } = player;
      if (!answer) return { userId, username, score, correctAnswers, incorrectAnswers, answered: false };
      return {
        userId,
        username,
        score: score - answer.points,
        correctAnswers: correctAnswers - (answer.correct ? 1 : 0),
        incorrectAnswers: incorrectAnswers - (answer.correct ? 0 : 1),
        answered: true,
      };
    })
    .sort((a, b) => b.score - a.score || a.username.localeCompare(b.username));
}
