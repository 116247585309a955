// @ts-check
import { machineText, roundsText, table } from './markdown.js';
import { withUnit } from './units.js';

/** @typedef {{ name: string, label: string, unit: import('./units.js').Unit, medians: Record<string, number>, ratios: Record<string, number> }} ClusterRow */
/** @typedef {ReturnType<typeof import('./results.js').circumstances> & { rounds: number, quick: boolean, isInMemory: boolean, sizes: import('../scenarios/scenario.js').Sizes, version?: string, fails: Record<string, string>, rows: ClusterRow[] }} ClusterResults */

/** @param {ClusterResults} results */
export function clusterPage(results) {
  const { rounds, quick, isInMemory, version, fails, sizes } = results;
  return [
    '# The replicated engine',
    `${machineText(results)}; ${roundsText(rounds)}; nest-append-log ${version}, servers, writers and readers on this one machine. ` +
      `Values of about 350 bytes over ${withUnit(sizes.keys, 'count')} keys. Files: one process, an fsync for each batch. Raw: the ` +
      "same messages published by the client library alone, without reading them; for `update` with the server's own " +
      'compare-and-set, at the start read into a Map. Servers have their defaults, so no acknowledgement waits for their disks. × is the figure ' +
      'divided by the other one of the same round.',
    ...(quick ? ['**Small sizes (`--quick`): these figures only show that everything runs.**'] : []),
    ...(isInMemory
      ? ['**The temporary directory is in memory: the figures of files mean nothing. Set `TMPDIR`.**']
      : []),
    ...Object.entries(fails).map(([id, reason]) => `${id}: ${reason}`),
    clusterTable(results.rows),
    '',
  ].join('\n\n');
}

/** As it stands in docs/scaling.md. @param {ClusterRow[]} rows */
export function clusterTable(rows) {
  return table(
    [
      '',
      'Files',
      'Raw, 1 server',
      'Engine, 1 server',
      '× raw',
      '× files',
      'Raw, 3 servers',
      'Engine, 3 servers',
      '× raw',
      '× files',
    ],
    rows.map(({ label, unit, medians, ratios }) => [
      label,
      ...['files', 'raw-1', 'ours-1'].map((id) => withUnit(medians[id], unit)),
      ...['ours-1/raw-1', 'ours-1/files'].map((pair) => withUnit(ratios[pair], '×')),
      ...['raw-3', 'ours-3'].map((id) => withUnit(medians[id], unit)),
      ...['ours-3/raw-3', 'ours-3/files'].map((pair) => withUnit(ratios[pair], '×')),
    ]),
  );
}
