import { afterEach, describe, expect, test } from '@jest/globals';
import { applyEntry, type LogEngine, type LogEntry } from '../../../src/storage/log/index.js';
import { entriesOf, remove, replaceAll, set, stateOf } from '../../support/log-words.js';
import { freePorts, type NatsServer, natsServer, removeNatsServers } from '../../support/nats.js';
import { closeEngines, openEngine } from '../../support/open-engines.js';
import { type Random, withSeed } from '../../support/random.js';
import { RawWriter } from '../../support/raw-messages.js';

const LOG = 'players';
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

const engineOn = ({ url }: NatsServer) => openEngine({ servers: url });

afterEach(async () => {
  await closeEngines();
  await removeNatsServers();
});

/** What two writers do whose conflicts a server did not see, with whole states and compactions in between. */
class Scribble {
  /** What a late writer may take for a key's newest seq. */
  readonly #seqs: number[] = [0];
  /** The last of each key: what a server compares with. */
  readonly #last = new Map<string, number>();
  late = 0;

  constructor(
    private readonly engine: LogEngine,
    private readonly writer: RawWriter,
    private readonly random: Random,
    /** How often everything is replaced; a compaction comes less often. */
    private readonly states: number,
  ) {}

  async step(n: number): Promise<void> {
    const { random, engine } = this;
    const key = random.pick(KEYS);
    if (random.chance(this.states)) {
      const members = KEYS.filter(() => random.chance(0.7)).map((each) => [each, `state ${n}`]);
      this.#seqs.push((await engine.append(LOG, replaceAll(Object.fromEntries(members)))).seq as number);
    } else if (random.chance(this.states / 3)) await engine.compact(LOG);
    else if (random.chance(0.3)) await this.#late(key, n);
    else {
      const { seq = 0 } = await engine.append(LOG, random.chance(0.25) ? remove(key) : set(key, n));
      this.#note(key, seq);
    }
  }

  async #late(key: string, n: number): Promise<void> {
    const { random } = this;
    const base = random.chance(0.5) ? random.pick(this.#seqs) : undefined;
    const last = this.#last.get(key) ?? 0;
    const message = { key, last, expected: random.pick(this.#seqs.slice(-12)), base };
    const value = random.chance(0.2) ? undefined : `late ${n}`;
    // Compacted away: the server has nothing to compare with.
    const sent = this.writer.send({ ...message, value }).catch(() => this.writer.send({ ...message, value, last: 0 }));
    this.#note(key, await sent);
    this.late += 1;
  }

  #note(key: string, seq: number): void {
    this.#last.set(key, seq);
    this.#seqs.push(seq);
  }
}

describe('a part of the history', () => {
  test.each([
    ['never', 0],
    ['seldom', 0.002],
    ['often', 0.03],
  ])(
    'is read as it stands in the whole, where that is %s replaced',
    async (_, states) => {
      await withSeed(async (random) => {
        const server = await natsServer();
        const engine = await engineOn(server);
        await engine.openLog(LOG);
        const writer = await RawWriter.on(server.url, LOG);
        const scribble = new Scribble(engine, writer, random, states);
        for (let n = 0; n < 900; n += 1) await scribble.step(n);
        await engine.append(LOG, set('seen', true));
        const whole = await entriesOf(engine, LOG);
        const counted = whole.filter(({ value }) => String(value).startsWith('late')).length;
        expect(counted).toBeGreaterThan(0);
        if (states === 0) expect(counted).toBeLessThan(scribble.late - 20);
        const newest = whole.at(-1)?.seq as number;
        // The whole is what another process sees that comes now, too.
        const later = await engineOn(server);
        expect(await entriesOf(later, LOG)).toEqual(whole);
        expect(await stateOf(later, LOG)).toEqual(replayed(whole, newest));
        expect(await stateOf(engine, LOG)).toEqual(replayed(whole, newest));
        for (const key of [...KEYS, 'never']) {
          const full = whole.flatMap((entry) => aboutKey(entry, key));
          expect(await entriesOf(later, LOG, { key })).toEqual(full);
          const fromSeq = random.below(newest);
          expect(await entriesOf(later, LOG, { key, fromSeq })).toEqual(full.filter(({ seq = 0 }) => seq >= fromSeq));
        }
        for (let fromSeq = 1; fromSeq <= newest + 1; fromSeq += 1 + random.below(12)) {
          expect(await entriesOf(later, LOG, { fromSeq })).toEqual(whole.filter(({ seq = 0 }) => seq >= fromSeq));
        }
        for (let at = newest; at > 0; at -= 1 + random.below(30)) {
          const state = await engine.rebuildState(LOG, { at }).catch((error) => error);
          if (state.code === 'LOG_NOT_RETAINED') break;
          expect(new Map(Object.entries(state))).toEqual(replayed(whole, at));
        }
        // Who began at the newest whole state judges what comes as those who saw all that was before it.
        for (let n = 900; n < 1100; n += 1) await scribble.step(n);
        await writer.close();
        await engine.append(LOG, set('done', 1));
        await later.append(LOG, set('done', 2));
        await engine.append(LOG, set('done', 3));
        await later.append(LOG, set('done', 4));
        await engine.update(LOG, 'done', () => 5);
        await later.update(LOG, 'done', () => 6);
        const state = new Map([...(await stateOf(later, LOG)), ['done', 0]]);
        for (const each of [engine, await engineOn(server)]) {
          expect(new Map([...(await stateOf(each, LOG)), ['done', 0]])).toEqual(state);
        }
        expect(state.size).toBe(replayed(await entriesOf(engine, LOG), Number.POSITIVE_INFINITY).size);
      });
    },
    120_000,
  );
});

function replayed(entries: LogEntry[], at: number): Map<string, unknown> {
  const held = new Map<string, unknown>();
  for (const entry of entries) if ((entry.seq ?? 0) <= at) applyEntry(held, entry);
  return held;
}

function aboutKey(entry: LogEntry, key: string): LogEntry[] {
  if (entry.key !== undefined) return entry.key === key ? [entry] : [];
  const { data = {} } = entry;
  return [{ ...entry, data: Object.hasOwn(data, key) ? { [key]: data[key] } : {} }];
}

describe('what the servers send for it', () => {
  test('is the part, not the whole', async () => {
    const [port] = await freePorts(1);
    const server = await natsServer(`http: "127.0.0.1:${port}"\n`);
    const engine = await engineOn(server);
    const writes = Array.from({ length: 10_000 }, (_, n) => engine.append(LOG, set(`k${n % 100}`, n)));
    await Promise.all(writes);
    await engine.append(LOG, replaceAll({ k1: 1 }));
    await Promise.all(Array.from({ length: 2000 }, (_, n) => engine.append(LOG, set(`k${n % 100}`, n))));
    const sent = async (read: () => Promise<unknown>) => {
      const before = await messagesSent(port as number);
      await read();
      return (await messagesSent(port as number)) - before;
    };
    const told = {
      whole: await sent(() => entriesOf(engine, LOG)),
      tail: await sent(() => entriesOf(engine, LOG, { fromSeq: 11_900 })),
      behindState: await sent(() => entriesOf(engine, LOG, { fromSeq: 10_500 })),
      key: await sent(() => entriesOf(engine, LOG, { key: 'k1' })),
      state: await sent(() => engine.rebuildState(LOG)),
      start: await sent(async () => (await engineOn(server)).openLog(LOG)),
    };
    console.log(`Messages that the server sent: ${JSON.stringify(told)}.`);
    expect(told.whole).toBeGreaterThan(12_000);
    expect(told.tail).toBeLessThan(400);
    expect(told.behindState).toBeLessThan(1800);
    expect(told.key).toBeLessThan(300);
    expect(told.state).toBeLessThan(2300);
    expect(told.start).toBeLessThan(2300);
  }, 60_000);
});

async function messagesSent(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/varz`);
  return ((await answer.json()) as { out_msgs: number }).out_msgs;
}
