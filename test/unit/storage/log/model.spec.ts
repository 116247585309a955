/** Random programs of writes, compactions and reopenings, held against a Map. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fileEngineOn, type LogEngine, resolveLogOptions } from '../../../../src/storage/log/index.js';
import { RecordedMessages, remove, replaceAll, set, stateOf } from '../../../support/log-bench.js';
import { MemoryDisk } from '../../../support/memory-disk.js';

const key = fc.oneof(fc.constantFrom('', '__proto__', 'a', 'b', '\u2028', '\ud83d'), fc.string({ maxLength: 2 }));
// JSON text knows no -0.
const value = fc.jsonValue({ maxDepth: 2 }).map((made) => JSON.parse(JSON.stringify(made)) as unknown);

type Step =
  | { do: 'set'; key: string; value: unknown }
  | { do: 'delete' | 'count'; key: string }
  | { do: 'replace'; entries: [string, unknown][] }
  | { do: 'compact' | 'settle' | 'reopen' | 'crash' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('set' as const), key, value }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'count' as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('replace' as const),
      entries: fc.array(fc.tuple(key, value), { maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('compact' as const, 'settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reopen' as const, 'crash' as const) }) },
);

const count = (current: unknown): number => (typeof current === 'number' ? current : 0) + 1;

class Run {
  readonly model = new Map<string, unknown>();
  #disk = new MemoryDisk();
  #engine: LogEngine | undefined;
  #under: Promise<unknown>[] = [];
  #seq = 0;

  async take(taken: Step): Promise<void> {
    this.#engine ??= await this.#opened();
    if (taken.do === 'settle') return this.settle();
    if (taken.do === 'reopen' || taken.do === 'crash') return this.#again(taken.do);
    this.#under.push(this.#start(this.#engine, taken));
    // An update waits for a whole state under way, so that its place among the writes is where it resolves.
    if (taken.do === 'replace') await this.settle();
  }

  #start(engine: LogEngine, taken: Step): Promise<unknown> {
    if (taken.do === 'compact') return engine.compact('a');
    this.#seq += 1;
    if (taken.do === 'set') {
      this.model.set(taken.key, taken.value);
      return engine.append('a', set(taken.key, taken.value));
    }
    if (taken.do === 'count') {
      this.model.set(taken.key, count(this.model.get(taken.key)));
      return engine.update('a', taken.key, count);
    }
    if (taken.do === 'delete') {
      this.model.delete(taken.key);
      return engine.append('a', remove(taken.key));
    }
    this.model.clear();
    if (taken.do !== 'replace') return Promise.resolve();
    for (const [name, held] of taken.entries) this.model.set(name, held);
    return engine.append('a', replaceAll(Object.fromEntries(taken.entries)));
  }

  async settle(): Promise<void> {
    await Promise.all(this.#under.splice(0));
  }

  async expectSame(): Promise<void> {
    await this.settle();
    const engine = this.#engine ?? (await this.#opened());
    expect(await stateOf(engine, 'a')).toEqual(this.model);
    expect(new Map(Object.entries(await engine.rebuildState('a')))).toEqual(this.model);
    for (const [name, held] of this.model) expect(await engine.get('a', name)).toEqual(held);
    expect(engine.stats('a')).toMatchObject({ keys: this.model.size, seq: this.#seq, pending: 0 });
    await engine.close();
    const main = JSON.parse((await this.#disk.readFile('data/a.json'))?.toString() ?? '{}') as Record<string, unknown>;
    expect(new Map(Object.entries(main))).toEqual(this.model);
  }

  /** Closed, or left as a SIGKILL leaves it: everything acknowledged is in the files, nobody said goodbye. */
  async #again(how: 'reopen' | 'crash'): Promise<void> {
    await this.settle();
    if (how === 'reopen') await this.#engine?.close();
    else this.#disk = this.#disk.copy();
    this.#engine = undefined;
  }

  async #opened(): Promise<LogEngine> {
    const options = resolveLogOptions({ dataDir: 'data', mainFiles: { maxStaleMs: 60_000 }, cacheBytes: 2000 });
    const engine = fileEngineOn(this.#disk)(options, new RecordedMessages());
    await engine.open();
    const report = await engine.openLog('a');
    expect(report.events.filter((event) => event.found !== 'lost-view')).toEqual([]);
    this.#engine = engine;
    return engine;
  }
}

test('an engine behaves like a Map, through compactions, closings and crashes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const run = new Run();
      for (const each of steps) await run.take(each);
      await run.expectSame();
    }),
    { numRuns: 250 },
  );
}, 60_000);
