/** Things as they go over the wire, with the fields that discord.js reads. */

import { type APIMessage, type APIUser, MessageType, PermissionFlagsBits } from 'discord.js';
import type { FakeMessage, MessageOrigin } from './message.js';
import { type FakeChannel, type FakeGuild, type FakeUser, MEMBER_PERMISSIONS } from './people.js';

const ALL_PERMISSIONS = Object.values(PermissionFlagsBits).reduce((all, bit) => all | bit, 0n);
const MEMBER_OVERWRITE = 1;
const BEGINNING = '2020-01-01T00:00:00.000000+00:00';
const APPLICATION_COMMAND = 2;

export function userShape(user: FakeUser): APIUser {
  return {
    id: user.id,
    username: user.username,
    discriminator: user.isBot ? '0001' : '0',
    global_name: user.globalName,
    avatar: null,
    bot: user.isBot,
  };
}

export function memberShape() {
  return {
    roles: [],
    nick: null,
    avatar: null,
    joined_at: BEGINNING,
    premium_since: null,
    deaf: false,
    mute: false,
    pending: false,
    flags: 0,
    communication_disabled_until: null,
  };
}

export function channelShape(channel: FakeChannel, botId: string) {
  return {
    id: channel.id,
    type: 0,
    guild_id: channel.guildId,
    name: channel.name,
    position: 0,
    parent_id: null,
    topic: null,
    nsfw: false,
    rate_limit_per_user: 0,
    last_message_id: null,
    flags: 0,
    permission_overwrites: [
      {
        id: botId,
        type: MEMBER_OVERWRITE,
        allow: String(channel.botPermissions),
        deny: String(ALL_PERMISSIONS & ~channel.botPermissions),
      },
    ],
  };
}

/** The payload of GUILD_CREATE. Its only listed member is the bot, as for any client without the members intent. */
export function guildShape(guild: FakeGuild, bot: FakeUser) {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    owner_id: guild.id,
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: 0,
    default_message_notifications: 1,
    explicit_content_filter: 0,
    roles: [everyone(guild)],
    emojis: [],
    stickers: [],
    features: [],
    mfa_level: 0,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    max_members: 500_000,
    vanity_url_code: null,
    description: null,
    banner: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: 'en-US',
    public_updates_channel_id: null,
    nsfw_level: 0,
    premium_progress_bar_enabled: false,
    safety_alerts_channel_id: null,
    joined_at: BEGINNING,
    large: false,
    unavailable: false,
    member_count: 2,
    voice_states: [],
    members: [{ ...memberShape(), user: userShape(bot) }],
    channels: guild.channels.map((channel) => channelShape(channel, bot.id)),
    threads: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

export function messageShape(message: FakeMessage, bot: FakeUser): APIMessage {
  const [first, ...edits] = message.versions;
  const { origin } = message;
  const shape = {
    id: message.id,
    channel_id: message.channelId,
    author: userShape(bot),
    content: message.content,
    timestamp: new Date(first.at).toISOString(),
    edited_timestamp: edits.length ? new Date(edits[edits.length - 1].at).toISOString() : null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: message.attachments,
    embeds: message.embeds,
    components: message.components,
    pinned: false,
    type: MessageType.Default,
    flags: message.flags,
    ...(origin && originShape(origin, message.channelId, bot)),
  };
  return shape as APIMessage;
}

function originShape(origin: MessageOrigin, channelId: string, bot: FakeUser) {
  const source = origin.source && { type: 0, channel_id: channelId, message_id: origin.source.id };
  const isCommand = origin.interactionType === APPLICATION_COMMAND;
  return {
    type: isCommand ? MessageType.ChatInputCommand : source ? MessageType.Reply : MessageType.Default,
    application_id: bot.id,
    webhook_id: bot.id,
    ...(source && { message_reference: source }),
    interaction_metadata: {
      id: origin.interactionId,
      type: origin.interactionType,
      user: userShape(origin.user),
      authorizing_integration_owners: {},
    },
  };
}

function everyone(guild: FakeGuild) {
  return {
    id: guild.id,
    name: '@everyone',
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position: 0,
    permissions: String(MEMBER_PERMISSIONS),
    managed: false,
    mentionable: false,
    flags: 0,
  };
}
