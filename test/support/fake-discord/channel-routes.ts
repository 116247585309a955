/** Routes about a channel and the messages that everybody there sees. */

import { MessageFlags, PermissionFlagsBits as Permission } from 'discord.js';
import { refusals } from './api-error.js';
import { merged } from './interactions.js';
import type { FakeMessage } from './message.js';
import { checkMessage } from './message-rules.js';
import type { FakeChannel } from './people.js';
import type { Call, Route } from './rest.js';
import { channelShape, messageShape } from './shapes.js';
import type { MessageBody, World } from './world.js';

const POST_FLAGS = MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2;
const DEFAULT_PAGE = 50;
const MAX_PAGE = 100;

export function channelRoutes(world: World): Route[] {
  const shape = (message: FakeMessage) => messageShape(message, world.bot);
  const seenMessage = (call: Call): FakeMessage => {
    const message = world.message(call.params.message);
    // What only one person sees is out of reach here, also for the bot.
    if (message?.channelId !== seenChannel(world, call).id || message.ephemeral) throw refusals.unknownMessage();
    return message;
  };
  return [
    on('GET', '', (call) => channelShape(seenChannel(world, call), world.bot.id)),
    on('POST', '/typing', (call) => {
      need(seenChannel(world, call), Permission.SendMessages);
    }),
    on('GET', '/messages', (call) => page(world.messagesIn(seenChannel(world, call).id), call.query).map(shape)),
    on('POST', '/messages', (call) => {
      const channel = seenChannel(world, call);
      const body = (call.body ?? {}) as MessageBody;
      need(channel, Permission.SendMessages);
      if (body.embeds?.length) need(channel, Permission.EmbedLinks);
      if (call.files.length) need(channel, Permission.AttachFiles);
      checkMessage(body, call.files.length);
      return shape(world.post(channel.id, { ...body, flags: (body.flags ?? 0) & POST_FLAGS }, call.files));
    }),
    on('GET', String.raw`/messages/(?<message>\d+)`, (call) => shape(seenMessage(call))),
    on('PATCH', String.raw`/messages/(?<message>\d+)`, (call) => {
      const message = seenMessage(call);
      const body = (call.body ?? {}) as MessageBody;
      checkMessage(merged(message, body), message.attachments.length + call.files.length);
      world.edit(message, body, call.files);
      return shape(message);
    }),
    on('DELETE', String.raw`/messages/(?<message>\d+)`, (call) => world.delete(seenMessage(call))),
  ];
}

function on(method: string, tail: string, answer: (call: Call) => unknown): Route {
  return { method, path: new RegExp(String.raw`^/channels/(?<channel>\d+)${tail}$`), for: 'bot', answer };
}

/** Throws 10003, or 50001 for a channel that the bot cannot see. */
function seenChannel(world: World, { params }: Call): FakeChannel {
  const channel = world.channels.get(params.channel);
  if (!channel) throw refusals.unknownChannel();
  if ((channel.botPermissions & Permission.ViewChannel) === 0n) throw refusals.missingAccess();
  return channel;
}

function need(channel: FakeChannel, permission: bigint): void {
  if ((channel.botPermissions & permission) === 0n) throw refusals.missingPermissions();
}

/** Newest first, as Discord pages. */
function page(messages: FakeMessage[], query: URLSearchParams): FakeMessage[] {
  const limit = Math.min(Number(query.get('limit') ?? DEFAULT_PAGE), MAX_PAGE);
  const before = query.get('before');
  const after = query.get('after');
  return messages
    .filter(({ id }) => (!before || BigInt(id) < BigInt(before)) && (!after || BigInt(id) > BigInt(after)))
    .reverse()
    .slice(0, limit);
}
