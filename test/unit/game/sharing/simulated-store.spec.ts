/** Tests of the simulation itself: what it promises to those who look for faults in it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Random } from '../../../support/random.js';
import { Machine, World } from '../../../support/simulated-machines.js';
import { SimulatedStore, StoreClient, type StoredEntry, WRITE_TIMEOUT_MS } from '../../../support/simulated-store.js';

const LOG = 'game_state';

describe('the simulation', () => {
  let world: World;
  let store: SimulatedStore;
  let written: StoredEntry[];

  beforeEach(() => {
    world = new World(new Random(1));
    store = new SimulatedStore();
    written = [];
    store.onEntry = (entry) => written.push(entry);
  });

  class Process {
    readonly machine: Machine;
    readonly client: StoreClient;
    readonly heard: string[] = [];

    constructor(rate = 1, offsetMs = 0) {
      this.machine = new Machine(world, { rate, offsetMs });
      this.client = new StoreClient(this.machine, store);
    }

    /** Writes, and notes what becomes of it. */
    add(key: string, text: string): void {
      this.during(async () => {
        const change = (current: unknown) => (current === undefined ? text : `${current}${text}`);
        const result = this.client.logs.update(LOG, key, change as never);
        this.heard.push(await result.then(String, ({ message }: Error) => message));
      });
    }

    during(task: () => void): void {
      world.after(0, () => this.machine.turn(task));
    }
  }

  const run = (ms: number) => world.run(world.now + ms, () => false);
  const texts = () => written.map(({ json }) => json && JSON.parse(json));

  it('computes a write anew that lost against another, so that none is lost', async () => {
    const [one, other] = [new Process(), new Process()];
    one.add('key', 'a');
    other.add('key', 'b');
    await run(1_000);
    expect(['ab', 'ba']).toContain(texts().at(-1));
    expect([...one.heard, ...other.heard].sort()).toEqual([texts()[0], texts()[1]].sort());
  });

  it('writes nothing where the change throws', async () => {
    const one = new Process();
    one.during(() => {
      const refuse = () => {
        throw new Error('refused');
      };
      one.client.logs.update(LOG, 'key', refuse).catch(({ message }: Error) => one.heard.push(message));
    });
    await run(1_000);
    expect(one.heard).toEqual(['refused']);
    expect(written).toEqual([]);
  });

  it('tells of a write only once the view of its author shows it', async () => {
    const one = new Process();
    one.client.trouble.receiveMs = 100_000;
    one.add('key', 'a');
    await run(50);
    expect(texts()).toEqual(['a']);
    expect(one.heard).toEqual([]);
  });

  it('fails a write whose outcome nobody knows, after its time', async () => {
    const one = new Process();
    one.client.trouble.lossRate = 1;
    for (let n = 0; n < 8; n += 1) one.add(`key ${n}`, 'a');
    await run(WRITE_TIMEOUT_MS - 100);
    expect(one.heard).toEqual([]);
    await run(200);
    expect(one.heard).toEqual(Array(8).fill(`A write to ${LOG} was not acknowledged.`));
    expect(written.length).toBeGreaterThan(0);
    expect(written.length).toBeLessThan(8);
  });

  it('runs nothing in a process that is stopped, while its clock goes on', async () => {
    const one = new Process();
    const fired: number[] = [];
    one.during(() => {
      one.machine.clock.setTimeout(() => fired.push(one.machine.clock.now()), 1_000);
    });
    await run(500);
    one.machine.stop();
    await run(5_000);
    expect(fired).toEqual([]);
    await one.machine.goOn();
    expect(fired).toEqual([5_500]);
  });

  it('has a process that stumbles act later than it looked at its clock', async () => {
    const one = new Process();
    const looks: number[] = [];
    one.machine.stumbleMs = 3_000;
    one.during(() => {
      for (let n = 0; n < 50; n += 1) looks.push(one.machine.clock.now());
    });
    await run(1_000);
    expect([looks[0], looks.at(-1)]).toEqual([0, 3_000]);
    expect(one.machine.isAway).toBe(true);
    await run(2_000);
    expect(one.machine.isAway).toBe(false);
  });

  it('lets clocks differ, and their timers with them', async () => {
    const fast = new Process(1.05, 1_000);
    let firedAt = 0;
    fast.during(() => {
      fast.machine.clock.setTimeout(() => (firedAt = world.now), 10_500);
    });
    await run(20_000);
    expect(fast.machine.clock.now()).toBe(1_000 + 21_000);
    expect(firedAt).toBeGreaterThanOrEqual(10_000);
    expect(firedAt).toBeLessThan(10_100);
  });

  it('has what a killed process sent arrive all the same, and nothing come back to it', async () => {
    const one = new Process();
    one.add('key', 'a');
    await run(0);
    one.machine.kill();
    await run(1_000);
    expect(texts()).toEqual(['a']);
    expect(one.heard).toEqual([]);
  });

  it('keeps back what meets a cut until that is over', async () => {
    const [one, other] = [new Process(), new Process()];
    other.during(() => other.client.logs.changes(LOG).subscribe(({ seq }) => other.heard.push(`entry ${seq}`)));
    other.client.trouble.isCutOff = true;
    one.add('key', 'a');
    other.add('key', 'b');
    await run(5_000);
    expect(texts()).toEqual(['a']);
    expect(other.heard).toEqual([]);
    other.client.mend();
    await run(1_000);
    expect(texts()).toEqual(['a', 'ab']);
    expect(other.heard).toEqual(['entry 1', 'entry 2', 'ab']);
  });
});
