import { PermissionFlagsBits } from 'discord.js';
import type { PictureCheck } from '../../game/index.js';
import type { Command } from '../command.js';
import { Refusal } from '../refusal.js';
import { counted, isWebAddress } from '../text.js';
import { serverCommand } from './definition.js';

export const precache: Command = {
  definition: serverCommand('precache', 'See whether the pictures of the collection can be shown')
    .setDefaultMemberPermissions(PermissionFlagsBits.Administrator)
    .toJSON(),
  cooldown: {},
  isPrivate: true,
  async execute(interaction, { catalogue, pictures }) {
    // A server may hand the command to anybody in its settings; what it costs is for administrators to decide.
    if (!interaction.memberPermissions.has(PermissionFlagsBits.Administrator)) {
      throw new Refusal('Only an administrator may check the pictures.');
    }
    await catalogue.ready();
    const pieces = catalogue.pieces().playable();
    const shown = pieces.filter(({ imageUrl }) => isWebAddress(imageUrl)).length;
    const artists = new Set(pieces.map(({ primaryArtist }) => primaryArtist)).size;
    const found = `${counted(pieces.length, 'piece')} by ${counted(artists, 'artist')} can be asked for; ${counted(shown, 'picture')} can be shown on Discord.`;
    await interaction.editReply({ content: found });
    if (!pictures) return;
    const addresses = [...new Set(pieces.map(({ imageUrl }) => imageUrl).filter(isWebAddress))];
    const tell = (words: string) => interaction.editReply({ content: `${found} ${words}` });
    const { checked, lost } = await check(addresses, pictures, (done) =>
      tell(`Looked at ${done} of ${addresses.length}.`),
    );
    await tell(
      `${checked - lost} of ${addresses.length} load${checked < addresses.length ? '; the rest was not looked at in time' : ''}.`,
    );
  },
};

/** Pictures that are looked at together. */
const AT_ONCE = 8;
/** Between two words of progress. */
const PROGRESS_MS = 2_000;
/** The reply can be edited for fifteen minutes. */
const LONGEST_MS = 14 * 60_000;

async function check(
  addresses: readonly string[],
  pictures: PictureCheck,
  tell: (done: number) => Promise<unknown>,
): Promise<{ checked: number; lost: number }> {
  const startedAt = performance.now();
  let toldAt = startedAt;
  let checked = 0;
  let lost = 0;
  while (checked < addresses.length && performance.now() - startedAt < LONGEST_MS) {
    const some = addresses.slice(checked, checked + AT_ONCE);
    const usable = await Promise.all(some.map((address) => pictures.usable(address).catch(() => undefined)));
    checked += some.length;
    lost += usable.filter((address) => address === undefined).length;
    if (performance.now() - toldAt < PROGRESS_MS) continue;
    toldAt = performance.now();
    await tell(checked);
  }
  return { checked, lost };
}
