/** A person at the Discord client: can do what it offers them, and nothing else. */

import { ApplicationCommandType, ComponentType, InteractionType } from 'discord.js';
import { type CommandInput, optionsOf, resolvedOf } from './command-input.js';
import type { CommandBook } from './commands.js';
import type { Gateway } from './gateway.js';
import type { Interactions } from './interactions.js';
import { componentsIn, type FakeComponent, type FakeMessage } from './message.js';
import { type FakeChannel, type FakeUser, MEMBER_PERMISSIONS } from './people.js';
import type { FakeModal, FakeReply } from './reply.js';
import { channelShape, memberShape, messageShape, userShape } from './shapes.js';
import type { World } from './world.js';

/** What a visitor acts upon. */
export interface Surroundings {
  world: World;
  gateway: Gateway;
  interactions: Interactions;
  commands: CommandBook;
}

const MENUS = [
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
];
const MAX_TEXT_INPUT = 4_000;

export class FakeVisitor {
  constructor(
    private readonly around: Surroundings,
    readonly user: FakeUser,
    readonly channel: FakeChannel,
    readonly permissions: bigint = MEMBER_PERMISSIONS,
  ) {}

  /**
   * Types `/name`, with a subcommand after a space. Throws what the client would not let pass: an unknown command, a
   * missing option, a value out of bounds. Fails, as all acts do, if the bot does not answer within 3 s.
   */
  async command(name: string, options: CommandInput = {}): Promise<FakeReply> {
    const [root, ...path] = name.split(' ');
    const command = this.around.commands.offered(root, this.channel.guildId);
    if (!command) throw new Error(`There is no command /${root} in this guild.`);
    const needed = BigInt(command.default_member_permissions ?? 0);
    if ((this.permissions & needed) !== needed) throw new Error(`/${root} is not offered to ${this.user.username}.`);
    const resolved = resolvedOf(options);
    return this.#act(InteractionType.ApplicationCommand, `/${name}`, {
      id: command.id,
      name: root,
      type: ApplicationCommandType.ChatInput,
      options: optionsOf(command, path, options),
      ...(resolved && { resolved }),
      ...(command.guild_id && { guild_id: command.guild_id }),
    });
  }

  /** Throws if the message is gone, or has no such button, or a disabled one. */
  async click(message: FakeMessage | FakeReply, customId: string): Promise<FakeReply> {
    const { source, component } = this.#find(message, customId);
    if (component.type !== ComponentType.Button) throw new Error(`${customId} is no button.`);
    const content = { custom_id: customId, component_type: component.type };
    return this.#act(InteractionType.MessageComponent, `a click on ${customId}`, content, source);
  }

  /** Throws if the message is gone, or the menu does not offer these values. */
  async choose(message: FakeMessage | FakeReply, customId: string, values: string[]): Promise<FakeReply> {
    const { source, component } = this.#find(message, customId);
    if (!MENUS.includes(component.type)) throw new Error(`${customId} is no menu.`);
    const { min_values = 1, max_values = 1, options } = component;
    if (values.length < min_values || values.length > max_values) {
      throw new Error(`${customId} takes ${min_values} to ${max_values} values, and was given ${values.length}.`);
    }
    const strange = options && values.find((value) => !options.some((option) => option.value === value));
    if (strange !== undefined) throw new Error(`${customId} does not offer ${strange}.`);
    const people = Object.fromEntries(values.map((id) => [id, this.around.world.users.get(id)]));
    const resolved = component.type === ComponentType.UserSelect ? resolvedOf(people as CommandInput) : undefined;
    const content = { custom_id: customId, component_type: component.type, values, ...(resolved && { resolved }) };
    return this.#act(InteractionType.MessageComponent, `a choice in ${customId}`, content, source);
  }

  /** Fields by custom id; what is not named is left empty. Throws for a field that is not there, or not filled rightly. */
  async submit(modal: FakeModal, fields: Record<string, string>): Promise<FakeReply> {
    const inputs = componentsIn(modal.components).filter(({ type }) => type === ComponentType.TextInput);
    for (const id of Object.keys(fields)) {
      if (!inputs.some(({ custom_id }) => custom_id === id)) throw new Error(`${modal.customId} has no field ${id}.`);
    }
    for (const input of inputs) checkField(input, fields[input.custom_id ?? ''] ?? '');
    const components = modal.components.map((component) => filled(component, fields));
    const content = { custom_id: modal.customId, components };
    return this.#act(InteractionType.ModalSubmit, `modal ${modal.customId}`, content, modal.source);
  }

  #find(target: FakeMessage | FakeReply, customId: string): { source: FakeMessage; component: FakeComponent } {
    const source = 'versions' in target ? target : target.message;
    if (!source || source.isDeleted) throw new Error(`The message with ${customId} is not there any more.`);
    const component = source.component(customId);
    if (!component) throw new Error(`The message has no component ${customId} now.`);
    if (component.disabled) throw new Error(`${customId} is disabled.`);
    return { source, component };
  }

  async #act(type: InteractionType, title: string, content: object, source?: FakeMessage): Promise<FakeReply> {
    const { world, gateway, interactions } = this.around;
    const { user, channel } = this;
    const interaction = interactions.open({ type, title, user, channel, ...(source && { source }) });
    const told = gateway.tell('INTERACTION_CREATE', channel.guildId, {
      id: interaction.id,
      application_id: world.bot.id,
      type,
      token: interaction.token,
      version: 1,
      data: content,
      guild_id: channel.guildId,
      guild: { id: channel.guildId, locale: 'en-US', features: [] },
      guild_locale: 'en-US',
      channel_id: channel.id,
      channel: channelShape(channel, world.bot.id),
      member: { ...memberShape(), user: userShape(user), permissions: String(this.permissions) },
      app_permissions: String(channel.botPermissions),
      locale: 'en-US',
      entitlements: [],
      authorizing_integration_owners: { 0: channel.guildId },
      context: 0,
      attachment_size_limit: 10_485_760,
      ...(source && { message: messageShape(source, world.bot) }),
    });
    if (told === 0) throw new Error(`The application did not respond: no bot is connected to hear ${title}.`);
    return interaction.outcome();
  }
}

function checkField(
  { custom_id, required = true, min_length = 0, max_length = MAX_TEXT_INPUT }: FakeComponent,
  text: string,
) {
  if (text === '' && !required) return;
  if (text === '') throw new Error(`Field ${custom_id} must be filled.`);
  if (text.length < min_length || text.length > max_length) {
    throw new Error(
      `Field ${custom_id} takes ${min_length} to ${max_length} characters, and was given ${text.length}.`,
    );
  }
}

/** A modal's component as it is sent back: its ids and what was typed. */
function filled(component: unknown, fields: Record<string, string>): object {
  const { type, custom_id, components, component: inner } = component as FakeComponent & ModalPart;
  return {
    type,
    id: 0,
    ...(custom_id !== undefined && { custom_id, value: fields[custom_id] ?? '' }),
    ...(components && { components: components.map((each) => filled(each, fields)) }),
    ...(inner !== undefined && { component: filled(inner, fields) }),
  };
}

interface ModalPart {
  components?: unknown[];
  component?: unknown;
}
