/** What most tests of the bot begin with: a fake Discord with one guild, one channel and one person, and an empty directory. */
import { type FakeChannel, FakeDiscord, type FakeVisitor } from './fake-discord/index.js';
import { temporaryDirectory } from './store.js';

export interface DiscordGallery {
  dataDir: string;
  fake: FakeDiscord;
  /** `quiz` in the guild `Gallery`. */
  channel: FakeChannel;
  ada: FakeVisitor;
  close(): Promise<void>;
}

export async function openDiscordGallery(): Promise<DiscordGallery> {
  const directory = await temporaryDirectory();
  const fake = await FakeDiscord.start();
  const channel = fake.guild('Gallery').channel('quiz');
  return {
    dataDir: directory.path,
    fake,
    channel,
    ada: fake.as(fake.user('Ada'), channel),
    async close() {
      await fake.close();
      await directory.remove();
    },
  };
}
