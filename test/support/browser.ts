/** A real browser and what people do with the play page in it. */

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const WIDE: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: FLAGS });
}

/** Somebody with a browser of their own: their cookies are not the others'. */
export class Visitor {
  /** What the browser complained about: refused scripts, exceptions, failed loads. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  static async arrive(browser: Browser, options: BrowserContextOptions): Promise<Visitor> {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
    context.setDefaultTimeout(15_000);
    return new Visitor(await context.newPage());
  }

  /** By the front door, where a name and a room are asked for. */
  async enterByTheFrontDoor(url: string, name: string, room: string): Promise<void> {
    await this.page.goto(url);
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByLabel('Room').fill(room);
    await this.page.getByRole('button', { name: 'Enter the room' }).click();
    await this.page.getByRole('button', { name: 'Start the game' }).waitFor();
  }

  /** By a link to the room, where only the name is asked for. */
  async enterByLink(url: string, name: string, room: string): Promise<void> {
    await this.page.goto(`${url}/r/${room}`);
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByRole('button', { name: 'Enter the room' }).click();
    await this.page.locator('header').waitFor();
  }

  async startGame(settings: { rounds: number; roundSeconds: number; pauseSeconds: number }): Promise<void> {
    for (const [name, value] of Object.entries(settings)) {
      await this.page.locator(`input[name="${name}"][value="${value}"]`).check({ force: true });
    }
    await this.page.getByRole('button', { name: 'Start the game' }).click();
  }

  /** Waits until a round is running and its artwork is to be seen. */
  async seeRound(round: number): Promise<void> {
    await this.page.locator('.stage:not(.is-over)', { hasText: `Round ${round} of` }).waitFor({ timeout: 30_000 });
    await this.page.locator('.frame.is-lit').waitFor();
  }

  async seeResult(round: number): Promise<void> {
    await this.page.locator('.stage.is-over', { hasText: `Round ${round} of` }).waitFor({ timeout: 30_000 });
  }

  /** What is on the wall: picture, answers and scores. */
  async wall(): Promise<{ artwork: string | null; choices: string[]; scores: Record<string, string> }> {
    const names = await this.page.locator('.player-name').allTextContents();
    const scores = await this.page.locator('.player-score').allTextContents();
    return {
      artwork: await this.page.locator('.artwork').getAttribute('src'),
      choices: await this.page.locator('.choice-name').allTextContents(),
      scores: Object.fromEntries(names.map((name, i) => [name, scores[i] ?? ''])),
    };
  }

  /** What the page says about this visitor's own answer. */
  feedback(): Promise<string> {
    return this.page.locator('.feedback').innerText();
  }

  /** Waits until the server has judged this visitor's answer. */
  async seeFeedback(): Promise<string> {
    await this.page.locator('.feedback.is-right, .feedback.is-wrong').waitFor();
    return this.feedback();
  }

  /** Everybody's score at the end of a game, on the podium or below it. */
  finalScores(): Promise<Record<string, number>> {
    return this.figures('.finale-game :is(.step-name, .player-name)', '.finale-game :is(.step-score, .player-score)');
  }

  /** The all-time points, as far as they are shown. */
  async leaderboard(): Promise<Record<string, number>> {
    await this.page.locator('.board-row').first().waitFor();
    return this.figures('.board-name', '.board-value');
  }

  async stopGame(): Promise<void> {
    await this.page.getByRole('button', { name: 'Stop game' }).click();
    await this.page.getByRole('button', { name: 'Really stop?' }).click();
    await this.page.locator('.lobby').waitFor();
  }

  /** By how many pixels the page is wider than its window. */
  sidewaysScroll(): Promise<number> {
    return this.page.evaluate('Math.max(document.body.scrollWidth, document.documentElement.scrollWidth) - innerWidth');
  }

  /** Closes the browser window; fails if the browser had anything to complain about. */
  async leave(): Promise<void> {
    await this.page.context().close();
    if (this.complaints.length > 0) throw new Error(this.complaints.join('\n'));
  }

  private async figures(names: string, values: string): Promise<Record<string, number>> {
    const who = await this.page.locator(names).allTextContents();
    const what = await this.page.locator(values).allTextContents();
    return Object.fromEntries(
      who.map((name, i) => [name.replace(/ you$/, ''), Number.parseInt(what[i]?.replace(/,/g, '') ?? '', 10)]),
    );
  }
}
