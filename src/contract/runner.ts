/** What the suite needs of a test framework: Jest's globals, Vitest's and `node:test`'s are of this shape. */
export interface Runner {
  describe(name: string, tests: () => void): unknown;
  test(name: string, run: () => Promise<void>): unknown;
  afterEach(run: () => Promise<void>): unknown;
}
