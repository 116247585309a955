import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import ts from 'typescript';
import { Child, killAllChildren } from '../../support/child.js';
import { removeAllScratch, scratchDirectory } from '../../support/scratch.js';

const SCRIPT = new URL('./without-peers-child.js', import.meta.url);
const OPTIONAL = ['@nestjs/terminus', 'prom-client'];

/** As Node says it of a package that is not installed. */
const HOOKS = `export async function resolve(name, context, next) {
  if (!${JSON.stringify(OPTIONAL)}.includes(name)) return next(name, context);
  throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
}`;
const dataUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
const REGISTER = dataUrl(`import { register } from 'node:module'; register(${JSON.stringify(dataUrl(HOOKS))});`);

afterEach(async () => {
  await killAllChildren();
  removeAllScratch();
});

test('without terminus and prom-client health is served, metrics are not, and asking for them says what to install', async () => {
  const child = new Child(SCRIPT, { dataDir: scratchDirectory() }, { execArgv: ['--import', REGISTER] });
  expect([(await child.ended).code, child.stderr]).toEqual([0, '']);
  const health = { status: 'up', reasons: [], logs: 3 };
  expect(child.messages).toMatchObject([
    ['missing', '@nestjs/terminus', 'ERR_MODULE_NOT_FOUND'],
    ['missing', 'prom-client', 'ERR_MODULE_NOT_FOUND'],
    ['health', 200, { status: 'ok', info: { 'append-log': health }, error: {}, details: { 'append-log': health } }],
    ['metrics', 404, { message: 'There are no metrics without prom-client: npm install prom-client' }],
    ['refused', 'Metrics need prom-client, which is not installed: npm install prom-client'],
  ]);
}, 60_000);

test('nor does anybody need them for the types of the package', () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { fileName } of ts.preProcessFile(declarationOf(file), true, true).importedFiles) {
      if (!fileName.startsWith('.')) packages.add(fileName);
      else visit(join(dirname(file), fileName.replace(/\.js$/, '.ts')));
    }
  };
  visit(join('src', 'index.ts'));
  expect(seen).toContain(join('src', 'monitoring', 'metrics', 'metrics.service.ts'));
  expect(packages).toContain('@nestjs/common');
  expect([...packages].filter((name) => OPTIONAL.includes(name))).toEqual([]);
});

/** What the compiler would write as the declarations of one file. */
function declarationOf(file: string): string {
  expect(existsSync(file)).toBe(true);
  const program = PROGRAM;
  let text = '';
  program.emit(
    program.getSourceFile(file),
    (_, written) => {
      text = written;
    },
    undefined,
    true,
  );
  return text;
}

const PROGRAM = ts.createProgram([join('src', 'index.ts')], {
  ...ts.convertCompilerOptionsFromJson(
    (JSON.parse(readFileSync('tsconfig.json', 'utf8')) as { compilerOptions: object }).compilerOptions,
    '.',
  ).options,
  sourceMap: false,
});
