/** Who runs a game, or has a duty. */
import { IsInt, IsString, Min } from 'class-validator';
import { LogEntity } from '../../storage/index.js';

/** What only one process does at a time, in the log `duties` under its name; of a game the same stands in its state. */
@LogEntity({ log: 'duties' })
export class Holder {
  @IsString()
  process!: string;

  /** Rises by one with each change of holder. */
  @IsInt()
  @Min(1)
  term!: number;
}

/** The member `holder` of a saved game; undefined for one that nobody has. */
export function holderOf(saved: unknown): Holder | undefined {
  const { holder } = (saved ?? {}) as { holder?: Partial<Holder> };
  return typeof holder?.process === 'string' && Number.isInteger(holder.term) ? (holder as Holder) : undefined;
}

export function isSameHolder(a: Holder | undefined, b: Holder | undefined): boolean {
  return a?.process === b?.process && a?.term === b?.term;
}

/** Whoever comes after a holder. */
export function successorOf(holder: Holder | undefined, process: string): Holder {
  return { process, term: (holder?.term ?? 0) + 1 };
}
