// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { barPlotOf } from './bar-plot.js';
import { machineText, markdownOf } from './markdown.js';

const DIRECTORY = new URL('../results/', import.meta.url);

/** @param {string} name @param {import('./results.js').Results} results */
export function writeReport(name, results) {
  const subtitle = `${machineText(results)}; rounds: ${results.rounds}${results.quick ? '; small sizes' : ''}`;
  return writeResults(name, {
    md: markdownOf(results, `${name}.svg`),
    svg: barPlotOf(results, subtitle),
    json: results,
  });
}

/** @param {string} name @param {{ md: string, svg?: string, json: object }} contents @returns {string} where the page lies */
export function writeResults(name, { md, svg, json }) {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(new URL(`${name}.md`, DIRECTORY), md);
  if (svg !== undefined) writeFileSync(new URL(`${name}.svg`, DIRECTORY), svg);
  writeFileSync(new URL(`${name}.json`, DIRECTORY), `${JSON.stringify(json, null, 2)}\n`);
  return fileURLToPath(new URL(`${name}.md`, DIRECTORY));
}
