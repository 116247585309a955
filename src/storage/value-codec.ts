/** How a repository turns stored JSON into its values, and what it lets be stored. */

/** @publicApi */
export interface ValueCodec<T> {
  /** The value that callers get. Never validates: an older record must stay readable for ever. */
  read(stored: unknown, key: string): T;
  /**
   * The JSON value to append.
   * @throws TypeError when the value must not be stored; nothing is written then.
   */
  check(value: T, key: string): unknown;
}
