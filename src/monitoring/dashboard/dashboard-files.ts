/**
 * The files of the page and of uPlot, read once at start. Requests are answered from this map, so that no request can name
 * a file outside of it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @internal */
export interface DashboardFile {
  contentType: string;
  text: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};
const PLOT_FILES = ['uPlot.esm.js', 'uPlot.min.css'];

/** By their path with slashes; those of uPlot under `uplot/`. */
export function readDashboardFiles(): ReadonlyMap<string, DashboardFile> {
  const files = new Map<string, DashboardFile>();
  // The build copies the page beside the compiled code.
  const page = fileURLToPath(new URL('./public', import.meta.url));
  for (const entry of readdirSync(page, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    add(files, relative(page, path).split(sep).join('/'), path);
  }
  const plot = dirname(createRequire(import.meta.url).resolve('uplot'));
  for (const name of PLOT_FILES) add(files, `uplot/${name}`, join(plot, name));
  return files;
}

function add(files: Map<string, DashboardFile>, name: string, path: string): void {
  const contentType = CONTENT_TYPES[extname(path)];
  if (contentType !== undefined) files.set(name, { contentType, text: readFileSync(path, 'utf8') });
}
