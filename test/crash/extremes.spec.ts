/**
 * Lines of 300 MB and JSON nested 100,000 deep, in a process with a bounded heap: handled, or refused with an error
 * that says so. The process never dies of them, and never hangs.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { Child, killAllChildren } from '../support/child.js';
import type { Extreme, SceneName } from '../support/extreme-logs.js';
import { removeAllScratch, removeScratch, scratchDirectory } from '../support/scratch.js';
import type { ExtremesArgument } from './extremes-child.js';

const SCRIPT = new URL('./extremes-child.js', import.meta.url);
/** A value of 300 MB must fit twice, as text and decoded. */
const HEAP_MB = 1024;
/** A guard against hangs, not a measure. */
const LONGEST_MS = 240_000;
const DEPTH = 100_000;

const DAMAGED: SceneName[] = ['a line with a wrong checksum', 'a CHECKPOINT with a wrong checksum', 'NUL bytes'];
/** Scenes whose newest lines were never finished, and in which the extreme value is not to be found therefore. */
const UNFINISHED: SceneName[] = [
  'a last line without its newline',
  'a last line without its end',
  'an older last line without its end',
];
const MAIN_FILES: SceneName[] = ['the main file of an older log', 'a main file without its log'];
const LINES: SceneName[] = [
  'an older line',
  'a line',
  'a line of another member order',
  'an audit trail',
  'a replaced state',
  'a CHECKPOINT',
  'an older CHECKPOINT',
];

interface Life {
  outcomes: Map<string, string>;
  found: number | undefined;
  last: string | undefined;
  mainFileError: string | undefined;
  peakMb: number;
}

async function operate(given: Omit<ExtremesArgument, 'dataDir' | 'role'>): Promise<Life> {
  const dataDir = scratchDirectory();
  const making = await new Child(SCRIPT, { ...given, dataDir, role: 'make' }).ended;
  expect(making).toEqual({ code: 0, signal: null });
  const child = new Child(
    SCRIPT,
    { ...given, dataDir, role: 'operate' },
    { execArgv: [`--max-old-space-size=${HEAP_MB}`] },
  );
  const hung = setTimeout(() => void child.kill(), LONGEST_MS);
  const ended = await child.ended;
  clearTimeout(hung);
  removeScratch(dataDir);
  const said = (kind: string) => child.messages.filter(([first]) => first === kind).map(([, ...rest]) => rest);
  const underWay = said('trying').at(-1)?.[0];
  expect({ ...ended, underWay, stderr: child.stderr.slice(0, 500) }).toEqual({
    code: 0,
    signal: null,
    underWay,
    stderr: '',
  });
  return {
    outcomes: new Map(said('did').map(([name, outcome]) => [String(name), String(outcome)])),
    found: said('found')[0]?.[0] as number | undefined,
    last: said('last')[0]?.[0] as string | undefined,
    mainFileError: said('main-file-error')[0]?.[0] as string | undefined,
    peakMb: said('ended')[0]?.[0] as number,
  };
}

/** What is no refusal that says so. A whole log is never called corrupt; salvage always opens. */
function complaints(scene: SceneName, recovery: string, { outcomes }: Life): string[] {
  const mayBeCorrupt = recovery === 'heal' && (DAMAGED.includes(scene) || MAIN_FILES.includes(scene));
  const allowed = new Set(['ok', 'LOG_TOO_LARGE', ...(mayBeCorrupt ? ['LOG_CORRUPT'] : [])]);
  return [...outcomes].filter(([, outcome]) => !allowed.has(outcome)).map(([name, outcome]) => `${name}: ${outcome}`);
}

async function judge(
  scene: SceneName,
  extreme: Extreme,
  recovery: 'heal' | 'salvage',
  asks: ExtremesArgument['asks'],
): Promise<Life> {
  const life = await operate({ scene, extreme, recovery, asks });
  expect(complaints(scene, recovery, life)).toEqual([]);
  expect(life.mainFileError).toBeUndefined();
  if (life.outcomes.get('first open') !== 'ok') return life;
  expect(life.outcomes.get('second open')).toBe('ok');
  // Whatever stands behind the extreme line was acknowledged too.
  if (!scene.startsWith('a CHECKPOINT with')) expect(life.last).toBe('[2]');
  const size = (extreme.megabytes ?? 0) * 1024 * 1024 + (extreme.arrays ?? 0) + (extreme.objects ?? 0);
  if (LINES.includes(scene) && life.outcomes.get('first get') === 'ok' && scene !== 'an audit trail') {
    expect(life.found).toBe(scene === 'a line of another member order' ? 0 : size);
  }
  if (UNFINISHED.includes(scene)) expect(life.found).toBe(0);
  return life;
}

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

describe('JSON nested 100,000 deep', () => {
  const scenes: SceneName[] = [...LINES, ...DAMAGED.slice(0, 2), ...UNFINISHED, ...MAIN_FILES];

  test.each(scenes)(
    'in %s',
    async (scene) => {
      await judge(scene, { arrays: DEPTH }, 'heal', 'everything');
    },
    300_000,
  );

  test.each<SceneName>(['a line', 'a CHECKPOINT'])(
    'of objects in %s',
    async (scene) => {
      await judge(scene, { objects: DEPTH }, 'heal', 'everything');
    },
    300_000,
  );

  test.each<SceneName>(['an older line', 'a line with a wrong checksum', 'the main file of an older log'])(
    'in %s, salvaged',
    async (scene) => {
      await judge(scene, { arrays: DEPTH }, 'salvage', 'everything');
    },
    300_000,
  );
});

describe('300 MB', () => {
  const scenes: SceneName[] = [
    'an older line',
    'a line',
    'a line with a wrong checksum',
    'a CHECKPOINT of many members',
  ];

  test.each(scenes)(
    'in %s',
    async (scene) => {
      const { peakMb } = await judge(scene, { megabytes: 300 }, 'heal', 'once');
      // Text, value, and buffers that grow by doubling: a few times its size, whatever is asked.
      expect(peakMb).toBeLessThan(3000);
    },
    300_000,
  );
});

describe('40 MB', () => {
  test.each<SceneName>([
    'a last line without its newline',
    'a CHECKPOINT with a wrong checksum',
    'the main file of an older log',
    'NUL bytes',
  ])(
    'in %s',
    async (scene) => {
      await judge(scene, { megabytes: 40 }, 'heal', 'once');
    },
    300_000,
  );

  test.each<SceneName>(['an older line', 'a line with a wrong checksum', 'a replaced state', 'an older CHECKPOINT'])(
    'in %s, salvaged, and everything asked twice',
    async (scene) => {
      const { peakMb } = await judge(scene, { megabytes: 40 }, 'salvage', 'everything');
      expect(peakMb).toBeLessThan(1500);
    },
    300_000,
  );
});

/** A JavaScript string ends at 512 MB. */
describe('600 MB, more than a string can hold', () => {
  test.each<SceneName>(['an older line'])(
    'in %s',
    async (scene) => {
      await judge(scene, { megabytes: 600 }, 'heal', 'one value');
    },
    300_000,
  );
});
