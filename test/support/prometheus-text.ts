/** What Prometheus reads, read by a test: the text format, strictly. */

export interface Scrape {
  /** Type of each metric that the text declares. */
  types: ReadonlyMap<string, string>;
  /** Value of each series, as `name{label="value"}` with its labels in alphabetical order. */
  series: ReadonlyMap<string, number>;
}

const SERIES = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/g;

/** @throws Error for a line that is none of the format, a series that is there twice, or one without a type */
export function parseScrape(text: string): Scrape {
  const types = new Map<string, string>();
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== '') {
      types.set(name, type);
      continue;
    }
    const [, metric = '', labels = '', value = ''] = SERIES.exec(line) ?? [];
    if (metric === '' || Number.isNaN(Number(value))) throw new Error(`No line of the format: ${line}`);
    if (!types.has(familyOf(metric, types))) throw new Error(`No type was said of ${metric}.`);
    const id = seriesId(metric, labelsOf(labels));
    if (series.has(id)) throw new Error(`${id} is there twice.`);
    series.set(id, Number(value));
  }
  return { types, series };
}

export function seriesId(name: string, labels: Readonly<Record<string, string>> = {}): string {
  const told = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}="${value}"`);
  return told.length === 0 ? name : `${name}{${told.join(',')}}`;
}

/** Series that may never go down: counters, and the parts of histograms. */
export function risingSeries({ types, series }: Scrape): [id: string, value: number][] {
  return [...series].filter(([id]) => {
    const type = types.get(familyOf(id.replace(/\{.*/, ''), types));
    return type === 'counter' || type === 'histogram';
  });
}

function familyOf(metric: string, types: ReadonlyMap<string, string>): string {
  const family = metric.replace(/_(bucket|sum|count)$/, '');
  return types.get(family) === 'histogram' ? family : metric;
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, label = '', value = '']) => [label, value]));
}
