// The dashboard as the pictures show it: an application on a directory of its own, in which five people play.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  AppendLogService,
  CompactionModule,
  CompactionService,
  LogDashboardModule,
  StorageModule,
} from '../dist/index.js';

const NAMES = ['Rosa', 'Vera', 'Mary', 'Joan', 'Edith'];
const STEP_MS = 50;
/** The plots show a minute at least. */
const BEFORE_MS = 70_000;

/**
 * @param browser a browser of playwright
 * @param save saves a picture of a page under a name
 */
export async function showDashboard(browser, save) {
  const dataDir = mkdtempSync(join(tmpdir(), 'append-log-dashboard-'));
  class Scene {}
  const actions = { guards: [{ canActivate: () => true }] };
  const imports = [StorageModule.forRoot({ dataDir }), CompactionModule.forRoot({ enabled: false })];
  Module({ imports: [...imports, LogDashboardModule.forRoot({ actions })] })(Scene);
  const app = await NestFactory.create(Scene, { logger: false, forceCloseConnections: true });
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${app.getHttpServer().address().port}/log/`;
  const stop = keepPlaying(app.get(AppendLogService));
  try {
    const wide = await open(browser, url, { viewport: { width: 1440, height: 1100 } });
    const dark = await open(browser, url, { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' });
    const phone = await open(browser, url, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    await wide.waitForTimeout(BEFORE_MS / 2);
    for (const log of ['players', 'games']) await app.get(CompactionService).compactLog(log);
    await wide.waitForTimeout(BEFORE_MS / 2);
    await app.get(CompactionService).compactLog('players');
    await wide.getByRole('button', { name: 'players' }).click();
    await wide.getByText('Recovery at opening').waitFor();
    await wide.waitForTimeout(4_000);
    await save(wide, 'dashboard.png');
    await dark.locator('.entry-key', { hasText: 'user:vera' }).first().click();
    await dark.locator('dialog[open] .moment').nth(3).waitFor();
    await save(dark, 'dashboard-timeline.png');
    await save(phone, 'dashboard-phone.png');
  } finally {
    await stop();
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function open(browser, url, options) {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(url);
  await page.locator('.status', { hasText: 'Live' }).waitFor();
  return page;
}

/** People come and go, in waves; what they win is of no importance. */
function keepPlaying(logs) {
  const pending = new Set();
  let step = 0;
  let round = 0;
  const append = (log, entry, meta) => {
    const done = logs.append(log, entry, meta).finally(() => pending.delete(done));
    pending.add(done);
  };
  const timer = setInterval(() => {
    step += 1;
    const busy = 1 + Math.sin(step / 70) + 0.4 * Math.sin(step / 11);
    for (let i = 0; i < busy * 5; i++) {
      round += 1;
      playRound(append, round);
    }
  }, STEP_MS);
  return async () => {
    clearInterval(timer);
    await Promise.allSettled(pending);
  };
}

function playRound(append, round) {
  const username = NAMES[(round * 7) % NAMES.length];
  const userId = `user:${username.toLowerCase()}`;
  const game = `g${1000 + Math.floor(round / 40)}`;
  const score = (round * 37) % 700;
  const channel = `guild-4711:channel-${round % 3}`;
  append(
    'players',
    {
      op: 'SET',
      key: userId,
      value: { username, totalScore: 9000 + round * 3, bestScore: 700 - (round % 9), lastGame: game },
    },
    { actor: `discord:${username.toLowerCase()}`, reason: `answered in ${game}` },
  );
  if (round % 3 === 0)
    append('game_state', { op: 'SET', key: channel, value: { round: round % 20, phase: 'round', game } });
  if (round % 40 === 0) {
    const players = NAMES.map((name, place) => ({ name, place: place + 1, score: score + 90 * place }));
    append('games', { op: 'SET', key: game, value: { players, rounds: 20, endedAt: new Date().toISOString() } });
    append('game_state', { op: 'DELETE', key: channel }, { actor: 'game', reason: `${game} is over` });
  }
}
