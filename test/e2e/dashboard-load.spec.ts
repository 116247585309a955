/**
 * The dashboard for minutes under 500 appends a second: it answers, it is right, and it does not grow. DASHBOARD_MINUTES
 * says for how long, 5 unless told otherwise.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { openBrowser, WIDE } from '../support/browser.js';
import { type DashboardStage, eventually, openDashboard } from '../support/dashboard-stage.js';
import { Watcher } from '../support/dashboard-watcher.js';
import { inTime } from '../support/patience.js';

const MINUTES = Number(process.env.DASHBOARD_MINUTES || 5);
const APPENDS_A_SECOND = 500;
const STEP_MS = 20;
const LOGS = ['players', 'games', 'sessions', 'audit'];

/**
 * A second is how long people wait without losing their thread. What the page does takes some milliseconds; the rest is for
 * two processors that other tests want as well.
 */
const LONGEST_GAP_MS = 1_000;
/** Where nobody else wants them, one gap in a hundred is longer than a few frames. */
const GAP_99_MS = 250;
const LONGEST_CLICK_MS = 1_000;
/** Between the first minute and the last: the plots have four minutes more to remember, some hundred kilobytes. */
const HEAP_GROWTH_BYTES = 4_000_000;
const NODE_GROWTH = 400;
const CLICK_EVERY_MS = 5_000;

interface Written {
  counts: Map<string, number>;
  total: number;
}

interface Answering {
  longestGap: number;
  gap99: number;
  longestClick: number;
  clicks: number;
}

interface Weight {
  heapBytes: number;
  nodes: number;
}

let browser: Browser;
let stage: DashboardStage;

beforeAll(async () => {
  browser = await openBrowser();
  stage = await openDashboard();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await stage?.close();
}, 60_000);

describe('Under 500 appends a second', () => {
  it(
    'ThePageAnswersIsRightAndDoesNotGrow',
    async () => {
      const watcher = await Watcher.arrive(browser, stage.url, WIDE);
      const { page } = watcher;
      const cdp = await page.context().newCDPSession(page);
      await observe(page);
      const started = performance.now();
      const runMs = MINUTES * 60_000;
      const writing = write(started + runMs);
      const early = await useUntil(started + Math.min(60_000, runMs / 2), page).then(() => weigh(cdp));
      await useUntil(started + runMs, page);
      const written = await inTime('the writer', 60_000, writing);
      const late = await weigh(cdp);
      const answering = (await page.evaluate('globalThis.answering()')) as Answering;
      process.stdout.write(`${JSON.stringify({ MINUTES, total: written.total, answering, early, late })}\n`);

      // The writer kept its pace: else nothing is proven.
      expect(written.total).toBeGreaterThan(0.95 * APPENDS_A_SECOND * MINUTES * 60);
      await expectRight(watcher, written);
      expect(answering.longestGap).toBeLessThan(LONGEST_GAP_MS);
      expect(answering.gap99).toBeLessThan(GAP_99_MS);
      expect(answering.clicks).toBeGreaterThan(0);
      expect(answering.longestClick).toBeLessThan(LONGEST_CLICK_MS);
      expect(late.heapBytes - early.heapBytes).toBeLessThan(HEAP_GROWTH_BYTES);
      expect(late.nodes - early.nodes).toBeLessThan(NODE_GROWTH);
      await watcher.leave();
    },
    MINUTES * 60_000 + 120_000,
  );
});

/** Appends at an even pace, without waiting for one before the next, as a busy bot does. */
async function write(until: number): Promise<Written> {
  const counts = new Map(LOGS.map((log) => [log, 0]));
  const started = performance.now();
  const pending = new Set<Promise<unknown>>();
  let total = 0;
  while (performance.now() < until) {
    const due = ((Math.min(performance.now(), until) - started) * APPENDS_A_SECOND) / 1000;
    for (; total < due; total += 1) {
      const log = LOGS[total % LOGS.length] as string;
      counts.set(log, (counts.get(log) ?? 0) + 1);
      const value = { total, text: 'some words that a bot might keep '.repeat(4), list: [total, total % 7] };
      const append = stage.logs.append(log, { op: 'SET', key: `key ${total % 500}`, value }, { actor: 'load' });
      pending.add(append);
      void append.finally(() => pending.delete(append));
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  await Promise.all(pending);
  return { counts, total };
}

/** Measures in the page how late its timers are, and how long a click takes until it can be seen. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    const gaps = [];
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
    }, 50);
    const clicks = [];
    // Behind the handlers comes a frame, and behind the next one's beginning that frame has been drawn.
    addEventListener('click', ({ timeStamp }) => {
      requestAnimationFrame(() => requestAnimationFrame(() => clicks.push(performance.now() - timeStamp)));
    });
    globalThis.answering = () => ({
      longestGap: Math.round(Math.max(...gaps)),
      gap99: Math.round([...gaps].sort((a, b) => a - b)[Math.floor(gaps.length * 0.99)]),
      longestClick: Math.round(Math.max(0, ...clicks)),
      clicks: clicks.length,
    });
  })()`);
}

/** Presses a button now and then; the entries hold still for a moment, and go on. */
async function useUntil(until: number, page: Page): Promise<void> {
  while (performance.now() < until) {
    await new Promise((resolve) =>
      setTimeout(resolve, Math.min(CLICK_EVERY_MS, Math.max(0, until - performance.now()))),
    );
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
  }
}

/** What is left after the collector has been: the least of some looks, since rows that just left are held for a moment. */
async function weigh(cdp: CDPSession): Promise<Weight> {
  const least: Weight = { heapBytes: Number.POSITIVE_INFINITY, nodes: Number.POSITIVE_INFINITY };
  for (let look = 0; look < 6; look += 1) {
    await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    const { nodes } = await cdp.send('Memory.getDOMCounters');
    least.heapBytes = Math.min(least.heapBytes, usedSize);
    least.nodes = Math.min(least.nodes, nodes);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return least;
}

/** The totals are the engine's, and the entries on the page the newest, each once. */
async function expectRight(watcher: Watcher, { counts, total }: Written): Promise<void> {
  const spelled = (number: number) => number.toLocaleString('en');
  await eventually('the page has the total', async () => (await watcher.figure('total')) === spelled(total));
  for (const log of LOGS) {
    const count = counts.get(log) as number;
    expect(stage.logs.stats(log).appends).toBe(count);
    expect(await watcher.row(log)).toMatchObject({ Entries: spelled(count), Seq: spelled(count) });
    await watcher.seeEntry(log, count);
    const seqs = await watcher.seqs(log);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => b - a));
    // A hundred rows, two in five of what was written: they are of the last second.
    expect(seqs.at(-1)).toBeGreaterThan(count - (2 * APPENDS_A_SECOND) / LOGS.length);
  }
  expect(await watcher.page.locator('.entry').count()).toBe(100);
}
