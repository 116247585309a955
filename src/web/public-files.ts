/**
 * The files of the page, read once at start. Requests are answered from this map, so that no request
 * can name a file outside of it.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PublicFile {
  contentType: string;
  text: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/** All files below a directory, by their path with slashes. */
export function readPublicFiles(directory: string = publicDirectory()): ReadonlyMap<string, PublicFile> {
  const files = new Map<string, PublicFile>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const contentType = CONTENT_TYPES[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path).split(sep).join('/');
    files.set(name, { contentType, text: readFileSync(path, 'utf8') });
  }
  return files;
}

/** The build copies the page beside the compiled code. */
function publicDirectory(): string {
  return fileURLToPath(new URL('./public', import.meta.url));
}
