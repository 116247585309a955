/**
 * Keeps the best of many without sorting them all: whenever twice as many are held as are wanted, the worse half goes.
 * One of n items costs as much as sorting a list of `limit`, shared by `limit` items, so all of them n · log(limit).
 */
export class BestOf<T> {
  private held: T[] = [];

  /** @param compare as for `Array.sort`: the better one first */
  constructor(
    private readonly limit: number,
    private readonly compare: (a: T, b: T) => number,
  ) {}

  add(item: T): void {
    this.held.push(item);
    if (this.held.length >= 2 * this.limit) this.held = this.list();
  }

  /** The best so far, best first, at most `limit`. */
  list(): T[] {
    return this.held.sort(this.compare).slice(0, this.limit);
  }
}
