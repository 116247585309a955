/** What is said in more than one place. */

export const ALREADY_PLAYED = 'You have played today’s challenge already. This one is for the others.';

export function guessesLeftInWords({ guessesLeft }) {
  return `Not that name. ${guessesLeft} ${guessesLeft === 1 ? 'guess' : 'guesses'} left.`;
}
