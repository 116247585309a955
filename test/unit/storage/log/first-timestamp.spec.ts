import { expect, jest, test } from '@jest/globals';
import { logBench, set } from '../../../support/log-bench.js';

const bench = logBench();

test('statistics tell when the oldest entry was written that is not folded, also after a restart', async () => {
  const dataDir = await bench.directory();
  const engine = await bench.engine({ dataDir });
  const clock = jest.spyOn(Date, 'now');
  const at = (minute: number) => Date.parse('2026-11-22T12:00:00.000Z') + minute * 60_000;
  const append = (minute: number) => {
    clock.mockReturnValue(at(minute));
    return engine.append('a', set('k', minute));
  };
  const first = () => engine.stats('a').firstTimestamp;
  await engine.openLog('a');
  expect(first()).toBeUndefined();
  await append(1);
  await append(2);
  expect(first()).toBe('2026-11-22T12:01:00.000Z');
  await engine.compact('a');
  expect(first()).toBeUndefined();
  await append(3);
  await append(4);
  expect(first()).toBe('2026-11-22T12:03:00.000Z');
  await engine.close();
  jest.restoreAllMocks();
  const again = await bench.engine({ dataDir });
  await again.openLog('a');
  expect(again.stats('a').firstTimestamp).toBe('2026-11-22T12:03:00.000Z');
});
