/** Errors that travel between processes: what the rooms tell people by must arrive as what it was. */
import { LogError, type LogErrorCode } from '../../storage/index.js';
import { GameError, type GameErrorCode } from '../errors.js';
import type { ErrandOutcome } from './errand.js';

export async function outcomeOf(run: () => Promise<unknown>): Promise<ErrandOutcome> {
  try {
    return { value: await run() };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof GameError) return { error: { kind: 'GameError', code: error.code, message } };
    if (error instanceof LogError) return { error: { kind: 'LogError', code: error.code, message } };
    return { error: { kind: error instanceof TypeError ? 'TypeError' : 'Error', message } };
  }
}

/** The value. @throws what the other process threw */
export function resultOf(outcome: ErrandOutcome): unknown {
  if (!('error' in outcome)) return outcome.value;
  const { kind, code = '', message } = outcome.error;
  if (kind === 'GameError') throw new GameError(code as GameErrorCode, message);
  if (kind === 'LogError') throw new LogError(code as LogErrorCode, message);
  throw kind === 'TypeError' ? new TypeError(message) : new Error(message);
}
