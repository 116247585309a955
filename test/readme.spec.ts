/** The README is true: its code compiles against the package, its links lead somewhere, its scripts exist. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] as string);

describe('the README', () => {
  let directory: string;

  beforeAll(() => {
    // Inside the project, so that its packages are found from there.
    directory = mkdtempSync(join(root, 'build', 'readme-'));
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('has examples that compile against the package', () => {
    const examples = blocks('ts');
    expect(examples.length).toBeGreaterThan(6);
    const files = examples.map((code, i) => {
      const file = join(directory, `example-${i}.ts`);
      writeFileSync(file, code);
      return file;
    });
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: true,
        incremental: false,
        rootDir: root,
        paths: {
          'nest-append-log': [join(root, 'src', 'index.ts')],
          'nest-append-log/*': [join(root, 'src', '*', 'index.ts')],
        },
      },
      files: [...files, join(root, 'types', 'fs-native-extensions.d.ts'), join(root, 'types', 'node-buffer.d.ts')],
      include: [],
    };
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', directory], { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  }, 120_000);

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1] as string);
    const local = links.filter((link) => !link.startsWith('http'));
    expect(local.length).toBeGreaterThan(3);
    expect(local.filter((link) => !existsSync(join(root, link)))).toEqual([]);
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm (?:run )?([a-z:-]+)/g)].map((match) => match[1] as string);
    const builtIn = new Set(['ci', 'install']);
    expect(named.filter((name) => !builtIn.has(name) && !(name in scripts))).toEqual([]);
  });

  it('has a heading for every error code', () => {
    const errors = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
    const source = readFileSync(join(root, 'src', 'storage', 'log', 'errors.ts'), 'utf8');
    const codes = [...source.matchAll(/\| '(LOG_[A-Z_]+)'/g)].map((match) => match[1] as string);
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !errors.includes(`\n## ${code}\n`))).toEqual([]);
  });
});
