/** The bot as it is run, a process of its own, killed and stopped in mid-game: the game goes on in the same message. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BotApplication, startBotApplication } from '../support/bot-application.js';
import { type DiscordGallery, openDiscordGallery } from '../support/discord-gallery.js';
import { eventually, ofRound, storeCatalogue, textOf } from '../support/discord-stage.js';
import type { FakeChannel, FakeDiscord, FakeMessage, FakeVisitor } from '../support/fake-discord/index.js';
import { componentsIn, type FakeComponent } from '../support/fake-discord/message.js';

const LONG = { rounds: 5, roundtime: 60, betweenroundtime: 5 };

describe('the bot as a process', () => {
  let gallery: DiscordGallery;
  let dataDir: string;
  let fake: FakeDiscord;
  let channel: FakeChannel;
  let ada: FakeVisitor;
  let application: BotApplication | undefined;

  beforeEach(async () => {
    gallery = await openDiscordGallery();
    ({ dataDir, fake, channel, ada } = gallery);
  });

  afterEach(async () => {
    await application?.stop('SIGKILL');
    application = undefined;
    await gallery.close();
  });

  async function launch(changes: NodeJS.ProcessEnv = {}): Promise<BotApplication> {
    const env = { DISCORD_TOKEN: fake.botToken, DISCORD_API: fake.restUrl, ...changes };
    application = await startBotApplication(dataDir, 0, env);
    return application;
  }

  async function launchOnDiscord(): Promise<BotApplication> {
    const launched = await launch();
    await eventually('the login', () => launched.output().includes('commands are registered'));
    return launched;
  }

  const buttonsOf = (message: FakeMessage): FakeComponent[] =>
    componentsIn(message.components).filter(({ custom_id }) => custom_id !== undefined);
  const roundOne = (fits: (message: FakeMessage) => boolean) =>
    fake.waitForMessage(channel, (each) => ofRound(1)(each) && fits(each), { timeoutMs: 15_000 });

  it('goes on in the same message after a kill in mid-round, and announces an orderly restart in it', async () => {
    await storeCatalogue(dataDir);
    const first = await launchOnDiscord();
    await (await ada.command('namethatartist', LONG)).settled();
    const message = await roundOne(() => true);
    const shownBefore = textOf(message);
    await first.stop('SIGKILL');

    const second = await launchOnDiscord();
    const answered = await (await ada.click(message, buttonsOf(message)[0]?.custom_id ?? '')).settled();
    expect(answered.content).toMatch(/^(Right: \d+ points?\.|Not this one)/);
    // The clock on the wall has counted meanwhile, so the message of the killed process is true still.
    expect(textOf(message)).toBe(shownBefore);
    await second.stop('SIGTERM');
    expect(textOf(message)).toContain('The bot restarts');
    expect(buttonsOf(message).map(({ disabled }) => disabled)).toEqual([true, true, true, true]);
    expect(fake.messages(channel).filter(ofRound(1))).toHaveLength(1);

    await launchOnDiscord();
    const back = await roundOne((each) => !textOf(each).includes('The bot restarts'));
    expect(back.id).toBe(message.id);
    expect(buttonsOf(back).every(({ disabled }) => !disabled)).toBe(true);
    const again = await (await ada.click(back, buttonsOf(back)[1]?.custom_id ?? '')).settled();
    expect(again.content).toContain('first answer stands');
    expect((await (await ada.command('stopgame')).settled()).content).toContain('stopped');
    const stopped = await fake.waitForMessage(channel, (each) => textOf(each).includes('was stopped by Ada'));
    expect(stopped.id).toBe(message.id);
  }, 90_000);

  it('can be played on its page while the token is wrong, malformed or refused', async () => {
    for (const [token, words] of [
      ['Bot x y', 'DISCORD_TOKEN is malformed'],
      ['not.the.token', 'Discord refuses DISCORD_TOKEN'],
    ] as const) {
      const launched = await launch({ DISCORD_TOKEN: token });
      await eventually('the message', () => launched.output().includes(words));
      expect((await fetch(launched.url)).status).toBe(200);
      await launched.stop('SIGTERM');
      expect(launched.output()).not.toContain(token);
    }
  }, 60_000);

  it('registers its commands by a script, or says what is wrong', async () => {
    const run = (env: NodeJS.ProcessEnv) =>
      promisify(execFile)(process.execPath, ['scripts/register-discord-commands.js'], {
        env: { ...process.env, NODE_OPTIONS: '', DISCORD_API: fake.restUrl, ...env },
      });
    const { stdout } = await run({ DISCORD_TOKEN: fake.botToken });
    expect(stdout).toContain('10 commands are registered');
    expect(fake.commands()).toHaveLength(10);
    await expect(run({ DISCORD_TOKEN: 'not.the.token' })).rejects.toMatchObject({
      stderr: expect.stringContaining('Discord refuses DISCORD_TOKEN'),
    });
    await expect(run({ DISCORD_TOKEN: '' })).rejects.toMatchObject({
      stderr: expect.stringContaining('DISCORD_TOKEN is not set'),
    });
  }, 60_000);
});
