/** Readers that are outrun by more than memory holds for them, while what they missed is folded away. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { LogEngine } from '../../../../src/storage/log/index.js';
import type { Random } from '../../../support/random.js';
import { type Chronicle, StreamReader } from './chronicle.js';

/** A log of its own. */
export const STREAMED = 'b';
/** Together more than the engine keeps for one reader, and folded more often than backups are kept. */
const BURSTS = 6;
const BURST = 300;

export async function outrunReaders(engine: LogEngine, chronicle: Chronicle, random: Random): Promise<void> {
  await engine.append(STREAMED, { op: 'SET', key: 'first', value: 0 });
  let go: () => void = () => undefined;
  const parked = new Promise<void>((resolve) => {
    go = resolve;
  });
  const target = 1 + BURSTS * BURST + 1;
  const readers = [() => parked, async () => undefined, async () => void (random.chance(0.5) && (await turn()))].map(
    (pause) => follow(engine, chronicle, target, pause),
  );
  for (let burst = 0; burst < BURSTS; burst += 1) {
    const appends = Array.from({ length: BURST }, (_, i) =>
      engine.append(STREAMED, { op: 'SET', key: `k${i % 7}`, value: burst * BURST + i }),
    );
    const folding = random.chance(0.5) ? engine.compact(STREAMED) : undefined;
    await Promise.all(appends);
    await folding;
    await engine.compact(STREAMED);
  }
  go();
  await engine.append(STREAMED, { op: 'DELETE', key: 'k0' });
  assert.equal(chronicle.last, target, 'changes told');
  await Promise.all(readers);
}

async function follow(engine: LogEngine, chronicle: Chronicle, target: number, pause: () => Promise<void>) {
  const reader = new StreamReader(chronicle, 1);
  for await (const entry of engine.stream(STREAMED, { fromSeq: 1, backups: true, follow: true })) {
    reader.take(entry);
    if (reader.last === target) return;
    await pause();
  }
}
