import { GameError } from '../game/index.js';
import { LogError } from '../storage/index.js';

/** A request that this room refuses, in words for the person who asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** What to tell the person whose request failed; undefined where the fault is the bot's own and unexpected. */
export function refusalText(error: unknown): string | undefined {
  if (error instanceof Refusal || error instanceof GameError) return error.message;
  if (error instanceof LogError) return 'That could not be saved, so it does not count. Please try again.';
  if (error instanceof TypeError) return `That is not possible: ${error.message}`;
  return undefined;
}
