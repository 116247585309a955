/** The dashboard in a real browser, over a real store. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startBotApplication } from '../support/bot-application.js';
import { openBrowser, PHONE, WIDE } from '../support/browser.js';
import { type DashboardStage, eventually, openDashboard, type StageOptions } from '../support/dashboard-stage.js';
import { Watcher } from '../support/dashboard-watcher.js';
import { temporaryDirectory } from '../support/store.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WITH_ACTIONS: StageOptions = { dashboard: { actions: { guards: [{ canActivate: () => true }] } } };

let browser: Browser;
let stage: DashboardStage | undefined;

beforeAll(async () => {
  browser = await openBrowser();
}, 60_000);

afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

afterAll(async () => {
  await browser?.close();
}, 30_000);

async function open(options: StageOptions = {}): Promise<DashboardStage> {
  stage = await openDashboard(options);
  return stage;
}

const arrive = (options: BrowserContextOptions = WIDE) =>
  Watcher.arrive(browser, (stage as DashboardStage).url, options);

const set = (key: string, value: unknown, log = 'notes', meta?: { actor?: string; reason?: string }) =>
  (stage as DashboardStage).logs.append(log, { op: 'SET', key, value }, meta);

describe('The page', () => {
  it('ShowsWhatWasWrittenAndWhatIsWritten', async () => {
    const { logs } = await open();
    await set('before', { n: 1 });
    const watcher = await arrive();
    await watcher.seeEntry('notes', 1);
    await set('ada', { score: 41 }, 'notes', { actor: 'web:ada', reason: 'game g1' });
    await logs.append('notes', { op: 'DELETE', key: 'before' });
    await set('x', 1, 'other');
    await watcher.seeEntry('notes', 3);
    await watcher.seeEntry('other', 1);
    expect(await watcher.seqs('notes')).toEqual([3, 2, 1]);
    const row = watcher.page.locator('.entry[data-log="notes"][data-seq="2"]');
    expect((await row.innerText()).split(/\s*\n\s*/).slice(1)).toEqual([
      'notes',
      'SET',
      'ada',
      '{"score":41}',
      'by web:ada: game g1',
    ]);
    expect(await row.locator('time').getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \(UTC\)$/);
    await watcher.leave();
  }, 60_000);

  it('HasTheEnginesNumbers', async () => {
    const { logs } = await open();
    for (let i = 0; i < 1_234; i += 1) void set(`key ${i % 100}`, { i });
    await set('last', 1);
    const watcher = await arrive();
    const stats = logs.stats('notes');
    await eventually('the page has them', async () => (await watcher.row('notes')).Entries === '1,235');
    expect(await watcher.row('notes')).toMatchObject({
      Keys: stats.keys.toLocaleString('en'),
      Seq: stats.seq.toLocaleString('en'),
      Live: `${Math.round((100 * stats.liveBytes) / stats.sizeBytes)} %`,
      Opening: 'clean',
    });
    const size = await watcher.page.locator('tr[data-log="notes"] td[data-label="Size"]').getAttribute('title');
    expect(size).toBe(`${stats.sizeBytes.toLocaleString('en')} bytes`);
    expect(await watcher.figure('total')).toBe('1,235');
    expect(await watcher.page.locator('.health').innerText()).toBe('Healthy');
    await watcher.leave();
  }, 60_000);

  it('ChoosesByLogKeyAndOperationAndKeepsTheChoiceInItsAddress', async () => {
    const { logs } = await open();
    await set('ada', 1);
    await set('bo', 2);
    await set('ada', 3, 'other');
    const watcher = await arrive();
    const { page } = watcher;
    await watcher.seeEntry('other', 1);
    await page.getByLabel('Log', { exact: true }).selectOption('notes');
    await eventually('the other log is gone', async () => (await watcher.seqs('other')).length === 0);
    await watcher.seeEntry('notes', 2);
    await page.getByLabel('A part of the key').fill('AD');
    await eventually('the other key is gone', async () => (await watcher.seqs('notes')).join() === '1');
    await set('bo', 4);
    await set('ada', 5);
    await logs.append('notes', { op: 'DELETE', key: 'ada' });
    await watcher.seeEntry('notes', 5);
    expect(await watcher.seqs('notes')).toEqual([5, 4, 1]);
    await page.getByRole('button', { name: 'DELETE', exact: true }).click();
    await eventually('writes are gone', async () => (await watcher.seqs('notes')).join() === '5');
    await page.reload();
    await watcher.seeEntry('notes', 5);
    expect(await watcher.seqs('notes')).toEqual([5]);
    expect(await page.getByLabel('A part of the key').inputValue()).toBe('AD');
    expect(await page.locator('.detail h2').innerText()).toBe('notes');
    await watcher.leave();
  }, 60_000);

  it('HoldsStillWhileItIsPaused', async () => {
    await open();
    await set('a', 1);
    const watcher = await arrive();
    await watcher.seeEntry('notes', 1);
    await watcher.page.getByRole('button', { name: 'Pause' }).click();
    for (let i = 0; i < 5; i += 1) await set('a', i);
    await watcher.page.getByText('Paused, 5 new').waitFor();
    expect(await watcher.seqs('notes')).toEqual([1]);
    await watcher.page.getByRole('button', { name: 'Go on' }).click();
    await watcher.seeEntry('notes', 6);
    expect(await watcher.seqs('notes')).toEqual([6, 5, 4, 3, 2, 1]);
    await watcher.leave();
  }, 60_000);

  it('ShowsTheHistoryOfAKeyAndAWholeValueByKeyboardAlone', async () => {
    const { logs } = await open();
    await set('ada', { score: 1 }, 'notes', { actor: 'web:ada', reason: 'game g1' });
    await set('ada', { score: 9, text: 'long '.repeat(200) });
    await logs.append('notes', { op: 'DELETE', key: 'ada' }, { reason: 'asked to be forgotten' });
    const watcher = await arrive();
    const { page } = watcher;
    await watcher.seeEntry('notes', 3);
    await page.locator('.entry[data-seq="3"] .entry-key').focus();
    await page.keyboard.press('Enter');
    const moments = page.locator('dialog[open] .moment');
    await moments.nth(2).waitFor();
    expect(await moments.evaluateAll((each) => each.map((moment) => moment.getAttribute('data-kind')))).toEqual([
      'deleted',
      'set',
      'set',
    ]);
    expect(await moments.nth(0).innerText()).toContain('asked to be forgotten');
    expect((await moments.nth(1).locator('.change').first().innerText()).replace(/\s+/g, ' ')).toBe('score 1 → 9');
    expect(await moments.nth(2).innerText()).toContain('by web:ada: game g1');
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'all of the value of seq 2' }).press('Enter');
    await page.locator('dialog[open] .whole', { hasText: '"score": 9' }).waitFor();
    expect(JSON.parse(await page.locator('.whole').innerText()).value.text).toBe('long '.repeat(200));
    await page.keyboard.press('Escape');
    await watcher.leave();
  }, 60_000);

  it('ShowsMarkupAsText', async () => {
    const { logs } = await open();
    const payloads = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      'javascript:alert(1)',
      '</script><svg/onload=alert(1)>',
      '{{7*7}} $' + '{7*7} <%= 7*7 %> #{7*7}',
      '<iframe srcdoc="<script>parent.alert(1)</script>">',
      '<style>*{display:none}</style>',
      '\u202Egnp.exe\u2066\u0000\u200b',
      '__proto__',
      '<a href="javascript:alert(1)">x</a>\n\r\t',
    ];
    for (const text of payloads) {
      await set(text, { [text]: text, list: [text] }, 'notes', { actor: text, reason: text });
    }
    const watcher = await arrive();
    const { page } = watcher;
    for (const text of payloads) await set(text, text, 'notes', { actor: text, reason: text });
    await logs.append('notes', { op: 'SET', data: Object.fromEntries(payloads.map((text) => [text, text])) });
    await watcher.seeEntry('notes', 2 * payloads.length + 1);
    const keys = await page.locator('.entry .entry-key').allInnerTexts();
    for (const text of payloads.slice(0, 7)) expect(keys.filter((key) => key === text)).toHaveLength(2);
    expect(keys).toContain('U+202Egnp.exeU+2066U+0000U+200B');
    expect(await page.locator('.entry-meta').allInnerTexts()).toContain(`by ${payloads[0]}: ${payloads[0]}`);
    for (const [i, text] of payloads.entries()) {
      await page.goto(`${stage?.url}#log=notes`);
      await page.locator(`.entry[data-seq="${payloads.length + i + 1}"] .entry-key`).click();
      await page.locator('dialog[open] .moment').nth(2).waitFor();
      if (i < 7) expect(await page.locator('dialog h2').innerText()).toBe(text);
      await page.keyboard.press('Escape');
    }
    await page.getByLabel('A part of the key').fill(payloads[0] as string);
    await eventually('it is found', async () => (await watcher.seqs('notes')).length === 2);
    const foreign = await page.evaluate(
      `document.querySelectorAll('script:not([type=module]), iframe, img:not([src$="favicon.svg"]), svg, style, a[href^="javascript"]').length`,
    );
    expect(foreign).toBe(0);
    await watcher.leave();
  }, 90_000);

  it('ComesBackByItselfAndShowsNothingTwice', async () => {
    const directory = await temporaryDirectory();
    const storage = { dataDir: directory.path };
    try {
      await open({ storage });
      const port = Number(new URL((stage as DashboardStage).url).port);
      for (let i = 0; i < 5; i += 1) await set('a', i);
      const watcher = await arrive();
      await watcher.seeEntry('notes', 5);
      await stage?.close();
      await watcher.see('Disconnected, trying again … What is shown is from');
      await open({ storage, port });
      for (let i = 0; i < 5; i += 1) await set('a', i);
      await watcher.see('Live');
      await set('a', 'after');
      await watcher.seeEntry('notes', 11);
      expect(await watcher.seqs('notes')).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
      await eventually('the figures are those of the new process', async () => (await watcher.figure('total')) === '6');
      // A browser says of every attempt that failed that it did.
      const failed = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|503/;
      watcher.complaints.splice(0, Infinity, ...watcher.complaints.filter((text) => !failed.test(text)));
      await watcher.leave();
    } finally {
      await stage?.close();
      stage = undefined;
      await directory.remove();
    }
  }, 90_000);
});

describe('The buttons', () => {
  it('AreNotThereWithoutActions', async () => {
    await open();
    await set('a', 1);
    const watcher = await arrive();
    await watcher.page.getByRole('button', { name: 'notes' }).click();
    await watcher.page.getByText('Recovery at opening').waitFor();
    expect(await watcher.page.getByRole('button', { name: /Compact|Verify|Download/ }).count()).toBe(0);
    await watcher.leave();
  }, 60_000);

  it('CompactVerifyAndDownload', async () => {
    const { logs } = await open(WITH_ACTIONS);
    for (let i = 0; i < 300; i += 1) void set(`key ${i % 3}`, { i });
    await set('last', 1);
    const watcher = await arrive({ ...WIDE, acceptDownloads: true });
    const { page } = watcher;
    await page.getByRole('button', { name: 'notes' }).click();
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('Whole: every checksum of 301 entries in 1 file').waitFor();
    await page.getByRole('button', { name: 'Compact now' }).click();
    await page.locator('.result', { hasText: 'Compacted' }).waitFor();
    await page.locator('.compaction', { hasText: 'compacted' }).waitFor();
    await page.locator('.file', { hasText: 'Backup' }).waitFor();
    expect(logs.stats('notes').checkpointBytes).toBeGreaterThan(0);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download backup' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^notes\..*\.log\.gz$/);
    const copy = gunzipSync(readFileSync(await download.path())).toString();
    expect(JSON.parse(copy.split('\n')[0] as string).state).toEqual(await logs.rebuildState('notes'));
    await watcher.leave();
  }, 60_000);
});

describe('The looks', () => {
  interface Violation {
    id: string;
    impact: string;
    nodes: { html: string; failureSummary: string }[];
  }

  async function barriers(page: Page): Promise<string[]> {
    await page.evaluate(AXE);
    const { violations } = (await page.evaluate('axe.run()')) as { violations: Violation[] };
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
  }

  it.each([
    ['wide', WIDE],
    ['dark', { ...WIDE, colorScheme: 'dark' } as BrowserContextOptions],
    ['phone', PHONE],
  ])(
    'ShutNobodyOut, %s',
    async (_, options) => {
      await open(WITH_ACTIONS);
      // The tool that looks for barriers writes markup itself, which the policy of the page forbids.
      const watcher = await arrive({ ...options, bypassCSP: true });
      const { page } = watcher;
      const seen: Record<string, string[]> = {};
      const see = async (name: string) => {
        seen[name] = await barriers(page);
        expect([name, await watcher.sidewaysScroll()]).toEqual([name, 0]);
      };
      await see('empty');
      for (let i = 0; i < 30; i += 1) await set(`${'key '.repeat(300)}${i}`, { i }, `log_${'long'.repeat(12)}_${i}`);
      await set('\u202Ekey', { text: 'x'.repeat(999) }, 'notes', { actor: 'a'.repeat(300), reason: 'r'.repeat(300) });
      await set('\u202Ekey', { text: 'y'.repeat(999) }, 'notes');
      await watcher.seeEntry('notes', 2);
      await eventually('all logs are there', async () => (await page.locator('tr[data-log]').count()) === 34);
      await see('many logs');
      await page.getByRole('button', { name: 'notes' }).click();
      await page.getByRole('button', { name: 'Compact now' }).click();
      await page.locator('.compaction').waitFor();
      await see('one log');
      await page.locator('.entry[data-log="notes"] .entry-key').first().click();
      await page.locator('dialog[open] .moment').first().waitFor();
      await see('timeline');
      await page.keyboard.press('Escape');
      await stage?.app.close();
      await watcher.see('Disconnected');
      await see('disconnected');
      expect(Object.values(seen).flat()).toEqual([]);
      await page.context().close();
    },
    90_000,
  );
});

describe('The bot application', () => {
  it('HasTheDashboardForThisMachineAndSaysWhere', async () => {
    const directory = await temporaryDirectory();
    const application = await startBotApplication(directory.path, 0, { DASHBOARD_TOKEN: '' });
    try {
      await eventually('it says where', () =>
        application.output().includes(`See its logs at ${application.url}/log/\n`),
      );
      const watcher = await Watcher.arrive(browser, `${application.url}/log`, WIDE);
      expect(await watcher.page.getByRole('button', { name: /Compact|Verify|Download/ }).count()).toBe(0);
      await watcher.leave();
      expect((await fetch(`${application.url}/log/api/verify?log=players`, { method: 'POST' })).status).toBe(404);
    } finally {
      await application.stop('SIGTERM');
      await directory.remove();
    }
  }, 60_000);

  it('HasItBehindAToken', async () => {
    const directory = await temporaryDirectory();
    const token = 'correct-horse';
    const application = await startBotApplication(directory.path, 0, { DASHBOARD_TOKEN: token, HOST: '0.0.0.0' });
    try {
      const url = `http://127.0.0.1:${application.port}/log/`;
      expect((await fetch(url)).status).toBe(401);
      expect((await fetch(url, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200);
      const httpCredentials = { username: 'anybody', password: token };
      const watcher = await Watcher.arrive(browser, url, { ...WIDE, httpCredentials });
      await watcher.page.getByRole('button', { name: 'players' }).click();
      await watcher.page.getByRole('button', { name: 'Verify' }).click();
      await watcher.page.locator('.result', { hasText: 'Whole' }).waitFor();
      await watcher.page.context().close();
    } finally {
      await application.stop('SIGTERM');
      await directory.remove();
    }
  }, 60_000);

  it('HasNoneWhereOthersGetInWithoutAToken', async () => {
    const directory = await temporaryDirectory();
    const application = await startBotApplication(directory.path, 0, { DASHBOARD_TOKEN: '', HOST: '0.0.0.0' });
    try {
      expect((await fetch(`http://127.0.0.1:${application.port}/log/`)).status).toBe(404);
      expect(application.output()).toMatch(/HOST=0\.0\.0\.0 lets others in, so \/log needs a DASHBOARD_TOKEN/);
      expect(application.output()).not.toContain('See its logs');
    } finally {
      await application.stop('SIGTERM');
      await directory.remove();
    }
  }, 60_000);
});
