/**
 * The rules of the house as functions over sources in memory, path to text. Each answers with its breaches, one
 * sentence each, so that an empty list is a clean house.
 */
import { basename, dirname, posix } from 'node:path';
import ts from 'typescript';

export type Sources = ReadonlyMap<string, string>;

interface Room {
  name: string;
  /** The first room whose pattern matches a file is the file's room. */
  files: RegExp;
  /** Files of src that it may import beside its own room's. */
  imports: RegExp[];
  /** Packages, by name or by prefix where the name ends in a slash. */
  packages: string[];
}

const NEST = ['@nestjs/', 'rxjs', 'class-validator', 'class-transformer', 'reflect-metadata'];
const NODE = ['node:'];
const FS = ['node:fs'];
const storageDoor = /^src\/storage\/index\.ts$/;
const compactionDoor = /^src\/compaction\/index\.ts$/;
const jetstreamDoor = /^src\/jetstream\/index\.ts$/;
const gameDoor = /^src\/game\/index\.ts$/;
const logDoor = /^src\/storage\/log\/index\.ts$/;
const anyDoor = /^src\/([\w-]+\/index|index|app\.module)\.ts$/;

export const ROOMS: Room[] = [
  { name: 'the wiring', files: /^src\/[\w.-]+\.ts$/, imports: [anyDoor], packages: [...NEST, ...NODE, ...FS] },
  {
    name: 'the pure part of storage/log',
    files: /^src\/storage\/log\/(crc|entry|errors|format|json-scan|json-value)\.ts$/,
    imports: [],
    packages: ['node:zlib'],
  },
  {
    name: 'the file door of storage/log',
    files: /^src\/storage\/log\/file-system\.ts$/,
    imports: [/^src\/storage\/log\//],
    packages: [...NODE, ...FS, 'fs-native-extensions'],
  },
  {
    name: 'storage/log',
    files: /^src\/storage\/log\//,
    imports: [/^src\/storage\/log\//],
    packages: [...NODE, 'fs-native-extensions'],
  },
  { name: 'storage', files: /^src\/storage\//, imports: [logDoor], packages: [...NEST, ...NODE] },
  { name: 'compaction', files: /^src\/compaction\//, imports: [storageDoor], packages: [...NEST, ...NODE, 'cron'] },
  {
    name: 'monitoring',
    files: /^src\/monitoring\//,
    imports: [storageDoor, compactionDoor],
    packages: [...NEST, ...NODE, ...FS, 'prom-client', 'uplot'],
  },
  {
    name: 'jetstream',
    files: /^src\/jetstream\//,
    imports: [logDoor, storageDoor],
    packages: [...NODE, '@nats-io/'],
  },
  { name: 'the contract', files: /^src\/contract\//, imports: [logDoor], packages: [...NODE] },
  { name: 'the rules of the game', files: /^src\/game\/rules\//, imports: [], packages: [] },
  {
    name: 'game',
    files: /^src\/game\//,
    imports: [storageDoor, /^src\/game\/rules\//],
    packages: [...NEST, ...NODE],
  },
  {
    name: 'discord',
    files: /^src\/discord\//,
    imports: [gameDoor, storageDoor],
    packages: [...NEST, ...NODE, 'discord.js'],
  },
  { name: 'objkt', files: /^src\/objkt\//, imports: [gameDoor], packages: [...NEST, ...NODE] },
  { name: 'web', files: /^src\/web\//, imports: [gameDoor], packages: [...NEST, ...NODE, ...FS, 'express'] },
  {
    name: 'cli',
    files: /^src\/cli\//,
    imports: [logDoor, jetstreamDoor],
    packages: [...NODE, ...FS, 'commander', 'cli-progress', 'cli-table3', 'csv-parse', 'csv-stringify', 'picocolors'],
  },
];

const MAX_LINES = 400;
const EMPTY_WORDS = new Set(['data', 'manager', 'managers', 'helper', 'helpers', 'util', 'utils']);
const DODGED_TEST = /\b(describe|it|test)(\.\w+)*\.(skip|only)\b|\b(xdescribe|xit|xtest|fdescribe|fit)\s*\(/;
const MACHINE_PATH = /(^|[\s'"`(=:,])(\/(home|Users|root|work|farm)\/\w|[A-Z]:\\Users\\)/;

export function importTableBreaches(sources: Sources): string[] {
  const breaches: string[] = [];
  for (const [file, target] of allImports(sources)) {
    const room = roomOf(file);
    if (room === undefined) {
      breaches.push(`${file} stands in no room of the import table.`);
    } else if (!target.startsWith('src/')) {
      if (!mayUse(room, target)) breaches.push(`${file} imports ${target}, which ${room.name} may not.`);
    } else if (!sources.has(target)) {
      breaches.push(`${file} imports ${target}, which is not there.`);
    } else if (roomOf(target) !== room && !room.imports.some((allowed) => allowed.test(target))) {
      breaches.push(`${file} imports ${target}, which ${room.name} may not.`);
    }
  }
  return breaches;
}

/** Whoever comes from outside a directory with an index.ts enters through it; some are shown to a door further in. */
export function frontDoorBreaches(sources: Sources): string[] {
  return allImports(sources).flatMap(([file, target]) => {
    if (isDoor(target) && roomOf(file)?.imports.some((allowed) => allowed.test(target))) return [];
    for (let room = dirname(target); room !== '.'; room = dirname(room)) {
      const door = `${room}/index.ts`;
      if (file.startsWith(`${room}/`)) break;
      if (target !== door && sources.has(door)) return [`${file} reaches past ${door} to ${target}.`];
    }
    return [];
  });
}

export function cycleBreaches(sources: Sources): string[] {
  const breaches: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      breaches.push(`These import each other: ${[...path.slice(start), file].join(' -> ')}.`);
      return;
    }
    if (finished.has(file)) return;
    for (const target of importsOf(file, sources)) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of sources.keys()) if (isCode(file)) visit(file, []);
  return breaches;
}

/** A file that no entry reaches is dead. Workers count, as `new URL('./x.worker.js', import.meta.url)`. */
export function unreachableBreaches(sources: Sources, entries: readonly string[]): string[] {
  const reached = new Set<string>(entries);
  for (const file of reached) for (const target of importsOf(file, sources)) reached.add(target);
  return [...sources.keys()]
    .filter((file) => isCode(file) && !reached.has(file))
    .map((file) => `${file} is reached from none of ${entries.join(', ')}.`);
}

export function nestInPlainNounBreaches(sources: Sources): string[] {
  return allImports(sources)
    .filter(([file, target]) => target.startsWith('@nestjs/') && file !== 'src/main.ts' && !hasRole(file))
    .map(([file, target]) => `${file} imports ${target}; only a file with a dotted role, as in x.service.ts, may.`);
}

export function lengthBreaches(sources: Sources): string[] {
  return [...sources]
    .map(([file, text]) => ({ file, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ file, lines }) => `${file} has ${lines} lines; past ${MAX_LINES} it is two things.`);
}

export function fileNameBreaches(files: Iterable<string>): string[] {
  return [...files]
    .filter((file) =>
      basename(file)
        .toLowerCase()
        .split(/[._-]/)
        .some((word) => EMPTY_WORDS.has(word)),
    )
    .map((file) => `${file} has a name that says nothing.`);
}

export function dodgedTestBreaches(sources: Sources): string[] {
  return linesMatching(sources, DODGED_TEST, 'a test is left out');
}

export function machinePathBreaches(sources: Sources): string[] {
  return linesMatching(sources, MACHINE_PATH, "a path of somebody's machine");
}

function linesMatching(sources: Sources, pattern: RegExp, what: string): string[] {
  return [...sources].flatMap(([file, text]) =>
    text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}: ${what}.`] : [])),
  );
}

function allImports(sources: Sources): [file: string, target: string][] {
  return [...sources.keys()]
    .filter(isCode)
    .flatMap((file) => importsOf(file, sources).map((target): [string, string] => [file, target]));
}

/** What a file imports: paths below src for its own project's files, the name as written for packages. */
function importsOf(file: string, sources: Sources): string[] {
  const text = sources.get(file);
  if (text === undefined) return [];
  const named = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const workers = [...text.matchAll(/new URL\('(\.[^']+\.js)', import\.meta\.url\)/g)].map((match) => match[1]);
  return [...new Set([...named, ...workers])].map((name) =>
    name.startsWith('.') ? posix.join(dirname(file), name).replace(/\.js$/, '.ts') : name,
  );
}

function roomOf(file: string): Room | undefined {
  return ROOMS.find((room) => room.files.test(file));
}

/** `node:` stands for every module of Node but its files, which a room must be given by name. */
function mayUse(room: Room, name: string): boolean {
  const module = /^node:fs(\/|$)/.test(name) ? 'node:fs' : name;
  if (module === 'node:fs') return room.packages.includes(module);
  return room.packages.some(
    (allowed) => module === allowed || module.startsWith(/[/:]$/.test(allowed) ? allowed : `${allowed}/`),
  );
}

function isDoor(file: string): boolean {
  return basename(file) === 'index.ts';
}

function isCode(file: string): boolean {
  return file.startsWith('src/') && file.endsWith('.ts') && !file.endsWith('.d.ts');
}

function hasRole(file: string): boolean {
  return basename(file, '.ts').includes('.');
}
