/** How the command ends: the four exit statuses, and the error of somebody who asked for what cannot be. */

export const EXIT = {
  /** Done, and everything is whole. */
  done: 0,
  /** Damage, or a difference, was found; or the work failed. */
  found: 1,
  /** The command was not used rightly. */
  usage: 2,
  /** A running writer holds the directory, and the command needs to write. */
  held: 3,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** Wrong usage: what is wrong, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
