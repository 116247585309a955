import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { WARNING_TOPICS } from '../../../src/monitoring/health-findings.js';
import { monitoringStage } from '../../support/monitoring-stage.js';

const stage = monitoringStage();
const PAGE = readFileSync('docs/monitoring.md', 'utf8');
const ALERTS = readFileSync('docs/monitoring/alerts.yml', 'utf8');
const DASHBOARD = readFileSync('docs/monitoring/grafana-dashboard.json', 'utf8');

/** A variable of Grafana's, not of this file. */
const CHOSEN = '$'.concat('{datasource}');

interface Panel {
  type: string;
  title: string;
  datasource?: { uid: string };
  targets?: { expr: string; datasource: { uid: string } }[];
}

interface Dashboard {
  id?: number;
  templating: { list: { name: string; type: string; query: unknown }[] };
  panels: Panel[];
}

/** Type of each metric there is. */
async function registered(): Promise<Map<string, string>> {
  const registry = new Registry();
  await stage({ monitoring: { registry } });
  return new Map((await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]));
}

/** Metrics that a text names, a histogram by its own name. */
function named(text: string, types: ReadonlyMap<string, string>): Set<string> {
  const names = [...text.matchAll(/\bappend_log_\w+/g)].map(([name]) => {
    const histogram = name.replace(/_(bucket|sum|count)$/, '');
    return types.get(histogram) === 'histogram' ? histogram : name;
  });
  return new Set(names);
}

const unknown = (text: string, types: ReadonlyMap<string, string>): string[] =>
  [...named(text, types)].filter((name) => !types.has(name) && name !== 'append_log');

/** Rows of the page's table of metrics. */
const rows = [...PAGE.matchAll(/^\| `(append_log_\w+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, name = '', type = '', unit = '']) => ({ name, type, unit: unit.trim() }),
);
const alerts = [...ALERTS.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name = '']) => name);

describe('the page', () => {
  test('lists every metric of the registry with its type, and no other', async () => {
    const types = await registered();
    expect(types.size).toBeGreaterThan(25);
    expect(Object.fromEntries(rows.map(({ name, type }) => [name, type]))).toEqual(Object.fromEntries(types));
    expect(rows).toHaveLength(types.size);
    expect(unknown(PAGE, types)).toEqual([]);
  });

  test('says the unit that a name ends in', () => {
    for (const { name, unit } of rows) {
      if (/_seconds$/.test(name)) expect([name, unit]).toEqual([name, expect.stringMatching(/^seconds/)]);
      if (/_bytes(_total)?$/.test(name)) expect([name, unit]).toEqual([name, 'bytes']);
      if (/_entries$/.test(name)) expect([name, unit]).toEqual([name, 'entries']);
    }
  });

  test('says of everything that health tells whether it is down or a warning', () => {
    const told = [...PAGE.matchAll(/^\| `([a-z-]+)` \| (down|warning) \|/gm)].map(([, about, answer]) => [
      about,
      answer,
    ]);
    const down = ['poisoned', 'disk-full', 'recovery-refused', 'storage-unreachable', 'closed'];
    expect(told).toEqual([
      ...down.map((about) => [about, 'down']),
      ...WARNING_TOPICS.map((about) => [about, 'warning']),
    ]);
  });

  test('says what to do for each alert', () => {
    expect(alerts.length).toBeGreaterThan(7);
    expect([...PAGE.matchAll(/^### (AppendLog\w+)$/gm)].map(([, name]) => name)).toEqual(alerts);
  });
});

test('the alerts look at metrics that there are', async () => {
  const types = await registered();
  expect(unknown(ALERTS, types)).toEqual([]);
  expect(named(ALERTS, types).size).toBeGreaterThan(7);
  expect(ALERTS.match(/^ {8}expr: /gm)).toHaveLength(alerts.length);
  expect(ALERTS.match(/severity: (warning|critical)$/gm)).toHaveLength(alerts.length);
});

describe('the dashboard', () => {
  const dashboard = JSON.parse(DASHBOARD) as Dashboard;
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');

  test('draws every metric there is, and asks for no other', async () => {
    const types = await registered();
    const asked = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n');
    expect(unknown(DASHBOARD, types)).toEqual([]);
    expect([...named(asked, types)].sort()).toEqual([...types.keys()].sort());
  });

  test('reads from whichever Prometheus is chosen, and is nobody’s own', () => {
    expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    expect(dashboard.id ?? null).toBeNull();
    for (const { title, datasource, targets = [] } of panels) {
      expect([title, datasource?.uid]).toEqual([title, CHOSEN]);
      expect(targets.length).toBeGreaterThan(0);
      for (const target of targets) expect(target.datasource.uid).toBe(CHOSEN);
    }
  });

  test('asks with the variables that it has', () => {
    const known = dashboard.templating.list.map(({ name }) => name);
    const used = [...DASHBOARD.matchAll(/\$\{?(\w+)\}?/g)].map(([, name]) => name!);
    const builtIn = ['__rate_interval', '__all'];
    expect(new Set(used.filter((name) => !known.includes(name) && !builtIn.includes(name)))).toEqual(new Set());
  });
});
