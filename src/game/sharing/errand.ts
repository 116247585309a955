import { IsNotEmpty, IsObject, IsOptional, IsString } from 'class-validator';
import { LogEntity } from '../../storage/index.js';
import type { AnswerOutcome, GameAnswer, GameView, StopRequest } from '../game.types.js';

/** What a process asks of the one that runs a game. */
export type ErrandCall =
  | { what: 'answer'; channelId: string; answer: GameAnswer }
  | { what: 'stop'; channelId: string; by: StopRequest };

/** What comes back for each kind of call. */
export interface ErrandResults {
  answer: AnswerOutcome;
  stop: GameView;
}

/** How an errand ended: with a value, or with an error by its kind, code and words. */
export type ErrandOutcome = { value: unknown } | { error: { kind: string; code?: string; message: string } };

/**
 * A request of one process to another, in the log `errands` under an id of its own: written by the one, given its outcome
 * by the other, deleted by the first. So it needs no connection between the two but the store.
 */
@LogEntity({ log: 'errands' })
export class Errand {
  @IsString()
  @IsNotEmpty()
  from!: string;

  @IsString()
  @IsNotEmpty()
  to!: string;

  @IsObject()
  call!: ErrandCall;

  @IsOptional()
  @IsObject()
  outcome?: ErrandOutcome;
}
