/** Every page by axe-core in a real browser, wide, phone and dark; and what is played by keyboard alone. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type BotApplication, startBotApplication } from '../support/bot-application.js';
import { openBrowser, PHONE, Visitor, WIDE } from '../support/browser.js';
import { artistOf } from '../support/connoisseur.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHORT = { rounds: 3, roundSeconds: 8, pauseSeconds: 2 };
const LOOKS: [string, BrowserContextOptions][] = [
  ['wide', WIDE],
  ['dark', { ...WIDE, colorScheme: 'dark' }],
  ['phone', PHONE],
];

let dataDir: string;
let browser: Browser;
let application: BotApplication;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'append-log-axe-'));
  browser = await openBrowser();
  application = await startBotApplication(dataDir);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await application?.stop('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
  expect(existsSync(dataDir)).toBe(false);
}, 30_000);

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe finds of the kinds that shut people out, in words. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run()')) as { violations: Violation[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

async function chooseMode(visitor: Visitor, mode: string): Promise<void> {
  await visitor.page.locator(`input[name="mode"][value="${mode}"]`).check({ force: true });
}

/** A shorter game than the form offers. */
async function startOneRound(page: Page, room: string, name: string): Promise<void> {
  const settings = { name, rounds: 1, roundSeconds: 10, pauseSeconds: 2 };
  await page.evaluate(
    `fetch('/api/rooms/${room}/start', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: ${JSON.stringify(JSON.stringify(settings))},
    })`,
  );
}

describe.each(LOOKS)('Every page, %s', (look, options) => {
  it('ShutsNobodyOut', async () => {
    const ada = await Visitor.arrive(browser, options);
    const { page } = ada;
    const seen: Record<string, string[]> = {};
    const see = async (name: string) => {
      seen[name] = await barriers(page);
      expect([name, await ada.sidewaysScroll()]).toEqual([name, 0]);
    };
    await page.goto(application.url);
    await page.locator('.board').waitFor();
    await see('landing');
    await page.goto(`${application.url}/r/axe-${look}`);
    await page.getByLabel('Your name').waitFor();
    await see('gate');
    await ada.enterByLink(application.url, `Ada ${look}`, `axe-${look}`);
    await see('lobby');
    await chooseMode(ada, 'daily');
    await see('lobby, daily');
    await chooseMode(ada, 'choices');
    await startOneRound(page, `axe-${look}`, `Ada ${look}`);
    await page.locator('.starting').waitFor();
    await see('starting');
    await ada.seeRound(1);
    await see('round');
    await page.locator('.choice').first().click();
    await ada.seeFeedback();
    await see('answered');
    await ada.seeResult(1);
    await see('result');
    await page.getByRole('button', { name: 'Leaderboard' }).click();
    await page.locator('dialog[open]').waitFor();
    await see('dialog');
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('.finale').waitFor({ timeout: 60_000 });
    await see('podium');
    await page.locator('.finale .profile-link', { hasText: `Ada ${look}` }).click();
    await page.locator('.figures').waitFor();
    await page.locator('summary').click();
    await see('profile');
    await page.goto(`${application.url}/p/nobody`);
    await page.getByRole('heading', { name: 'Nobody here' }).waitFor();
    await see('nobody');
    await page.goto(`${application.url}/leaderboard`);
    await page.locator('.board-row').first().waitFor();
    await see('leaderboard');
    await page.getByRole('button', { name: 'Today' }).click();
    await page
      .locator('.hall .board-row', { hasText: `Ada ${look}` })
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Today' }).getAttribute('aria-pressed')).toBe('true');
    expect(Object.values(seen).flat()).toEqual([]);
    // The page of nobody asked for a player that is not there.
    ada.complaints.splice(0, ada.complaints.length, ...ada.complaints.filter((text) => !text.includes('404')));
    await ada.leave();
  }, 120_000);
});

describe('By keyboard alone', () => {
  it('ATypedGameIsPlayedWithoutTheHandsLeavingTheKeys', async () => {
    const ada = await Visitor.arrive(browser, WIDE);
    const { page } = ada;
    await ada.enterByLink(application.url, 'Ada', 'typed');
    await chooseMode(ada, 'typed');
    await ada.startGame({ ...SHORT, roundSeconds: 30 });
    await ada.seeRound(1);
    expect(await page.locator('.choice').count()).toBe(0);
    await page.keyboard.type('somebody else');
    await page.keyboard.press('Enter');
    await page.locator('.feedback', { hasText: 'Not that name. 4 guesses left.' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    const { artwork } = await ada.wall();
    // The wrong guess is selected, so that the next one takes its place.
    await page.keyboard.type(artistOf(artwork).toLowerCase().replace(/\s/g, ''));
    await page.keyboard.press('Enter');
    await page.locator('.feedback.is-right').waitFor();
    await page.reload();
    await page.locator('.feedback.is-right').waitFor();
    await ada.stopGame();
    await ada.leave();
  }, 60_000);

  it('ADailyChallengeCountsOnceForEach', async () => {
    const ada = await Visitor.arrive(browser, WIDE);
    const { page } = ada;
    await ada.enterByLink(application.url, 'Ada', 'daily');
    await chooseMode(ada, 'daily');
    expect(await page.locator('input[name="rounds"]').first().isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Start the game' }).click();
    await ada.seeRound(1);
    const first = await ada.wall();
    await page.keyboard.press('1');
    await ada.seeFeedback();
    await ada.stopGame();
    await chooseMode(ada, 'daily');
    await page.getByRole('button', { name: 'Start the game' }).click();
    await ada.seeRound(1);
    const again = await ada.wall();
    expect([again.artwork, again.choices]).toEqual([first.artwork, first.choices]);
    await page.keyboard.press('1');
    await page.locator('.feedback', { hasText: 'You have played today’s challenge already.' }).waitFor();
    await ada.stopGame();
    await ada.leave();
  }, 60_000);

  it('SoundIsOffUntilSomebodyAsksForIt', async () => {
    const ada = await Visitor.arrive(browser, WIDE);
    await ada.enterByLink(application.url, 'Ada', 'sound');
    const button = ada.page.getByRole('button', { name: /^Sound/ });
    expect([await button.innerText(), await button.getAttribute('aria-pressed')]).toEqual(['Sound off', 'false']);
    await button.press('Enter');
    expect([await button.innerText(), await button.getAttribute('aria-pressed')]).toEqual(['Sound on', 'true']);
    await ada.page.reload();
    expect(await button.innerText()).toBe('Sound on');
    await ada.leave();
  }, 60_000);
});

describe('Somebody who only watches', () => {
  it('SeesTheGameAndCannotAnswer', async () => {
    const ada = await Visitor.arrive(browser, WIDE);
    const bo = await Visitor.arrive(browser, PHONE);
    await ada.enterByLink(application.url, 'Ada', 'watched');
    await bo.page.goto(`${application.url}/r/watched`);
    await bo.page.getByRole('link', { name: 'Just watch' }).click();
    await ada.page.locator('.people', { hasText: 'An onlooker watching' }).waitFor();
    await ada.startGame({ ...SHORT, roundSeconds: 15 });
    await Promise.all([ada.seeRound(1), bo.seeRound(1)]);
    expect(await bo.page.locator('.feedback').innerText()).toBe('You are watching.');
    await bo.page.locator('.choice').first().tap({ force: true });
    expect(await bo.page.locator('.choice[aria-pressed="true"]').count()).toBe(0);
    expect(Object.keys((await ada.wall()).scores)).toEqual(['Ada']);
    await bo.page.getByRole('link', { name: 'Play along' }).click();
    await bo.page.getByLabel('Your name').waitFor();
    await ada.stopGame();
    await ada.leave();
    await bo.leave();
  }, 60_000);
});
