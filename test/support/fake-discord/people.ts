/** Who and what there is beside messages: users, guilds and their channels. */

import { PermissionFlagsBits as Permission } from 'discord.js';

export interface FakeUser {
  readonly id: string;
  readonly username: string;
  readonly globalName: string | null;
  readonly isBot: boolean;
}

export interface FakeChannel {
  readonly id: string;
  readonly name: string;
  readonly guildId: string;
  /** What the bot may do here, as a bit set. */
  readonly botPermissions: bigint;
}

export interface FakeGuild {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly FakeChannel[];
  /** The text channel of this name, made if it is not there yet. */
  channel(name: string, options?: ChannelOptions): FakeChannel;
}

export interface ChannelOptions {
  /** Default: BOT_PERMISSIONS. */
  botPermissions?: bigint;
}

/** What a person may do who was given nothing special. */
export const MEMBER_PERMISSIONS =
  Permission.ViewChannel |
  Permission.SendMessages |
  Permission.ReadMessageHistory |
  Permission.AddReactions |
  Permission.UseApplicationCommands;

/** What an invitation of a bot that posts pictures asks for. */
export const BOT_PERMISSIONS =
  Permission.ViewChannel |
  Permission.SendMessages |
  Permission.EmbedLinks |
  Permission.AttachFiles |
  Permission.ReadMessageHistory |
  Permission.UseExternalEmojis;
