/** The commands that the bot registered, and what Discord demands of them. */

import { type APIApplicationCommand, type APIApplicationCommandOption, ApplicationCommandOptionType } from 'discord.js';
import { invalidForm, refusals } from './api-error.js';
import { checkLength } from './message-rules.js';
import type { Snowflakes } from './snowflake.js';

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const MAX_COMMANDS = 100;
const MAX_OPTIONS = 25;
const MAX_DESCRIPTION = 100;
const CHAT_INPUT = 1;
const NESTED = [ApplicationCommandOptionType.Subcommand, ApplicationCommandOptionType.SubcommandGroup];

type Registration = Partial<APIApplicationCommand>;

/** The loosest view of an option: only some types have each field. */
export interface OptionRules {
  type: ApplicationCommandOptionType;
  name: string;
  required?: boolean;
  options?: APIApplicationCommandOption[];
  choices?: { name: string; value: string | number }[];
  min_value?: number;
  max_value?: number;
  min_length?: number;
  max_length?: number;
}

export class CommandBook {
  readonly #commands = new Map<string, APIApplicationCommand>();

  constructor(
    private readonly applicationId: string,
    private readonly snowflakes: Snowflakes,
  ) {}

  all(): APIApplicationCommand[] {
    return [...this.#commands.values()];
  }

  /** Those of one guild, or the global ones. */
  of(guildId: string | undefined): APIApplicationCommand[] {
    return this.all().filter((command) => command.guild_id === guildId);
  }

  /** What a person in the guild is offered by this name: a command of the guild hides a global one. */
  offered(name: string, guildId: string): APIApplicationCommand | undefined {
    const named = (commands: APIApplicationCommand[]) => commands.find((command) => command.name === name);
    return named(this.of(guildId)) ?? named(this.of(undefined));
  }

  /** Those that are there give way; one of a name that was there keeps its id. */
  replace(registrations: unknown, guildId: string | undefined): APIApplicationCommand[] {
    if (!Array.isArray(registrations)) throw invalidForm('', 'Must be a list of commands.');
    if (registrations.length > MAX_COMMANDS) throw invalidForm('', 'Maximum number of application commands reached.');
    registrations.forEach((registration, i) => {
      checkCommand(registration, `${i}.`);
      if (registrations.findIndex(({ name }) => name === registration.name) < i) {
        throw invalidForm(`${i}.name`, 'Application command names must be unique.');
      }
    });
    const before = this.of(guildId);
    for (const { id } of before) this.#commands.delete(id);
    return registrations.map((registration) => this.#keep(registration, guildId, before));
  }

  upsert(registration: Registration, guildId: string | undefined): APIApplicationCommand {
    checkCommand(registration, '');
    return this.#keep(registration, guildId, this.of(guildId));
  }

  remove(id: string, guildId: string | undefined): void {
    if (this.#commands.get(id)?.guild_id !== guildId || !this.#commands.delete(id)) throw refusals.unknownCommand();
  }

  #keep(registration: Registration, guildId: string | undefined, before: APIApplicationCommand[]) {
    const id = before.find(({ name }) => name === registration.name)?.id ?? this.snowflakes.next();
    const command = {
      default_member_permissions: null,
      nsfw: false,
      integration_types: [0],
      contexts: null,
      ...registration,
      type: CHAT_INPUT,
      id,
      application_id: this.applicationId,
      version: this.snowflakes.next(),
      ...(guildId && { guild_id: guildId }),
    } as APIApplicationCommand;
    this.#commands.set(id, command);
    return command;
  }
}

function checkCommand(registration: Registration, place: string): void {
  const { type = CHAT_INPUT } = registration;
  if (type !== CHAT_INPUT) throw invalidForm(`${place}type`, 'This fake knows slash commands only.');
  checkNames(registration, place);
  checkOptions((registration.options ?? []) as OptionRules[], `${place}options.`);
}

function checkOptions(options: OptionRules[], place: string): void {
  if (options.length > MAX_OPTIONS) throw invalidForm(`${place}0`, `Must be ${MAX_OPTIONS} or fewer in length.`);
  options.forEach((option, i) => {
    const at = `${place}${i}.`;
    checkNames(option, at);
    if (!(option.type in ApplicationCommandOptionType)) throw invalidForm(`${at}type`, 'Unknown option type.');
    if (option.required && i > 0 && !options[i - 1].required) {
      throw invalidForm(`${at}required`, 'Required options must be placed before non-required options.');
    }
    if (options.findIndex(({ name }) => name === option.name) < i) {
      throw invalidForm(`${at}name`, 'Option name already used.');
    }
    if ((option.choices?.length ?? 0) > MAX_OPTIONS)
      throw invalidForm(`${at}choices`, 'Must be 25 or fewer in length.');
    if (NESTED.includes(option.type)) checkOptions((option.options ?? []) as OptionRules[], `${at}options.`);
  });
}

function checkNames({ name, description }: { name?: string; description?: string }, place: string): void {
  if (typeof name !== 'string' || !NAME.test(name) || name !== name.toLowerCase()) {
    throw invalidForm(`${place}name`, 'Command name is invalid.');
  }
  checkLength(`${place}description`, description, 1, MAX_DESCRIPTION);
}
