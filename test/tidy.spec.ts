import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import {
  cycleBreaches,
  dodgedTestBreaches,
  fileNameBreaches,
  frontDoorBreaches,
  importTableBreaches,
  lengthBreaches,
  machinePathBreaches,
  nestInPlainNounBreaches,
  type Sources,
  unreachableBreaches,
} from './house-rules.js';

// The compiled test stands in build/test.
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the house', () => {
  const all = readTexts(root);
  const src = only(all, /^src\//);
  const written = only(all, /^(src|test|scripts)\/.*\.(ts|js|css|html)$/);

  test('keeps its import table', () => expect(importTableBreaches(src)).toEqual([]));
  test('is entered through its front doors', () => expect(frontDoorBreaches(src)).toEqual([]));
  test('has no import cycles', () => expect(cycleBreaches(src)).toEqual([]));
  test('has no dead files', () => expect(unreachableBreaches(src, entriesOf(root, src))).toEqual([]));
  test('keeps Nest out of plain nouns', () => expect(nestInPlainNounBreaches(src)).toEqual([]));
  test('has no file that is two things', () => expect(lengthBreaches(written)).toEqual([]));
  test('has no name that says nothing', () => expect(fileNameBreaches(written.keys())).toEqual([]));
  test('runs every test', () => expect(dodgedTestBreaches(only(all, /^test\/.*\.ts$/))).toEqual([]));
  test('names no machine', () => expect(machinePathBreaches(all)).toEqual([]));
});

describe('a breach is seen', () => {
  const engine = { 'src/storage/log/index.ts': '', 'src/storage/log/writer.ts': '', 'src/storage/index.ts': '' };

  test.each([
    ['src/storage/log/reader.ts', "import { Injectable } from '@nestjs/common';"],
    ['src/storage/log/reader.ts', "import { map } from 'rxjs/operators';"],
    ['src/storage/log/reader.ts', "import { open } from 'node:fs/promises';"],
    ['src/storage/log/reader.ts', "import '../index.js';"],
    ['src/storage/log/format.ts', "import { join } from 'node:path';"],
    ['src/storage/log/format.ts', "import './writer.js';"],
    ['src/storage/a.service.ts', "import { readFileSync } from 'node:fs';"],
    ['src/storage/a.service.ts', "import './missing.js';"],
    ['src/compaction/a.service.ts', "export * from '../storage/log/index.js';"],
    ['src/game/session.ts', "import type { X } from '../storage/log/index.js';"],
    ['src/game/rules/score.ts', "import { randomInt } from 'node:crypto';"],
    ['src/game/rules/score.ts', "const late = await import('../../storage/index.js');"],
    ['src/web/a.controller.ts', "import '../storage/index.js';"],
    ['src/objkt/source.ts', "import '../storage/index.js';"],
    ['src/discord/board.ts', "import '../storage/log/index.js';"],
    ['src/cli/verify.ts', "import '../storage/index.js';"],
    ['src/cli/verify.ts', "import 'lodash';"],
    ['src/attic/box.ts', "import '../storage/index.js';"],
  ])('%s may not say %s', (file, text) => {
    expect(importTableBreaches(sourcesOf({ ...engine, [file]: text }))).toHaveLength(1);
  });

  test('but what the table allows passes', () => {
    const sources = sourcesOf({
      ...engine,
      'src/main.ts': "import '@nestjs/core'; import './storage/index.js';",
      'src/storage/a.service.ts': "import '@nestjs/common'; import './log/index.js'; import 'node:path';",
      'src/storage/log/file-system.ts': "import 'node:fs'; import 'node:fs/promises'; import './writer.js';",
      'src/storage/log/format.ts': "import 'node:zlib'; import './entry.js';",
      'src/storage/log/entry.ts': '',
      'src/game/session.ts': "import '../storage/index.js'; import './rules/score.js';",
      'src/game/rules/score.ts': '',
    });
    expect(importTableBreaches(sources)).toEqual([]);
    expect(frontDoorBreaches(sources)).toEqual([]);
    expect(cycleBreaches(sources)).toEqual([]);
    expect(nestInPlainNounBreaches(sources)).toEqual([]);
  });

  test('past a front door, also of a room in the room', () => {
    const text = "import './log/writer.js';";
    expect(frontDoorBreaches(sourcesOf({ ...engine, 'src/storage/a.service.ts': text }))).toHaveLength(1);
    expect(
      frontDoorBreaches(sourcesOf({ ...engine, 'src/main.ts': "import './storage/log/writer.js';" })),
    ).toHaveLength(1);
  });

  test('in a cycle of three', () => {
    const sources = sourcesOf({
      'src/a.ts': "import './b.js';",
      'src/b.ts': "import './c.js';",
      'src/c.ts': "export * from './a.js';",
    });
    expect(cycleBreaches(sources)).toEqual([expect.stringContaining('src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts')]);
  });

  test('in a dead file, while a worker is alive', () => {
    const sources = sourcesOf({
      'src/index.ts': "new Worker(new URL('./copy.worker.js', import.meta.url));",
      'src/copy.worker.ts': '',
      'src/dead.ts': '',
    });
    expect(unreachableBreaches(sources, ['src/index.ts'])).toEqual([expect.stringContaining('src/dead.ts')]);
  });

  test('in a plain noun that knows Nest', () => {
    const text = "import { Injectable } from '@nestjs/common';";
    const sources = sourcesOf({ 'src/game/session.ts': text, 'src/game/game.service.ts': text, 'src/main.ts': text });
    expect(nestInPlainNounBreaches(sources)).toEqual([expect.stringContaining('src/game/session.ts')]);
  });

  test('at 401 lines, not at 400', () => {
    expect(lengthBreaches(sourcesOf({ 'src/a.ts': 'x\n'.repeat(400) }))).toEqual([]);
    expect(lengthBreaches(sourcesOf({ 'src/a.ts': 'x\n'.repeat(401) }))).toHaveLength(1);
  });

  test('in a name that says nothing', () => {
    expect(fileNameBreaches(['src/date.ts', 'src/game/rules/score.ts'])).toEqual([]);
    expect(fileNameBreaches(['src/utils.ts', 'src/log-manager.ts', 'src/test.helper.ts', 'src/data.ts'])).toHaveLength(
      4,
    );
  });

  test('in a test that is left out', () => {
    // Put together here, so that this file does not breach the rule itself.
    const leftOut = ['test.sk' + 'ip(', 'describe.on' + 'ly(', 'it.each.sk' + 'ip`', 'xi' + 't('];
    for (const text of leftOut) expect(dodgedTestBreaches(sourcesOf({ 'test/a.spec.ts': text }))).toHaveLength(1);
    expect(dodgedTestBreaches(sourcesOf({ 'test/a.spec.ts': 'test.each([])(); stream.skip(1)' }))).toEqual([]);
  });

  test('in a path of a machine', () => {
    const paths = ['see /ho' + 'me/ada/x', "'/Us" + "ers/ada'", 'C:\\Us' + 'ers\\ada'];
    for (const text of paths) expect(machinePathBreaches(sourcesOf({ 'README.md': text }))).toHaveLength(1);
    expect(machinePathBreaches(sourcesOf({ 'README.md': 'GET /rooms/home/x, ./work/x' }))).toEqual([]);
  });
});

function sourcesOf(texts: Record<string, string>): Sources {
  return new Map(Object.entries(texts));
}

function only(sources: Sources, pattern: RegExp): Sources {
  return new Map([...sources].filter(([file]) => pattern.test(file)));
}

/** The texts that git tracks or would add: a breach should be seen before it is committed. */
function readTexts(directory: string): Sources {
  // A clone may belong to another user than the one who tests it.
  const words = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', words, { cwd: directory, encoding: 'utf8' }).split('\0').filter(Boolean);
  const texts = files
    .filter((file) => existsSync(join(directory, file)))
    .map((file): [string, string] => [file, readFileSync(join(directory, file), 'utf8')])
    .filter(([, text]) => !text.includes('\0'));
  return new Map(texts);
}

/** Where programs come in: the package's main file, its commands, and the bot application. */
function entriesOf(directory: string, sources: Sources): string[] {
  const {
    main,
    bin = {},
    exports = {},
  } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    main: string;
    bin?: Record<string, string>;
    exports?: Record<string, string | { default: string }>;
  };
  const exported = Object.values(exports).map((door) => (typeof door === 'string' ? door : door.default));
  const outputs = [main, './dist/main.js', ...Object.values(bin), ...exported];
  return outputs
    .map((output) => output.replace(/^(\.\/)?dist\//, 'src/').replace(/\.js$/, '.ts'))
    .filter((file) => sources.has(file));
}
