/** What the page remembers of the last five minutes. No network and no elements here. */

const PAST_MS = 300_000;
const GROWTH_MS = 60_000;
/** Without news for this long the plots are interrupted. */
const GAP_MS = 3_500;

export function createPast() {
  /** @type {{ at: number, ms: number, appends: number, bytes: number, p50?: number, p99?: number, sizeBytes: number }[]} */
  let seconds = [];
  /** Sizes of each log, the newest last. @type {Map<string, { at: number, sizeBytes: number, appends: number }[]>} */
  const logs = new Map();

  function add(second) {
    if (second.ms === 0 || second.at <= (seconds.at(-1)?.at ?? 0)) return;
    seconds.push(second);
    while (seconds[0].at < second.at - PAST_MS) seconds.shift();
  }

  function noteLogs(at, shown) {
    for (const { log, sizeBytes, appends } of shown) {
      const known = logs.get(log) ?? [];
      // A restarted server counts from zero.
      if (known.length > 0 && appends < known.at(-1).appends) known.length = 0;
      if (known.length === 0 || at > known.at(-1).at) known.push({ at, sizeBytes, appends });
      while (known[0].at < at - PAST_MS) known.shift();
      logs.set(log, known);
    }
  }

  return {
    /** What was before this page came, or while it was away. */
    recall(earlier) {
      const known = new Set(seconds.map(({ at }) => at));
      seconds = [...seconds, ...earlier.filter(({ at }) => !known.has(at))].sort((a, b) => a.at - b.at);
    },
    note({ now, second, logs: shown }) {
      add({ ...second, sizeBytes: shown.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) });
      noteLogs(now, shown);
    },
    get newest() {
      return seconds.at(-1);
    },
    /** Bytes a minute by which all logs, or one of them, grow; by the newest minute. */
    growth(log) {
      return slope(log === undefined ? seconds : (logs.get(log) ?? []), 'sizeBytes', 60_000);
    },
    /** Appends a second of one log, by its newest five seconds. */
    appendRate(log) {
      return slope((logs.get(log) ?? []).slice(-6), 'appends', 1_000);
    },
    /** Columns for the plots: seconds since 1970, then one column for each reading. */
    columns(readings, log) {
      const rows = log === undefined ? seconds : (logs.get(log) ?? []);
      const columns = [[], ...readings.map(() => [])];
      let last;
      for (const row of rows) {
        if (last !== undefined && row.at - last > GAP_MS) push(columns, last + 1000, () => null);
        push(columns, row.at, (i) => readings[i](row) ?? null);
        last = row.at;
      }
      return columns;
    },
  };
}

function push(columns, at, readingOf) {
  columns[0].push(at / 1000);
  for (let i = 1; i < columns.length; i++) columns[i].push(readingOf(i - 1));
}

function slope(rows, reading, perMs) {
  const newest = rows.at(-1);
  const first = rows.find(({ at }) => at >= (newest?.at ?? 0) - GROWTH_MS);
  if (first === undefined || first === newest) return 0;
  return ((newest[reading] - first[reading]) * perMs) / (newest.at - first.at);
}
