// @ts-check
import { machineText, roundsText, table } from './markdown.js';
import { withUnit } from './units.js';

/** @typedef {ReturnType<typeof import('./results.js').circumstances> & { rounds: number, quick: boolean, mainFiles: boolean, rows: import('../growth.js').GrowthRow[] }} GrowthResults */

/** @type {{ figure: string, label: string, unit: import('./units.js').Unit }[]} */
export const COLUMNS = [
  { figure: 'without-index.openMs', label: 'open, no index file', unit: 'ms' },
  { figure: 'with-index.openMs', label: 'open, index file', unit: 'ms' },
  { figure: 'without-index.peakRssBytes', label: 'peak RSS, no index file', unit: 'MB' },
  { figure: 'with-index.rssBytes', label: 'RSS, index file', unit: 'MB' },
  { figure: 'use.appendUs', label: 'durable append, p50', unit: 'µs' },
  { figure: 'use.getUs', label: 'uncached get, p50', unit: 'µs' },
  { figure: 'use.compactionMs', label: 'compaction', unit: 'ms' },
  { figure: 'use.stallMs', label: 'its longest stall', unit: 'ms' },
];

/** @param {GrowthResults} results @param {string} plot */
export function growthPage(results, plot) {
  return [
    '# Growth with the number of keys',
    `${machineText(results)}; ${roundsText(results.rounds)}. A log of as many sets as keys, values of about 350 bytes, ` +
      'closed cleanly, page-cached; opened until the first correct get. Appends are durable and one at a time, gets ' +
      'random and uncached, the compaction has nothing to throw away. From ten million keys on without main files.',
    `![How the figures grow](${plot})`,
    table(
      ['Keys', ...COLUMNS.map(({ label }) => label)],
      results.rows.map(({ keys, figures }) => [
        withUnit(keys, 'count'),
        ...COLUMNS.map(({ figure, unit }) => withUnit(figures[figure], unit)),
      ]),
    ),
    '',
  ].join('\n\n');
}
