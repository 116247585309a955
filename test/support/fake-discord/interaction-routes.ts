/** Routes by which an interaction is answered; its token is the key to them. */

import { MessageFlags } from 'discord.js';
import { refusals } from './api-error.js';
import type { FakeInteraction, InteractionAnswer, Interactions } from './interactions.js';
import type { FakeMessage } from './message.js';
import type { Call, Route } from './rest.js';
import { messageShape } from './shapes.js';
import type { MessageBody, World } from './world.js';

const TOKEN = String.raw`(?<token>[\w-]+)`;
const MESSAGE = String.raw`/messages/(?<message>@original|\d+)`;

export function interactionRoutes(world: World, interactions: Interactions): Route[] {
  const answered = ({ params: { app, token } }: Call): FakeInteraction => {
    if (app !== world.bot.id) throw refusals.unknownWebhook();
    return interactions.answered(token);
  };
  const shape = (message: FakeMessage) => messageShape(message, world.bot);
  const bodyOf = (call: Call) => (call.body ?? {}) as MessageBody;
  return [
    on('POST', String.raw`^/interactions/(?<id>\d+)/${TOKEN}/callback$`, (call) => {
      const interaction = interactions.toAnswer(call.params.id, call.params.token);
      interaction.answer((call.body ?? {}) as InteractionAnswer, call.files);
      return call.query.get('with_response') === 'true' ? callbackShape(interaction, world) : undefined;
    }),
    on('POST', String.raw`^/webhooks/(?<app>\d+)/${TOKEN}$`, (call) =>
      shape(answered(call).followUp(bodyOf(call), call.files)),
    ),
    onMessage('GET', (call) => shape(answered(call).message(call.params.message))),
    onMessage('PATCH', (call) => {
      const interaction = answered(call);
      const message = interaction.message(call.params.message);
      interaction.edit(message, bodyOf(call), call.files);
      return shape(message);
    }),
    onMessage('DELETE', (call) => world.delete(answered(call).message(call.params.message))),
  ];
}

function onMessage(method: string, answer: Route['answer']): Route {
  return on(method, String.raw`^/webhooks/(?<app>\d+)/${TOKEN}${MESSAGE}$`, answer);
}

function on(method: string, path: string, answer: Route['answer']): Route {
  return { method, path: new RegExp(path), for: 'anyone', answer };
}

function callbackShape({ id, act, reply }: FakeInteraction, world: World): object {
  const message = reply?.message;
  const about = message && {
    response_message_id: message.id,
    response_message_loading: message.isLoading,
    response_message_ephemeral: (message.flags & MessageFlags.Ephemeral) !== 0,
  };
  return {
    interaction: { id, type: act.type, ...about },
    resource: { type: reply?.type, ...(message && { message: messageShape(message, world.bot) }) },
  };
}
