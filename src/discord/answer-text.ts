/** What a player is told in private about an answer. Pure. */
import type { AnswerOutcome } from '../game/index.js';
import { counted } from './text.js';

export function answerText(outcome: AnswerOutcome): string {
  const { status, correct, points = 0, guessesLeft = 0 } = outcome;
  switch (status) {
    case 'accepted':
      return correct ? `Right: ${counted(points, 'point')}.` : 'Not this one. The answer follows when the round ends.';
    case 'wrong-guess':
      if (guessesLeft === 0) return 'Not this name, and that was your last guess.';
      return `Not this name. ${guessesLeft} ${guessesLeft === 1 ? 'guess' : 'guesses'} left.`;
    case 'already-answered':
      return 'You have answered this round already; your first answer stands.';
    case 'already-played':
      return 'Today you have played the challenge already. A new one comes tomorrow.';
    case 'too-late':
      return 'Too late: that round is over.';
    case 'no-game':
      return 'That game is over.';
  }
}
