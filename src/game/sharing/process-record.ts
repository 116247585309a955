import { IsInt, Min } from 'class-validator';
import { LogEntity } from '../../storage/index.js';

/** A process that runs games, in the log `processes` under an id that is never used again: written with each beat. */
@LogEntity({ log: 'processes' })
export class ProcessRecord {
  @IsInt()
  @Min(1)
  beat!: number;

  /** How long a beat counts for the process itself. */
  @IsInt()
  @Min(1)
  ttlMs!: number;
}
