import { beforeAll, describe, expect, test } from '@jest/globals';
import { type FileSystem, fileEngineOn } from '../../src/storage/log/index.js';
import { Round, runRounds } from './lab/experiment.js';
import { faults, tryEvery } from './lab/faults/faults.js';
import { PROGRAMS, type Program } from './lab/faults/programs.js';

describe('a disk that fails', () => {
  let outcome: Awaited<ReturnType<typeof runRounds>>;

  beforeAll(async () => {
    outcome = await runRounds(faults, 1);
  }, 560_000);

  test('loses nothing acknowledged, and every failure is told', () => {
    expect(outcome.violations).toEqual([]);
  });

  test.each(
    Object.entries({
      // Far fewer than there are: an engine that asks less of its disk is no worse.
      open: 100,
      write: 300,
      sync: 100,
      rename: 40,
      link: 8,
      truncate: 20,
      remove: 20,
      syncDirectory: 80,
      makeDirectory: 20,
      list: 40,
      readFile: 40,
      fileSize: 40,
      read: 150,
      readSync: 60,
      size: 20,
      close: 80,
      tryLock: 10,
      isSameFile: 4,
      'many kinds': 400,
    }),
  )('failed at every %s', (kind, least) => {
    expect(outcome.tried.get(`faults of ${kind}`)).toBeGreaterThan(least);
  });

  test('was tried often enough to mean something', () => {
    expect(outcome.tried.get('faults')).toBeGreaterThan(3000);
    expect(outcome.tried.get('power cuts after a fault')).toBeGreaterThan(3000);
    expect(outcome.tried.get('logs poisoned')).toBeGreaterThan(100);
    expect(outcome.tried.get('faults in drawn programs')).toBeGreaterThan(50);
  });
});

/** An engine over a door that lets a failure of one kind pass as a success, as a bug in the engine would. */
function deafTo(kind: 'sync' | 'truncate' | 'write') {
  return (disk: FileSystem) =>
    fileEngineOn(
      new Proxy(disk, {
        get(target, name) {
          const value = Reflect.get(target, name) as unknown;
          if (name !== 'open') return typeof value === 'function' ? value.bind(target) : value;
          return async (...words: Parameters<FileSystem['open']>) => {
            const file = await target.open(...words);
            const deaf = (...given: unknown[]) =>
              (file[kind] as (...all: unknown[]) => Promise<void>).apply(file, given).catch(() => undefined);
            return new Proxy(file, {
              get(inner, member) {
                const own = Reflect.get(inner, member) as unknown;
                if (member === kind) return deaf;
                return typeof own === 'function' ? own.bind(inner) : own;
              },
            });
          };
        },
      }),
    );
}

describe('the experiment sees an engine', () => {
  test.each(['sync', 'write', 'truncate'] as const)(
    'that does not hear of a failed %s',
    async (kind) => {
      const round = new Round(1, deafTo(kind));
      await tryEvery(round, PROGRAMS.find(({ name }) => name === 'a life') as Program, [
        `${kind} EIO`,
        'write and truncate',
      ]);
      expect(round.violations.length).toBeGreaterThan(0);
    },
    60_000,
  );
});
