import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type BotApplication, startBotApplication } from '../support/bot-application.js';
import { openBrowser, PHONE, Visitor, WIDE } from '../support/browser.js';
import { artistOf } from '../support/connoisseur.js';

const SHORT = { rounds: 3, roundSeconds: 8, pauseSeconds: 2 };

let dataDir: string;
let browser: Browser;
let application: BotApplication;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'append-log-play-'));
  browser = await openBrowser();
  application = await startBotApplication(dataDir);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await application?.stop('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
}, 30_000);

describe('Playing in a real browser', () => {
  it('GoesOnWhereItWasAfterKillMinus9AndIsBookedOnce', async () => {
    const [ada, bo] = await twoInOneRoom('gallery');
    await ada.startGame(SHORT);

    await together(ada, bo, (visitor) => visitor.seeRound(1));
    expect(await bo.wall()).toEqual(await ada.wall());
    await answerRight(ada);
    await ada.page.locator('.player:not(.has-answered)', { hasText: 'Bo' }).waitFor();
    await bo.page.locator('.choice').nth(1).tap();
    await together(ada, bo, (visitor) => visitor.seeResult(1));
    await expectTheArtistNamed(ada);

    await together(ada, bo, (visitor) => visitor.seeRound(2));
    const feedback = await answerRight(ada);
    const wall = await ada.wall();
    await killAndRestart(ada, bo);
    expect([await ada.wall(), await bo.wall()]).toEqual([wall, wall]);
    expect(await ada.feedback()).toBe(feedback);
    expect(await ada.page.locator('.stage:not(.is-over)').count()).toBe(1);
    await bo.page.locator('.choice').nth(2).tap();
    await together(ada, bo, (visitor) => visitor.seeResult(2));

    await together(ada, bo, (visitor) => visitor.seeRound(3));
    await answerRight(ada);
    await together(ada, bo, (visitor) => visitor.page.locator('.finale').waitFor({ timeout: 30_000 }));
    const scores = await ada.finalScores();
    expect(Object.keys(scores).sort()).toEqual(['Ada', 'Bo']);
    expect(await bo.finalScores()).toEqual(scores);
    expect(scores.Ada).toBeGreaterThan(scores.Bo ?? 0);
    expect(await ada.page.locator('.finale h1').innerText()).toBe('Ada wins.');
    expect(await ada.leaderboard()).toEqual(scores);

    await application.stop('SIGTERM');
    expect(totalsOnDisk()).toEqual({ Ada: { games: 1, score: scores.Ada }, Bo: { games: 1, score: scores.Bo } });
    application = await startBotApplication(dataDir, application.port);
    await ada.page.goto(application.url);
    await ada.page.locator('.record', { hasText: 'Welcome back, Ada: 1 game, 100% right, place 1.' }).waitFor();
    expect(await ada.leaderboard()).toEqual(scores);
  }, 120_000);

  it('CountsTheFirstKeyOnlyAndIgnoresKeysThatNameNoAnswer', async () => {
    const ada = await Visitor.arrive(browser, WIDE);
    await ada.enterByLink(application.url, 'Ada', 'keys');
    await ada.startGame({ ...SHORT, rounds: 3 });
    await ada.seeRound(1);
    await ada.page.keyboard.press('5');
    await ada.page.keyboard.press('Control+2');
    expect(await ada.page.locator('.choice[aria-pressed="true"]').count()).toBe(0);
    await ada.page.keyboard.press('4');
    await ada.seeFeedback();
    await ada.page.keyboard.press('1');
    expect(await ada.page.locator('.choice[aria-pressed="true"] .choice-key').allTextContents()).toEqual(['4']);
    await ada.page.reload();
    await ada.page.locator('.choice[aria-pressed="true"]', { hasText: '4' }).waitFor();
    expect(await ada.feedback()).not.toBe('');
    await ada.stopGame();
    await ada.page.locator('.notice', { hasText: 'You stopped the game.' }).waitFor();
    await ada.leave();
  }, 60_000);

  it('ShowsArtworkAndAnswersOnOnePhoneScreenAndNothingScrollsSideways', async () => {
    const bo = await Visitor.arrive(browser, PHONE);
    await bo.page.goto(application.url);
    expect(await bo.sidewaysScroll()).toBe(0);
    await bo.enterByLink(application.url, 'A name of 24 characters', 'a-room-with-a-very-long-name-too');
    expect(await bo.sidewaysScroll()).toBe(0);
    await bo.startGame(SHORT);
    await bo.seeRound(1);
    expect(await bo.sidewaysScroll()).toBe(0);
    const boxes = await Promise.all(
      [bo.page.locator('.artwork'), ...(await bo.page.locator('.choice').all())].map((part) => part.boundingBox()),
    );
    expect(boxes).toHaveLength(5);
    for (const box of boxes) {
      expect(box?.y).toBeGreaterThanOrEqual(0);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(844);
      expect(box?.height).toBeGreaterThanOrEqual(44);
    }
    expect(boxes[0]?.width).toBeGreaterThan(300);
    await bo.stopGame();
    await bo.leave();
  }, 60_000);

  it('ShowsANameWithMarkupInItAsTextAndLoadsNothingFromElsewhere', async () => {
    const mallory = await Visitor.arrive(browser, WIDE);
    const hosts = new Set<string>();
    mallory.page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await mallory.enterByLink(application.url, '<img src=x onerror=1>', 'markup');
    await mallory.page.locator('.people', { hasText: '<img src=x onerror=1>' }).waitFor();
    expect(await mallory.page.locator('.people img').count()).toBe(0);
    expect([...hosts]).toEqual([new URL(application.url).host]);
    await mallory.leave();
  }, 60_000);
});

async function twoInOneRoom(room: string): Promise<[Visitor, Visitor]> {
  const ada = await Visitor.arrive(browser, WIDE);
  const bo = await Visitor.arrive(browser, PHONE);
  await ada.enterByTheFrontDoor(application.url, 'Ada', room);
  await bo.enterByLink(application.url, 'Bo', room);
  await ada.page.locator('.people', { hasText: 'Bo' }).waitFor();
  return [ada, bo];
}

async function together(ada: Visitor, bo: Visitor, act: (visitor: Visitor) => Promise<void>): Promise<void> {
  await Promise.all([act(ada), act(bo)]);
}

/** Ada knows the collection; she answers by the key of the right name. */
async function answerRight(ada: Visitor): Promise<string> {
  const { artwork, choices } = await ada.wall();
  await ada.page.keyboard.press(String(choices.indexOf(artistOf(artwork)) + 1));
  const feedback = await ada.seeFeedback();
  expect(feedback).toMatch(/^Right: [\d,]+ points\.$/);
  return feedback;
}

async function expectTheArtistNamed(ada: Visitor): Promise<void> {
  const { artwork } = await ada.wall();
  expect(await ada.page.locator('.label-artist').innerText()).toBe(artistOf(artwork));
  expect(await ada.page.locator('.choice[data-verdict="right"] .choice-name').innerText()).toBe(artistOf(artwork));
  expect(await ada.page.locator('.label-title').innerText()).not.toBe('');
  expect(await ada.feedback()).toMatch(/^[\d,]+ points, after \d\.\d s\.$/);
}

/** The pages notice by themselves that the application is gone, and that it is back. */
async function killAndRestart(ada: Visitor, bo: Visitor): Promise<void> {
  await application.stop('SIGKILL');
  await together(ada, bo, (visitor) => visitor.page.locator('.toast.is-lost').waitFor());
  application = await startBotApplication(dataDir, application.port);
  const back = { hasText: 'Back again' };
  await together(ada, bo, (visitor) => visitor.page.locator('.toast', back).waitFor({ state: 'attached' }));
}

/** Every player's games and points in the main file of the players, by name. */
function totalsOnDisk(): Record<string, { games: number; score: number }> {
  const file = join(dataDir, 'players.json');
  expect(existsSync(file)).toBe(true);
  const players = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    { username: string; totalGames: number; totalScore: number }
  >;
  return Object.fromEntries(
    Object.values(players).map(({ username, totalGames, totalScore }) => [
      username,
      { games: totalGames, score: totalScore },
    ]),
  );
}
