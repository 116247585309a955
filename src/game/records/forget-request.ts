import { IsNumber } from 'class-validator';
import { LogEntity } from '../../storage/index.js';

/**
 * A person whose traces are being removed, in the log `forgetting` under the userId: it is written first and deleted
 * last, so that the next process goes on where one was killed.
 */
@LogEntity({ log: 'forgetting' })
export class ForgetRequest {
  /** Milliseconds since 1970. */
  @IsNumber()
  requestedAt!: number;
}
