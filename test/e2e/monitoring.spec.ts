import { afterEach, expect, test } from '@jest/globals';
import { type BotApplication, startBotApplication } from '../support/bot-application.js';
import { parseScrape, seriesId } from '../support/prometheus-text.js';
import { removeAllScratch, scratchDirectory } from '../support/scratch.js';

let bot: BotApplication | undefined;

afterEach(async () => {
  await bot?.stop('SIGKILL');
  removeAllScratch();
});

test('the bot application tells this machine how it is, nobody else, and ends in good order', async () => {
  bot = await startBotApplication(scratchDirectory());
  const health = await fetch(`${bot.url}/health`);
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({ status: 'ok', details: { 'append-log': { status: 'up', reasons: [] } } });
  const metrics = await fetch(`${bot.url}/metrics`);
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const { series } = parseScrape(await metrics.text());
  for (const log of ['players', 'tokens', 'games']) {
    expect([log, series.get(seriesId('append_log_poisoned', { log }))]).toEqual([log, 0]);
  }
  for (const path of ['health', 'metrics']) {
    const forwarded = await fetch(`${bot.url}/${path}`, { headers: { 'X-Forwarded-For': '203.0.113.7' } });
    expect(forwarded.status).toBe(403);
  }
  await bot.stop('SIGTERM');
  expect(bot.output()).not.toMatch(/error/i);
}, 60_000);
