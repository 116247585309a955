/**
 * The metrics in one registry, fed by every store that reports into it. Names in a registry are taken once, so a second
 * store joins the first one's metrics, and whoever leaves last takes them away: an application that is built anew in the
 * same process finds the registry as it was.
 */
import type * as PromClient from 'prom-client';
import type { MetricsRegistry } from '../monitoring.options.js';
import {
  BATCH_ENTRIES,
  BATCH_FSYNC,
  COMPACTION_DURATION,
  type HistogramFamily,
  LOG_FAMILIES,
  type Sample,
  STORE_FAMILIES,
  type StoreLook,
} from './metric-families.js';

/** A store that reports. */
export interface MetricsSource {
  /** The label that tells it from others in the registry. */
  readonly store: string | undefined;
  /** How it is now; undefined where it cannot be looked at, as one that is closed. Calls at once share a look. */
  look(): Promise<StoreLook | undefined>;
}

type Labels = Record<string, string>;
type Settable = PromClient.Counter | PromClient.Gauge;
type SamplesOf = (look: StoreLook) => Iterable<readonly [labels: Labels, samples: readonly Sample[]]>;

/** Which registry has which metrics: nothing is kept of a registry that nobody has any more. */
const sets = new WeakMap<MetricsRegistry, MetricSet>();

export class MetricSet {
  readonly #sources = new Set<MetricsSource>();
  readonly #names: string[] = [];
  readonly #histograms = new Map<HistogramFamily, PromClient.Histogram>();
  /** Logs of which histograms have heard, by source. */
  readonly #heard = new Map<MetricsSource, Map<string, Labels>>();

  /**
   * @throws TypeError where a store of that name reports into the registry already
   * @throws Error where somebody else has a metric of such a name in the registry
   */
  static join(prom: typeof PromClient, registry: MetricsRegistry, source: MetricsSource): MetricSet {
    const set = sets.get(registry) ?? new MetricSet(prom, registry);
    if ([...set.#sources].some(({ store }) => store === source.store)) {
      throw new TypeError(
        'Expected `store` to differ from that of the other store that reports into this registry, ' +
          `got ${source.store === undefined ? 'undefined' : `'${source.store}'`} twice; close the application that was first`,
      );
    }
    set.#sources.add(source);
    sets.set(registry, set);
    return set;
  }

  private constructor(
    private readonly prom: typeof PromClient,
    private readonly registry: MetricsRegistry,
  ) {
    try {
      this.#register();
    } catch (error) {
      this.#unregister();
      throw error;
    }
  }

  leave(source: MetricsSource): void {
    if (!this.#sources.delete(source)) return;
    for (const labels of this.#heard.get(source)?.values() ?? []) {
      for (const histogram of this.#histograms.values()) histogram.remove(labels);
    }
    this.#heard.delete(source);
    if (this.#sources.size > 0) return;
    this.#unregister();
    sets.delete(this.registry);
  }

  /** In a histogram of a log, once for each. */
  observe(source: MetricsSource, log: string, family: HistogramFamily, value: number): void {
    this.#histograms.get(family)?.observe(this.#labels(source, log), value);
  }

  #register(): void {
    const { Counter, Gauge, Histogram } = this.prom;
    const registers = [this.registry as unknown as PromClient.Registry];
    for (const { name, help, type, labels = [], samples } of LOG_FAMILIES) {
      const Metric = type === 'counter' ? Counter : Gauge;
      const collect = this.#collect(({ logs }) => logs.map((look) => [{ log: look.stats.log }, samples(look)]));
      new Metric({ name, help, labelNames: ['log', 'store', ...labels], registers, collect });
      this.#names.push(name);
    }
    for (const { name, help, labels = [], samples } of STORE_FAMILIES) {
      const collect = this.#collect((look) => [[{}, samples(look)]]);
      new Gauge({ name, help, labelNames: ['store', ...labels], registers, collect });
      this.#names.push(name);
    }
    for (const family of [BATCH_FSYNC, BATCH_ENTRIES, COMPACTION_DURATION]) {
      const { name, help } = family;
      const labelNames = ['log', 'store'];
      const histogram = new Histogram({ name, help, labelNames, buckets: [...family.buckets], registers });
      this.#histograms.set(family, histogram);
      this.#names.push(name);
    }
  }

  #unregister(): void {
    for (const name of this.#names) this.registry.removeSingleMetric(name);
  }

  /**
   * Sets all series of a metric anew at each scrape, from counters of the engine: nothing is counted twice, and nothing
   * is left of a log that is gone.
   */
  #collect(samplesOf: SamplesOf): (this: Settable) => Promise<void> {
    const sources = this.#sources;
    return async function (this: Settable) {
      const looks = await Promise.all([...sources].map(async (source) => ({ source, look: await source.look() })));
      this.reset();
      for (const { source, look } of looks) {
        if (look === undefined || !sources.has(source)) continue;
        for (const [labels, samples] of samplesOf(look)) {
          for (const sample of samples) this.inc({ ...labels, ...storeLabel(source), ...sample.labels }, sample.value);
        }
      }
    };
  }

  #labels(source: MetricsSource, log: string): Labels {
    let heard = this.#heard.get(source);
    if (heard === undefined) {
      heard = new Map();
      this.#heard.set(source, heard);
    }
    let labels = heard.get(log);
    if (labels === undefined) {
      labels = { log, ...storeLabel(source) };
      heard.set(log, labels);
    }
    return labels;
  }
}

function storeLabel({ store }: MetricsSource): Labels {
  return store === undefined ? {} : { store };
}
