/** Interactions from the moment a person acts until their token is worth nothing any more. */

import { randomBytes } from 'node:crypto';
import { InteractionResponseType as Answer, InteractionType, MessageFlags } from 'discord.js';
import { invalidForm, refusals } from './api-error.js';
import type { FakeMessage, MessageOrigin } from './message.js';
import { checkCustomIds, checkLength, checkMessage } from './message-rules.js';
import type { FakeChannel, FakeUser } from './people.js';
import { type FakeModal, FakeReply } from './reply.js';
import type { MessageBody, UploadedFile, World } from './world.js';

/** What a person did. */
export interface Act {
  type: InteractionType;
  /** In words, for errors. */
  title: string;
  user: FakeUser;
  channel: FakeChannel;
  /** The message with the button, or the one whose button showed the modal. */
  source?: FakeMessage;
}

export interface InteractionAnswer {
  type: Answer;
  data?: MessageBody & { custom_id?: string; title?: string };
}

/** The flags that a bot may set. */
const REPLY_FLAGS =
  MessageFlags.Ephemeral |
  MessageFlags.SuppressEmbeds |
  MessageFlags.SuppressNotifications |
  MessageFlags.IsComponentsV2;
const MAX_MODAL_TITLE = 45;
const MAX_CUSTOM_ID = 100;

export class Interactions {
  readonly #byToken = new Map<string, FakeInteraction>();

  constructor(
    private readonly world: World,
    private readonly answerWithinMs: number,
  ) {}

  open(act: Act): FakeInteraction {
    const interaction = new FakeInteraction(this.world, act, this.answerWithinMs);
    this.#byToken.set(interaction.token, interaction);
    return interaction;
  }

  /** Throws 10062 for one that was never there. */
  toAnswer(id: string, token: string): FakeInteraction {
    const interaction = this.#byToken.get(token);
    if (interaction?.id !== id) throw refusals.unknownInteraction();
    return interaction;
  }

  /** Throws 10015 for a token that nothing can be sent with: an unknown one, or one not answered yet. */
  answered(token: string): FakeInteraction {
    const interaction = this.#byToken.get(token);
    if (!interaction?.reply) throw refusals.unknownWebhook();
    return interaction;
  }
}

export class FakeInteraction {
  readonly id: string;
  readonly token = randomBytes(48).toString('base64url');
  reply: FakeReply | undefined;
  readonly #deadline: number;

  constructor(
    private readonly world: World,
    readonly act: Act,
    private readonly answerWithinMs: number,
  ) {
    this.id = world.snowflakes.next();
    this.#deadline = performance.now() + answerWithinMs;
  }

  /** What the person sees in the end; fails as their client does if no answer comes in time. */
  outcome(): Promise<FakeReply> {
    const answer = `The application did not respond: an answer to ${this.act.title}`;
    return this.world.watchers.until(answer, () => this.reply, this.answerWithinMs);
  }

  /** Throws 40060 for a second answer, 10062 for a late one, 50035 for one that this kind of interaction cannot have. */
  answer({ type, data = {} }: InteractionAnswer, files: UploadedFile[]): void {
    if (this.reply) throw refusals.answeredTwice();
    if (performance.now() > this.#deadline) throw refusals.unknownInteraction();
    this.reply = this.#replyOf(type, data, files);
    this.world.watchers.lookAgain();
  }

  /** The first one after a deferred reply takes its place, and is seen by those whom that was for. */
  followUp(body: MessageBody, files: UploadedFile[]): FakeMessage {
    checkMessage(body, files.length);
    const { message } = this.#answered;
    if (message?.isLoading && !message.isDeleted) {
      this.world.edit(message, body, files);
      return message;
    }
    const followUp = this.#post(body, files);
    this.#answered.followUps.push(followUp);
    this.world.watchers.lookAgain();
    return followUp;
  }

  /** `@original`, or a message that this interaction made. Throws 10008. */
  message(id: string): FakeMessage {
    const { message, followUps } = this.#answered;
    const found = id === '@original' ? message : [message, ...followUps].find((each) => each?.id === id);
    if (!found || found.isDeleted) throw refusals.unknownMessage();
    return found;
  }

  edit(message: FakeMessage, body: MessageBody, files: UploadedFile[]): void {
    checkMessage(merged(message, body), message.attachments.length + files.length);
    this.world.edit(message, body, files);
  }

  get #answered(): FakeReply {
    if (!this.reply) throw refusals.unknownWebhook();
    return this.reply;
  }

  #replyOf(type: Answer, body: NonNullable<InteractionAnswer['data']>, files: UploadedFile[]): FakeReply {
    const { watchers } = this.world;
    const { source } = this.act;
    switch (type) {
      case Answer.ChannelMessageWithSource:
        checkMessage(body, files.length);
        return new FakeReply(type, this.#post(body, files), undefined, watchers);
      case Answer.DeferredChannelMessageWithSource:
        return new FakeReply(type, this.#post({ flags: body.flags }, [], MessageFlags.Loading), undefined, watchers);
      case Answer.DeferredMessageUpdate:
      case Answer.UpdateMessage:
        if (!source) throw invalidForm('type', `There is no message to update for ${this.act.title}.`);
        if (type === Answer.UpdateMessage) this.edit(source, body, files);
        return new FakeReply(type, source, undefined, watchers);
      case Answer.Modal:
        return new FakeReply(type, undefined, this.#modal(body), watchers);
      default:
        throw invalidForm('type', `Value must be one of {4, 5, 6, 7, 9}, and is ${type}.`);
    }
  }

  #post(body: MessageBody, files: UploadedFile[], loading = 0): FakeMessage {
    const flags = (body.flags ?? 0) & REPLY_FLAGS;
    return this.world.post(this.act.channel.id, { ...body, flags: flags | loading }, files, this.#origin);
  }

  get #origin(): MessageOrigin {
    const { type, user, source } = this.act;
    return { interactionId: this.id, interactionType: type, user, ...(source && { source }) };
  }

  #modal({ custom_id = '', title = '', components }: NonNullable<InteractionAnswer['data']>): FakeModal {
    if (this.act.type === InteractionType.ModalSubmit) throw invalidForm('type', 'A modal cannot follow a modal.');
    checkLength('data.custom_id', custom_id, 1, MAX_CUSTOM_ID);
    checkLength('data.title', title, 1, MAX_MODAL_TITLE);
    const parts = components ?? [];
    if (parts.length < 1 || parts.length > 5)
      throw invalidForm('data.components', 'Must be between 1 and 5 in length.');
    checkCustomIds('data.components', parts);
    const { source } = this.act;
    return { customId: custom_id, title, components: parts, ...(source && { source }) };
  }
}

/** The message as it would be after the edit. */
export function merged(message: FakeMessage, body: MessageBody): MessageBody {
  const { content = message.content, embeds = message.embeds, components = message.components } = body;
  return { content, embeds, components, flags: (body.flags ?? 0) | (message.flags & MessageFlags.IsComponentsV2) };
}
