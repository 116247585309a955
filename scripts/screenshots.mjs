// Takes the pictures of the README: starts the application on a directory of its own, in which some people have played
// before, and plays one game: one wide window, one phone, three guests. Then those of the dashboard.
//
//   npm run build && node scripts/screenshots.mjs [output directory] [game | dashboard]

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { chromium } from 'playwright-core';
import { builtInCatalogue } from '../dist/game/catalogue/index.js';
import { PlayerRepository, StorageModule } from '../dist/index.js';
import { showDashboard } from './dashboard-scene.mjs';

const [directory = join('docs', 'images'), only] = process.argv.slice(2);
const ROOM = 'gallery';
const SETTINGS = { rounds: 5, roundSeconds: 8, pauseSeconds: 2 };
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'];

const { tokens, artistInfo } = builtInCatalogue();
const artists = new Map(tokens.map((token) => [token.imageUrl, artistInfo[token.primaryArtist].displayName]));

mkdirSync(directory, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: FLAGS,
});
let dataDir;
let address;
try {
  if (only !== 'dashboard') await showGame();
  if (only !== 'game') await showDashboard(browser, save);
} finally {
  await browser.close();
}

async function showGame() {
  dataDir = mkdtempSync(join(tmpdir(), 'append-log-pictures-'));
  await fillHall();
  const application = await startApplication();
  try {
    await play();
  } finally {
    application.kill('SIGTERM');
    await new Promise((resolve) => application.once('exit', resolve));
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Some weeks of games of people who are not in the room. */
async function fillHall() {
  class HallModule {}
  Module({ imports: [StorageModule.forRoot({ dataDir })] })(HallModule);
  const hall = await NestFactory.createApplicationContext(HallModule, { logger: false });
  const players = hall.get(PlayerRepository);
  for (const [place, username] of ['Rosa', 'Vera', 'Mary', 'Joan', 'Edith'].entries()) {
    for (let game = 0; game < 34 - 5 * place; game++) {
      // Better with time, and never twice the same; the numbers are of no importance.
      const score = Math.round(220 + 9 * game + 130 * Math.sin(game * 1.7 + place) - 25 * place);
      const date = new Date(Date.now() - (40 - game) * 86_400_000).toISOString();
      const isWinner = (game * 7 + place) % 3 === 0;
      const result = { gameId: `${username} ${game}`, date, score, isWinner, correctAnswers: 4, incorrectAnswers: 1 };
      await players.creditGame(`demo:${username.toLowerCase()}`, username, result);
    }
  }
  await hall.close();
}

async function startApplication() {
  const env = { ...process.env, PORT: '0', DATA_DIR: dataDir };
  const child = spawn(process.execPath, [join('dist', 'main.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  address = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      const found = /http:\S+/.exec(String(text))?.[0];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error('The application ended.')));
  });
  return child;
}

async function play() {
  const wide = await enter('Ada', { viewport: { width: 1280, height: 800 } });
  const phone = await enter('Grace', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const guests = [
    await guest('Hedy', 0.9, 1_500),
    await guest('Katherine', 0.7, 2_600),
    await guest('Emmy', 0.5, 5_500),
  ];
  for (const [name, value] of Object.entries(SETTINGS)) {
    await wide.locator(`input[name="${name}"][value="${value}"]`).check({ force: true });
  }
  await wide.getByRole('button', { name: 'Start the game' }).click();
  for (let round = 1; round <= SETTINGS.rounds; round++) await playRound(round, wide, phone);
  await wide.locator('.finale').waitFor({ timeout: 30_000 });
  await Promise.all(guests.map((stop) => stop()));
  await wide.waitForTimeout(2_000);
  await save(wide, 'podium.png');
  await showPages(wide, phone);
}

/** A player with a history, the leaderboard, and a round in which the name is typed. */
async function showPages(wide, phone) {
  for (const page of [wide, phone]) {
    await page.goto(`${address}/p/demo%3Arosa`);
    await page.locator('.plot').waitFor();
    await save(page, page === wide ? 'profile.png' : 'profile-phone.png');
  }
  await wide.goto(`${address}/leaderboard`);
  await wide.locator('.board-row').nth(4).waitFor();
  await save(wide, 'leaderboard.png');
  await wide.goto(`${address}/r/typed`);
  await wide.locator('input[name="mode"][value="typed"]').check({ force: true });
  await wide.getByRole('button', { name: 'Start the game' }).click();
  await wide.locator('.typing').waitFor({ timeout: 30_000 });
  await wide.waitForTimeout(1_200);
  await wide.keyboard.type('somebody else');
  await wide.keyboard.press('Enter');
  await wide.locator('.feedback.is-wrong').waitFor();
  await save(wide, 'typed-round.png');
}

async function playRound(round, wide, phone) {
  const stage = (page) =>
    page.locator('.stage:not(.is-over)', { hasText: `Round ${round} of` }).waitFor({ timeout: 30_000 });
  await Promise.all([stage(wide), stage(phone)]);
  await wide.waitForTimeout(3_200);
  if (round === 3) await save(wide, 'play-round.png');
  await answer(wide, round !== 2);
  await answer(phone, round % 2 === 1);
  await wide.waitForTimeout(300);
  if (round === 4) {
    await phone.locator('.stage.is-over').waitFor({ timeout: 30_000 });
    await phone.waitForTimeout(700);
    await save(phone, 'phone.png');
  }
}

async function enter(name, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(`${address}/r/${ROOM}`);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Enter the room' }).click();
  await page.locator('header').waitFor();
  return page;
}

async function answer(page, isRight) {
  const artist = artists.get(await page.locator('.artwork').getAttribute('src'));
  const names = await page.locator('.choice-name').allTextContents();
  const right = names.indexOf(artist);
  await page.keyboard.press(String(((isRight ? right : right + 1) % 4) + 1));
}

/** Somebody without a browser, who looks at the wall now and then and mostly knows. */
async function guest(name, skill, delayMs) {
  let cookie = '';
  const post = async (action, body) => {
    const headers = { 'Content-Type': 'application/json', Cookie: cookie };
    const response = await fetch(`${address}/api/rooms/${ROOM}/${action}`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name, ...body }),
    });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return response.json();
  };
  let answered = 0;
  const look = async () => {
    const { view, now } = await post('join', {});
    if (view?.phase !== 'round' || view.round === answered || view.endsAt - now > view.roundMs - delayMs) return;
    answered = view.round;
    const right = view.choices.findIndex((choice) => choice.artist === artists.get(view.imageUrl));
    const choice = Math.random() < skill ? right : (right + 1) % 4;
    await post('answer', { gameId: view.gameId, round: view.round, choice });
  };
  await look();
  const timer = setInterval(() => look().catch(console.error), 250);
  return () => clearInterval(timer);
}

async function save(page, file) {
  await page.screenshot({ path: join(directory, file) });
  console.log(join(directory, file));
}
